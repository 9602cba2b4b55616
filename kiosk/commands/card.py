"""`kiosk card read`: one ID card from one reader, from a shell. The driver runs in this process."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import msgspec

from drivers.build import DeviceConfigError, build_driver, families_of, read_device_config
from drivers.contract.commands import ReadIdCard
from drivers.contract.errors import DeviceError, DeviceTimeout, NoMedia
from drivers.contract.status import DeviceRole
from drivers.contract.values import IdCard
from kiosk.commands.shell import NO_CARD, OK, READER_ERROR, add, bad, device_error, group, show
from kiosk.ipc import Control


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the group."""
    parts = group(commands, "card", "read an ID card")
    read = add(parts, "read", "read one card", "kiosk card read --port socket://127.0.0.1:5301 --json", read_card)
    read.add_argument("--port", required=True, help="tty path, socket://host:port, pty or usb://0400:c35a")
    read.add_argument("--baud", type=int, default=None, help="default 115200")
    read.add_argument("--driver", choices=families_of(DeviceRole.ID_CARD), default="sam_v", help="family of the reader")
    read.add_argument("--timeout-s", type=float, default=10.0, help="how long to wait for a card")


def read_card(options: argparse.Namespace) -> int:
    """Read one card. 0 read; 2 bad input; 3 no card, or a silent reader, in the time; 4 reader error."""
    if not 0 < options.timeout_s <= 3600:
        return bad("--timeout-s is more than 0 and at most 3600")
    try:
        reader = build_driver(DeviceRole.ID_CARD, read_device_config(DeviceRole.ID_CARD, _table(options)), Path())
    except DeviceConfigError as error:
        return bad(str(error))
    try:
        card = reader.execute(ReadIdCard(), Control(options.timeout_s))
    except (NoMedia, DeviceTimeout) as error:
        return device_error(error, options.json, NO_CARD)
    except DeviceError as error:
        return device_error(error, options.json, READER_ERROR)
    finally:
        reader.close()
    assert isinstance(card, IdCard)
    values = msgspec.structs.asdict(card)
    told = {name: value for name, value in values.items() if value and not isinstance(value, bytes)}
    fields = {name: value if isinstance(value, bool) else str(value) for name, value in told.items()}
    show(options.json, fields, [f"{name}: {value}" for name, value in fields.items()])
    return OK


def _table(options: argparse.Namespace) -> dict[str, Any]:
    """The profile's table that the options stand for; a USB address means the reader's USB flavour."""
    driver = "sam_v_usb" if options.port.startswith("usb://") else options.driver
    speed = {} if options.baud is None else {"baud": options.baud}
    return {"driver": driver, "port": options.port} | speed

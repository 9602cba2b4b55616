"""`kiosk card read`: one ID card from one reader, from a shell. The driver runs in this process."""

from __future__ import annotations

import argparse

import msgspec

from drivers.contract.errors import DeviceError, DeviceTimeout, NoMedia
from kiosk.commands.shell import NO_CARD, OK, READER_ERROR, add, bad, device_error, group, show
from kiosk.ipc import Control


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the group."""
    parts = group(commands, "card", "read an ID card")
    read = add(parts, "read", "read one card", "kiosk card read --port socket://127.0.0.1:5301 --json", read_card)
    read.add_argument("--port", required=True, help="tty path, socket://host:port or pty")
    read.add_argument("--baud", type=int, default=115200)
    read.add_argument("--timeout-s", type=float, default=10.0, help="how long to wait for a card")


def read_card(options: argparse.Namespace) -> int:
    """Read one card. 0 read; 2 bad input; 3 no card, or a silent reader, in the time; 4 reader error."""
    from drivers.id_card.reader import SamVReader
    from drivers.transport import open_transport

    try:
        transport = open_transport(options.port, options.baud)
    except ValueError as error:
        return bad(str(error))
    if not 0 < options.timeout_s <= 3600:
        return bad("--timeout-s is more than 0 and at most 3600")
    if options.baud <= 0:
        return bad("--baud is more than 0")
    reader = SamVReader(transport, options.baud)
    try:
        card = reader.read(Control(options.timeout_s))
    except (NoMedia, DeviceTimeout) as error:
        return device_error(error, options.json, NO_CARD)
    except DeviceError as error:
        return device_error(error, options.json, READER_ERROR)
    finally:
        reader.close()
    values = msgspec.structs.asdict(card)
    fields = {name: str(value) for name, value in values.items() if value and not isinstance(value, bytes | tuple)}
    show(options.json, fields, [f"{name}: {value}" for name, value in fields.items()])
    return OK

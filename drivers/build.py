"""The only list of drivers: a device's table of the terminal profile → its driver."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from drivers.contract.driver import Driver
from drivers.contract.status import DeviceRole


class DeviceConfigError(Exception):
    """The profile's [devices] tables cannot be used; the message lists every mistake, one a line."""


class DeviceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One [devices.<role>] table. `port` is the device's address; the rest only matters to some drivers."""

    driver: str
    port: str
    baud: int = 115200
    probe_bauds: bool = False
    width_dots: int = 576
    profile: str = "default"
    frames: str = ""


def _sam_v(config: DeviceConfig, folder: Path) -> Driver:
    from drivers.id_card.reader import SamVReader
    from drivers.transport import open_transport

    return SamVReader(open_transport(config.port, config.baud), config.baud, config.probe_bauds)


def _escpos(config: DeviceConfig, folder: Path) -> Driver:
    from drivers.receipt_printer.printer import EscposReceiptPrinter
    from drivers.transport import open_transport

    return EscposReceiptPrinter(open_transport(config.port, config.baud), config.width_dots, config.profile)


def _ipp(config: DeviceConfig, folder: Path) -> Driver:
    from drivers.document_printer.printer import IppDocumentPrinter

    return IppDocumentPrinter(config.port)


def _opencv(config: DeviceConfig, folder: Path) -> Driver:
    from drivers.camera.camera import OpencvCamera

    return OpencvCamera(config.port, config.frames or str(folder / "camera.frames"))


DRIVERS: Mapping[DeviceRole, Mapping[str, Callable[[DeviceConfig, Path], Driver]]] = {
    DeviceRole.ID_CARD: {"sam_v": _sam_v},
    DeviceRole.RECEIPT: {"escpos": _escpos},
    DeviceRole.DOCUMENT: {"ipp": _ipp},
    DeviceRole.CAMERA: {"opencv": _opencv},
}


def read_device_configs(profile: Path) -> dict[DeviceRole, DeviceConfig]:
    """All [devices.*] tables of a profile; DeviceConfigError listing every mistake."""
    try:
        tree = tomllib.loads(profile.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DeviceConfigError(f"{profile}: {error}") from None
    configs: dict[DeviceRole, DeviceConfig] = {}
    mistakes: list[str] = []
    tables = tree.get("devices", {})
    if not isinstance(tables, dict):
        raise DeviceConfigError(f"{profile}: devices is not a table")
    for name, table in tables.items():
        try:
            role = DeviceRole(name)
            config = msgspec.convert(table, DeviceConfig)
            _check(role, config)
            configs[role] = config
        except (ValueError, msgspec.ValidationError) as error:
            mistakes.append(f"{profile}: [devices.{name}] {error}")
    if mistakes:
        raise DeviceConfigError("\n".join(mistakes))
    return configs


def build_driver(role: DeviceRole, config: DeviceConfig, folder: Path) -> Driver:
    """The driver of one role; ValueError when its settings are wrong. `folder` should lie on tmpfs."""
    return DRIVERS[role][config.driver](config, folder)


def _check(role: DeviceRole, config: DeviceConfig) -> None:
    families: Mapping[str, Any] = DRIVERS.get(role, {})
    if config.driver not in families:
        known = ", ".join(families) or "none yet"
        raise ValueError(f"driver {config.driver!r} is not one we have for this role ({known})")
    if config.baud <= 0:
        raise ValueError(f"baud is more than 0, not {config.baud}")
    if config.width_dots not in {384, 576}:
        raise ValueError(f"width_dots is 384 (58 mm) or 576 (80 mm), not {config.width_dots}")
    build_driver(role, config, Path(os.curdir))

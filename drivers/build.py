"""A device's table of the terminal profile → its driver.

Not responsible for any family: `driver = "name"` names the module `drivers.<package>.families.<name>`, which brings
`Settings` (what its table may say) and `build` (settings → driver). A new family is one such file.
"""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from drivers.contract.driver import Driver
from drivers.contract.status import DeviceRole
from drivers.family import FamilySettings, Place

PACKAGES: Mapping[DeviceRole, str] = {
    DeviceRole.ID_CARD: "id_card",
    DeviceRole.RECEIPT: "receipt_printer",
    DeviceRole.DOCUMENT: "document_printer",
    DeviceRole.CAMERA: "camera",
    DeviceRole.DOCUMENT_CAMERA: "camera",
    DeviceRole.SMART_CARD: "smart_card",
    DeviceRole.SCANNER: "scanner",
    DeviceRole.PANEL: "panel",
}


class DeviceConfigError(Exception):
    """The profile's [devices] tables cannot be used; the message lists every mistake, one a line."""


@dataclass(frozen=True)
class DeviceConfig:
    """One [devices.<role>] table, checked."""

    driver: str
    settings: FamilySettings
    build: Callable[[Any, Place], Driver]


def families_of(role: DeviceRole) -> tuple[str, ...]:
    """The families that can serve a role."""
    package = importlib.import_module(f"drivers.{PACKAGES[role]}.families")
    return tuple(sorted(module.name for module in pkgutil.iter_modules(package.__path__)))


def read_device_configs(profile: Path, only: DeviceRole | None = None) -> dict[DeviceRole, DeviceConfig]:
    """All [devices.*] tables of a profile, or one; DeviceConfigError listing every mistake.

    A host reads its own table only: another role's mistake is not its business, nor another family's memory.
    """
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
        if only is not None and name != only:
            continue
        try:
            role = DeviceRole(name)
        except ValueError:
            mistakes.append(f"{profile}: [devices.{name}] is not one of {', '.join(DeviceRole)}")
            continue
        try:
            configs[role] = read_device_config(role, table)
        except DeviceConfigError as error:
            mistakes += [f"{profile}: [devices.{name}] {line}" for line in str(error).splitlines()]
    if mistakes:
        raise DeviceConfigError("\n".join(mistakes))
    return configs


def read_device_config(role: DeviceRole, table: object) -> DeviceConfig:
    """One table; DeviceConfigError listing every mistake in it."""
    if not isinstance(table, dict) or not isinstance(table.get("driver"), str):
        raise DeviceConfigError('needs driver = "NAME"')
    name, known = table["driver"], families_of(role)
    if name not in known:
        raise DeviceConfigError(f"driver {name!r} is not one we have for this role ({', '.join(known) or 'none'})")
    family = importlib.import_module(f"drivers.{PACKAGES[role]}.families.{name}")
    values = {key: value for key, value in table.items() if key != "driver"}
    mistakes = _mistakes(family.Settings, values)
    if mistakes:
        raise DeviceConfigError("\n".join(mistakes))
    settings = msgspec.convert(values, family.Settings)
    try:
        family.build(settings, Place(role, Path()))
    except ValueError as error:
        raise DeviceConfigError(str(error)) from None
    return DeviceConfig(name, settings, family.build)


def build_driver(role: DeviceRole, config: DeviceConfig, folder: Path) -> Driver:
    """The driver of one role, not yet opened. `folder` should lie on tmpfs."""
    return config.build(config.settings, Place(role, folder))


def _mistakes(settings: type[FamilySettings], values: Mapping[str, object]) -> list[str]:
    """Each value on its own, so that a table with several mistakes names them all."""
    fields = {field.name: field for field in msgspec.structs.fields(settings)}
    found = [f"{name} is not one of {', '.join(fields)}" for name in values if name not in fields]
    for name, field in fields.items():
        if name in values:
            try:
                msgspec.convert(values[name], field.type)
            except msgspec.ValidationError as error:
                found.append(f"{name}: {error}")
        elif field.required:
            found.append(f"{name} is missing")
    return found

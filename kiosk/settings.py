"""The terminal profile: one TOML file, read strictly into frozen values, all mistakes at once.

Not responsible for the [devices], [store] and [centre] tables beyond their names: the processes that use
them validate them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from kiosk.views import Language

_T = TypeVar("_T")
KNOWN_TABLES = frozenset({"terminal", "screen", "technician", "devices", "store", "centre"})


class SettingsError(Exception):
    """The profile cannot be used; the message lists every mistake, one a line."""


class TerminalSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who and where this terminal is. `district` is a GB/T 2260 code; `place` has all three languages."""

    id: str
    district: str
    place: dict[str, str]
    site: Literal["street", "bank", "hall"] = "street"
    help_phone: str = "12345"


class ScreenSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The panel. `diagonal_mm` is measured on the glass; 21.5 inch is 546 mm."""

    diagonal_mm: float = 546.0
    language: Language = Language.SIMPLIFIED


class TechnicianSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a technician is let in. `pin` is scrypt$<salt hex>$<key hex> (see kiosk.terminal.pin)."""

    pin: str


class Settings(msgspec.Struct, frozen=True):
    """Everything the terminal's own process needs; `devices` are the roles that the profile equips."""

    terminal: TerminalSettings
    screen: ScreenSettings
    technician: TechnicianSettings
    devices: tuple[str, ...]


def load_settings(path: Path) -> Settings:
    """Read a profile; raise SettingsError listing all mistakes."""
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not a TOML file: {error}") from error
    mistakes = [f"[{name}] is not a table we know" for name in tree if name not in KNOWN_TABLES]
    terminal = _table(tree, "terminal", TerminalSettings, mistakes)
    screen = _table(tree, "screen", ScreenSettings, mistakes)
    technician = _table(tree, "technician", TechnicianSettings, mistakes)
    if terminal is not None:
        mistakes += [f"[terminal] place has no {language}" for language in Language if not terminal.place.get(language)]
    if mistakes or terminal is None or screen is None or technician is None:
        raise SettingsError("\n".join(f"{path}: {mistake}" for mistake in mistakes))
    return Settings(terminal, screen, technician, tuple(tree.get("devices", {})))


def _table(tree: Mapping[str, Any], name: str, kind: type[_T], mistakes: list[str]) -> _T | None:
    try:
        return msgspec.convert(tree.get(name, {}), kind)
    except msgspec.ValidationError as error:
        mistakes.append(f"[{name}] {error}")
        return None

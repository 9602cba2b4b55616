"""Every part of the program stands under some import rule of pyproject.toml; a new part cannot slip in beside them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("kiosk", "drivers", "ui", "offline_cache")
# Parts that may stand under no rule, and why. Empty: all of them do.
EXEMPT: dict[str, str] = {}


def _contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    found: list[dict[str, Any]] = settings["contracts"]
    return found


def _named(contracts: list[dict[str, Any]]) -> set[str]:
    """The modules that rules bind; those only forbidden to others are not bound by it."""
    names: set[str] = set()
    for contract in contracts:
        for key in ("source_modules", "modules", "layers"):
            for entry in contract.get(key, []):
                names.update(part.strip() for part in entry.split("|"))
    return names


def _parts(root: Path = ROOT) -> Iterator[str]:
    """The roots' direct members: packages and modules, by their dotted names."""
    for package in PACKAGES:
        for path in sorted((root / package).iterdir()):
            if path.suffix == ".py" and path.stem != "__init__":
                yield f"{package}.{path.stem}"
            elif (path / "__init__.py").exists():
                yield f"{package}.{path.name}"


def _covered(part: str, names: set[str]) -> bool:
    """kiosk's parts must be named themselves: one rule binds kiosk as a whole and would hide a new part."""
    whole = part.split(".")[0]
    return part in names or (whole != "kiosk" and whole in names)


def _uncovered() -> list[str]:
    names = _named(_contracts())
    return [part for part in _parts() if not _covered(part, names)]


def test_every_part_stands_under_an_import_rule() -> None:
    assert [part for part in _uncovered() if part not in EXEMPT] == []


def test_no_exemption_is_left_over() -> None:
    assert sorted(EXEMPT) == sorted(set(EXEMPT) & set(_uncovered()))


def test_every_module_of_ours_that_a_rule_binds_exists() -> None:
    ours = [name for name in _named(_contracts()) if name.split(".")[0] in PACKAGES]
    places = [ROOT / name.replace(".", "/") for name in ours]
    assert [str(place) for place in places if not (place.is_dir() or place.with_suffix(".py").exists())] == []


@pytest.mark.parametrize(("part", "covered"), [("kiosk.newcomer", False), ("ui.newcomer", True), ("kiosk.ipc", True)])
def test_a_new_part_beside_the_rules_is_noticed(part: str, covered: bool) -> None:
    assert _covered(part, {"kiosk", "ui", "kiosk.ipc"}) is covered

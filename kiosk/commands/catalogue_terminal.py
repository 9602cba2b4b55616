"""`kiosk catalogue status|rollback|diff` at a terminal: what its store holds of the signed catalogue. Needs no line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from kiosk.commands.shell import OK, Subcommands, add, show
from kiosk.commands.store_door import Ask, guarded, store_of
from offline_cache.administration import RollBackCatalogue
from offline_cache.contract import GetStatus, StoreStatus
from offline_cache.contract_catalogue import CataloguePage, CatalogueStatus, ReadCatalogue

WITHIN_S = 10.0


def add_status(parts: Subcommands) -> None:
    """Add `status`."""
    example = "kiosk catalogue status --profile config/terminals/dev.toml --data .data"
    status = add(parts, "status", "which version this terminal has, and how fresh it is", example, run_status)
    status.add_argument("--data", type=Path, default=Path(".data"), metavar="DIR", help="data folder (.data)")
    status.add_argument("--profile", type=Path, default=Path("config/terminals/dev.toml"), metavar="FILE")


def step_back(options: argparse.Namespace) -> int:
    """Make a kept version the active one; 1 when it is not kept."""
    return guarded(_step_back, options)


def compare(options: argparse.Namespace) -> int:
    """Say what changed between two kept versions."""
    return guarded(_compare, options)


def run_status(options: argparse.Namespace) -> int:
    """Say how the catalogue stands."""
    return guarded(_status, options)


def _status(options: argparse.Namespace) -> int:
    with store_of(options) as ask:
        status = _asked(ask)
    fields: dict[str, Any] = {name: getattr(status, name) for name in status.__struct_fields__}
    lines = [f"{name}: {_plain(value)}" for name, value in fields.items() if value or name == "version"]
    show(options.json, fields, lines)
    return OK


def _step_back(options: argparse.Namespace) -> int:
    with store_of(options) as ask:
        ask(RollBackCatalogue(options.version), WITHIN_S)
    show(options.json, {"version": options.version}, [f"version {options.version} is active"])
    return OK


def _compare(options: argparse.Namespace) -> int:
    from kiosk.central.catalogue_diff import differences

    with store_of(options) as ask:
        old, new = (_files(ask, version) for version in (options.first, options.second))
    lines = differences(old, new)
    show(options.json, {"differences": lines}, lines or ["no difference"])
    return OK


def _asked(ask: Ask) -> CatalogueStatus:
    status = ask(GetStatus(), WITHIN_S)
    assert isinstance(status, StoreStatus)
    return status.catalogue


def _files(ask: Ask, version: int) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    after, more = "", True
    while more:
        page = ask(ReadCatalogue(version, after), WITHIN_S)
        assert isinstance(page, CataloguePage)
        files |= {file.path: file.body for file in page.files}
        after, more = page.files[-1].path if page.files else after, page.more
    return files


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)

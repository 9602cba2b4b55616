"""`kiosk catalogue table`: one row a service with what was shown of it just now; `--write` puts it into the docs."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from kiosk.commands.shell import FAILED, OK, Subcommands, add, bad, show
from kiosk.folders import CONFIG
from kiosk.journey.catalogue import CatalogueError, load_catalogue
from kiosk.journey.context import Context, TerminalFacts
from kiosk.preview.proofs import Proof, proofs_of, sample_of
from kiosk.texts import TextError, load_texts

WHOLE_LIST = 148
PLACE = {"zh-Hans": "演示", "zh-Hant": "演示", "en": "Demo"}
HEAD = """# The services, one by one

Made by `kiosk catalogue table --window sample --write docs/services.md`; nothing here is written by hand.

- *Lint*: the whole catalogue is clean, or this table is not made.
- *Engine*: walked to its end in 简体, 繁體 and English.
- *Window*: every page painted in a real window: a sample of at least twenty, and every shape.
- *Line down*: it says what its class A, C, Q or N asks for; A and C ask the centre nothing.
- *40 states*: never offered while a device that it needs is broken; every refusal has its reason.
"""


def add_table(parts: Subcommands) -> None:
    """Add the sub-command."""
    example = "kiosk catalogue table --window sample --write docs/services.md"
    table = add(parts, "table", "one row a service: walked, offline, readiness", example, run_table)
    table.add_argument("--window", choices=["none", "sample", "all"], default="none", help="which to paint too")
    table.add_argument("--write", type=Path, metavar="FILE", help="Markdown file to write")
    table.add_argument("--config", type=Path, default=CONFIG, help="folder with services, districts, codes, texts")


def run_table(options: argparse.Namespace) -> int:
    """Exit status 0; 1 when a cell is wrong; 2 for a catalogue with mistakes."""
    try:
        texts = load_texts(options.config / "texts")
        catalogue = load_catalogue(options.config, texts)
    except (CatalogueError, TextError) as error:
        return bad(str(error))
    services = catalogue.services
    painted = {"none": frozenset[str](), "sample": sample_of(services.values()), "all": frozenset(services)}
    context = Context(catalogue, texts, TerminalFacts("TABLE", "440106", PLACE))
    rows = proofs_of(context, options.config / "samples" / "datasets", painted[options.window])
    lines = _lines(rows)
    if options.write:
        options.write.write_text(HEAD + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
        lines = [lines[0], f"{options.write} is written"]
    show(options.json, {"rows": [asdict(row) | {"whole": row.whole} for row in rows]}, lines)
    return OK if all(row.whole for row in rows) else FAILED


def _lines(rows: list[Proof]) -> list[str]:
    there, whole = sum(row.no > 0 for row in rows), sum(row.whole for row in rows)
    painted = sum(bool(row.window) for row in rows)
    summary = f"{there} of {WHOLE_LIST} services are there, {whole} rows without a fault, {painted} painted."
    head = ["| no | service | 名称 | lint | 简 | 繁 | en | window | line down | 40 states |", "|" + "---|" * 10]
    return [summary, "", *head, *map(_line, rows)]


def _line(row: Proof) -> str:
    engine = list(row.engine.values())
    cells = [str(row.no), row.service, row.title, "yes", *engine, row.window or "-"]
    return "| " + " | ".join([*cells, f"{row.offline_class}: {row.offline}", row.readiness]) + " |"

"""What stands on a certificate that lists records: read from a template, a person, her records and what was asked.

A template is config/templates/NAME.toml: which dataset, which of its rows become columns, which words. Its page is
NAME.typ, or the `layout` it names; words that all of them have stand in config/templates/shared/words.toml.
Pure but for reading the folder. Not responsible for numbers, seals and keys (kiosk.central.certificates), nor for the
insurance certificate with its overlapping periods (same place).
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from kiosk.central.kin import FOR
from kiosk.central.models import Person, Record
from kiosk.central.refusals import Refusal
from kiosk.central.schemas import CertificateIn, Month, Pair

Said = dict[str, str]
"""One sentence by language."""

SANS = {"zh-Hans": "Noto Sans CJK SC", "zh-Hant": "Noto Sans CJK TC", "en": "Noto Sans CJK SC"}
SERIF = {"zh-Hans": "Noto Serif CJK SC", "zh-Hant": "Noto Serif CJK TC", "en": "Noto Serif CJK SC"}
_MONEY = re.compile(r"-?[\d,]+\.\d\d")


class Paper(BaseModel):
    """A template. `cells`: what each column shows of a record: "title", "state" or the label of a row.

    `month_row`: the row whose beginning (YYYY-MM) must be within the months asked for; without it none are asked.
    `narrow`: parameter → label of the row that it must equal ("all" takes everything). `total`: the row that is added
    up. `statement`: what is certified when there are records, `none`: when there is none; without the sentence there
    is no certificate.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str
    prefix: str
    layout: str = "paper"
    title: Said
    subtitle: Said
    statement: Said | None = None
    none: Said | None = None
    columns: dict[str, list[str]]
    cells: list[str]
    widths: list[float]
    month_row: str = ""
    narrow: dict[str, str] = {}
    total: str = ""
    notes: dict[str, list[str]] = {}
    words: dict[str, Said]


def read_papers(folder: Path) -> dict[str, Paper]:
    """The templates of a folder that list records, by name."""
    shared = folder / "shared" / "words.toml"
    common = tomllib.loads(shared.read_text(encoding="utf-8"))["words"] if shared.is_file() else {}
    papers: dict[str, Paper] = {}
    for path in sorted(folder.glob("*.toml")):
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
        if "cells" in tree:
            papers[path.stem] = Paper(**{**tree, "words": {**common, **tree["words"]}})
    return papers


def page_of(paper: Paper, request: CertificateIn, person: Person, records: Sequence[Record]) -> dict[str, Any]:
    """Everything the page shows, in one language; Refusal 404 when there is nothing to certify, 422 for odd months."""
    language = request.language
    asked = {pair.name: pair for pair in request.parameters}
    found = [record for record in records if _fits(paper, record, asked)]
    sentence = paper.statement if found else paper.none
    if sentence is None:
        raise Refusal(404, "not_clear" if found else "no_records")
    words = {name: said[language] for name, said in paper.words.items()}
    total = _total(paper, found)
    purpose = _shown(asked["purpose"]) if "purpose" in asked else words["any"]
    said = {name: _shown(pair) for name, pair in asked.items()}
    missing = [name for name in _named(sentence[language]) if name not in {*said, "name", "number", "count", "total"}]
    if missing:
        raise Refusal(422, "parameters")
    said |= {"name": person.name, "number": person.number, "count": str(len(found)), "total": total}
    return {
        "title": paper.title[language],
        "subtitle": paper.subtitle[language],
        "statement": sentence[language].format_map(said),
        "name": person.name,
        "facts": _facts(paper, words, person, asked),
        "columns": paper.columns[language],
        "widths": paper.widths,
        "rows": [[_cell(record, cell) for cell in paper.cells] for record in found],
        "total": f"{words['total']} {total}" if total and found else "",
        "notes": paper.notes.get(language, []),
        "watermark": words["only_for"].format(purpose=purpose),
        "words": words,
        "seal": paper.words["issuer"]["zh-Hans"].removesuffix("（演示）"),
        "sans": SANS[language],
        "serif": SERIF[language],
    }


def _named(sentence: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(sentence) if name]


def _fits(paper: Paper, record: Record, asked: Mapping[str, Pair]) -> bool:
    rows = dict(record.rows)
    wanted = {label: asked[name].value for name, label in paper.narrow.items() if name in asked}
    if any(value not in {"", "all", rows.get(label)} for label, value in wanted.items()):
        return False
    if not paper.month_row:
        return True
    first, last = _months(asked)
    return first <= rows.get(paper.month_row, "")[:7] <= last


def _months(asked: Mapping[str, Pair]) -> tuple[str, str]:
    first, last = (asked[name].value if name in asked else "" for name in ("period_from", "period_to"))
    if not (re.fullmatch(Month, first) and re.fullmatch(Month, last) and first <= last):
        raise Refusal(422, "period")
    return first, last


def _facts(paper: Paper, words: Mapping[str, str], person: Person, asked: Mapping[str, Pair]) -> list[tuple[str, str]]:
    """Who it is about and what was asked for, as pairs of a label and a value."""
    facts = [(words["holder"], person.name), (words["id"], person.number)]
    if paper.month_row:
        first, last = _months(asked)
        facts.append((words["period"], f"{_month(first)} — {_month(last)}"))
    rest = (pair for name, pair in asked.items() if name not in {"period_from", "period_to", FOR})
    return facts + [(pair.label, _shown(pair)) for pair in rest if _shown(pair)]


def _shown(pair: Pair) -> str:
    return pair.shown or pair.value


def _cell(record: Record, cell: str) -> str:
    own = {"title": record.title, "state": record.state}
    return own.get(cell) or dict(record.rows).get(cell, "")


def _total(paper: Paper, records: Sequence[Record]) -> str:
    """The sum of the row that is added up, as money; "" where nothing is."""
    if not paper.total:
        return ""
    found = (_MONEY.search(dict(record.rows).get(paper.total, "")) for record in records)
    fen = sum(int(match[0].replace(",", "").replace(".", "")) for match in found if match)
    return f"¥{fen / 100:,.2f}" if fen >= 0 else f"-¥{-fen / 100:,.2f}"


def _month(text: str) -> str:
    return f"{text[:4]}年{int(text[5:])}月"

"""Certificates that list records: what is taken, added up and said; every template is a page that can be read back."""

from __future__ import annotations

import datetime
import itertools
import tomllib
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pydantic import ValidationError

from kiosk.central.models import Person, Record
from kiosk.central.papers import Paper, page_of, read_papers
from kiosk.central.refusals import Refusal
from kiosk.central.schemas import CertificateIn, Pair
from kiosk.central.typeset import Typesetter, qr_svg
from kiosk.folders import CONFIG

TEMPLATES, DATASETS = CONFIG / "templates", CONFIG / "samples" / "datasets"
PAPERS = read_papers(TEMPLATES)
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
PERIOD = {"period_from": "1990-01", "period_to": "2026-12"}


def person(name: str = "李䶮") -> Person:
    return Person(number="440105198809099099", name=name, fields=[])


def asked(template: str, language: str = "zh-Hans", **parameters: str) -> CertificateIn:
    pairs = [Pair(name=name, value=value, label=name, shown=value) for name, value in parameters.items()]
    tree = {"template": template, "number": "440105198809099099", "token": "t", "language": language}
    return CertificateIn(**tree, parameters=pairs)  # type: ignore[arg-type]  # checked by the schema itself


def records_of(dataset: str) -> list[Record]:
    """The sample records of a dataset, whoever they are about."""
    table = tomllib.loads((DATASETS / f"{dataset}.toml").read_text(encoding="utf-8"))
    return [
        Record(dataset=dataset, title=row["title"], state=row["state"], rows=row["rows"]) for row in table["record"]
    ]


def page(template: str, records: list[Record], **parameters: str) -> dict[str, Any]:
    return page_of(PAPERS[template], asked(template, **parameters), person(), records)


def test_only_the_months_and_the_kind_that_were_asked_for_are_certified() -> None:
    records = records_of("tax_payments")
    assert page("tax-payments", records, **PERIOD)["total"] == "合计 ¥23,016.50"
    year = page("tax-payments", records, period_from="2025-01", period_to="2025-12", tax="all")
    assert [row[1] for row in year["rows"]] == ["契税", "房产税"]
    one = page("tax-payments", records, **PERIOD, tax="房产税")
    assert [row[1] for row in one["rows"]] == ["房产税"]
    assert one["facts"][2] == ("期间", "1990年1月 — 2026年12月")


def test_nothing_to_certify_is_refused_unless_nothing_can_be_certified() -> None:
    with pytest.raises(Refusal, match="no_records"):
        page("tax-payments", [], **PERIOD)
    nothing = {language: "{name} has none" for language in LANGUAGES}
    paper = PAPERS["tax-payments"].model_copy(update={"none": nothing})
    assert page_of(paper, asked("x", **PERIOD), person(), [])["statement"] == "李䶮 has none"


def test_what_is_owed_is_never_certified_as_nothing() -> None:
    with pytest.raises(Refusal, match="not_clear"):
        page("no-tax-owed", records_of("tax_owed"), today="2026年11月23日")


@pytest.mark.parametrize("months", [{}, {"period_from": "2026-13", "period_to": "2026-14"}, {"period_from": "2026-02"}])
def test_a_list_of_months_needs_two_months(months: dict[str, str]) -> None:
    with pytest.raises(Refusal, match="period"):
        page("tax-payments", records_of("tax_payments"), **months)


def test_a_template_with_a_key_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text('cells = []\ncolour = "red"\n[words]\n', encoding="utf-8")
    with pytest.raises(ValidationError, match="colour"):
        read_papers(tmp_path)


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter(TEMPLATES)


@pytest.mark.parametrize(("name", "language"), list(itertools.product(PAPERS, LANGUAGES)))
def test_every_template_is_read_back_with_rare_name_records_and_sum(
    typesetter: Typesetter, name: str, language: str
) -> None:
    paper: Paper = PAPERS[name]
    given = {parameter: "all" for parameter in paper.narrow} | PERIOD | {"purpose": "loan", "today": "2026年11月23日"}
    records = records_of(paper.dataset) if paper.statement else []
    drawn = page_of(paper, asked(name, language, **given), person(), records)
    assert all(len(row) == len(drawn["columns"]) == len(drawn["widths"]) for row in drawn["rows"])
    proof = {"serial": "XX2026000001", "code": "AAAA-BBBB-CCCC", "qr": qr_svg("x"), "date": "2026年11月23日"}
    made = datetime.datetime(2026, 11, 23, 10, 0)
    pdf = typesetter.pdf(paper.layout, drawn | proof | {"terminal": "GZ-TH-0001"}, made)
    with pypdfium2.PdfDocument(pdf) as document:
        text = "".join(sheet.get_textpage().get_text_bounded() for sheet in document).replace("\r\n", "")
    for wanted in ("李䶮", "440105198809099099", "演示", "XX2026000001", *drawn["total"].split()[-1:]):
        assert wanted in text
    assert all(cell in text for row in drawn["rows"] for cell in row if len(cell) < 8)

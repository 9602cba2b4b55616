"""Certificates that list records: what is taken, added up and said; every template is a page that can be read back."""

from __future__ import annotations

import datetime
import itertools
import string
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
from kiosk.journey.catalogue import load_catalogue
from kiosk.journey.model import CertificateStep
from kiosk.texts import load_texts

TEMPLATES, DATASETS = CONFIG / "templates", CONFIG / "samples" / "datasets"
PAPERS = read_papers(TEMPLATES)
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
PERIOD = {"period_from": "1990-01", "period_to": "2026-12"}


def named_in(paper: Paper) -> set[str]:
    """The parameters that its sentences name."""
    said = [text for sentence in (paper.statement, paper.none) if sentence for text in sentence.values()]
    names = {name for text in said for _, name, _, _ in string.Formatter().parse(text) if name}
    return names - {"name", "number", "count", "total"}


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


def test_a_sentence_is_never_said_without_what_it_names() -> None:
    with pytest.raises(Refusal, match="parameters"):
        page("fund-other-city", records_of("fund_accounts"))


@pytest.mark.parametrize("months", [{}, {"period_from": "2026-13", "period_to": "2026-14"}, {"period_from": "2026-02"}])
def test_a_list_of_months_needs_two_months(months: dict[str, str]) -> None:
    with pytest.raises(Refusal, match="period"):
        page("tax-payments", records_of("tax_payments"), **months)


def test_a_template_with_a_key_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text('cells = []\ncolour = "red"\n[words]\n', encoding="utf-8")
    with pytest.raises(ValidationError, match="colour"):
        read_papers(tmp_path)


def test_every_service_asks_what_its_paper_names_and_every_paper_has_its_dataset() -> None:
    catalogue = load_catalogue(CONFIG, load_texts(CONFIG / "texts"))
    steps = [step for service in catalogue.services.values() for step in service.steps]
    used = {
        step.template: {item.name for item in step.parameters} for step in steps if isinstance(step, CertificateStep)
    }
    for name, paper in PAPERS.items():
        wanted = named_in(paper) | paper.narrow.keys() | ({"period_from", "period_to"} if paper.month_row else set())
        assert wanted <= used[name], name
        assert (DATASETS / f"{paper.dataset}.toml").is_file(), name
    assert all((TEMPLATES / f"{name}.toml").is_file() for name in used)


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter(TEMPLATES)


@pytest.mark.parametrize(("name", "language"), list(itertools.product(PAPERS, LANGUAGES)))
def test_every_template_is_read_back_with_rare_name_records_and_sum(
    typesetter: Typesetter, name: str, language: str
) -> None:
    paper: Paper = PAPERS[name]
    given = {name: "2026年11月23日" for name in named_in(paper)} | dict.fromkeys(paper.narrow, "all")
    given |= PERIOD | {"purpose": "loan"}
    records = records_of(paper.dataset) if paper.statement else []
    drawn = page_of(paper, asked(name, language, **given), person(), records)
    assert all(len(row) == len(drawn["columns"]) == len(drawn["widths"]) for row in drawn["rows"])
    proof = {"serial": "XX2026000001", "code": "AAAA-BBBB-CCCC", "qr": qr_svg("x"), "date": "2026年11月23日"}
    made = datetime.datetime(2026, 11, 23, 10, 0)
    pdf = typesetter.pdf(paper.layout, drawn | proof | {"terminal": "GZ-TH-0001"}, made)
    with pypdfium2.PdfDocument(pdf) as document:
        text = "".join(sheet.get_textpage().get_text_bounded() for sheet in document).replace("\r\n", "")
    own = ("李䶮",) if name == "business-licence" else ("李䶮", "440105198809099099")  # it hangs in the shop
    for wanted in (*own, "演示", "XX2026000001", *drawn["total"].split()[-1:]):
        assert wanted in text
    assert all(cell in text for row in drawn["rows"] for cell in row if len(cell) < 8)

"""The national consistency rules and ours: each is broken once, and said where."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kiosk.journey.catalogue import CatalogueError, load_catalogue
from kiosk.texts import Texts, load_texts
from tests.journeys.citizen import CONFIG

PLAIN = Path(__file__).parent / "plain"
TRACK, CARD = "services/general/track-case.toml", "services/hrss/social-security-card.toml"
DEMO = "demo = true"
TEXT = '{ zh-Hans = "甲", zh-Hant = "甲", en = "A" }'
FEE = f"{{ name = {TEXT}, amount_fen = 5, basis = {TEXT} }}"
PAPER = f'{{ id = "a", name = {TEXT} }}'
CODE = "11370800MB285591843370117002011"


@pytest.fixture(scope="module")
def texts() -> Texts:
    return load_texts(CONFIG / "texts")


def mistakes(tmp_path: Path, texts: Texts, name: str, old: str, new: str) -> str:
    """What is said of a catalogue in which one file was changed."""
    shutil.copytree(PLAIN, tmp_path / "plain")
    path = tmp_path / "plain" / name
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        load_catalogue(tmp_path / "plain", texts)
    except CatalogueError as error:
        return str(error)
    return ""


def with_keys(*lines: str) -> str:
    """The line that every file has, and more after it."""
    return "\n".join([DEMO, *lines])


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            CARD,
            DEMO,
            with_keys("promise_days = 20", "terms = { statutory_days = 10 }"),
            "more than the law allows (10)",
        ),
        (CARD, DEMO, with_keys("visits = 1"), "visit_reason: say why"),
        (CARD, DEMO, with_keys(f"visit_reason = {TEXT}"), "without a visit there is none"),
        (CARD, DEMO, with_keys("visits = 1", f"visit_reason = {TEXT}", 'online_depth = "IV"'), "wholly online"),
        (CARD, DEMO, with_keys('result_kind = "licence"'), "must come by post"),
        (CARD, DEMO, with_keys("is_fee = true"), "fees: a fee needs"),
        (
            CARD,
            DEMO,
            with_keys(f"fees = [{FEE}]"),
            "is_fee: fees are listed",
        ),
        (
            CARD,
            DEMO,
            with_keys("is_fee = true", f"fees = [{{ name = {TEXT}, amount_fen = -5, basis = {TEXT} }}]"),
            "must not be negative",
        ),
        (CARD, DEMO, with_keys('codes = { dept_code = "11370800MB28559185" }'), "is no credit code"),
        (CARD, DEMO, with_keys('codes = { task_code = "1" }'), "is no implementation code"),
        (CARD, DEMO, with_keys(f'codes = {{ task_code = "{CODE}", catalog_code = "1" }}'), "must end in catalog_code"),
        (
            CARD,
            DEMO,
            with_keys(f'codes = {{ task_code = "{CODE}", dept_code = "11430000006122244L" }}'),
            "must begin with dept_code",
        ),
        (CARD, DEMO, with_keys(f'codes = {{ task_handle_item = "{CODE}" }}'), "is no case type"),
        (TRACK, DEMO, with_keys('factors = ["face"]'), "face must never be the only way"),
        (TRACK, DEMO, with_keys('factors = ["id_card"]'), "needs a second one beside the card"),
        (TRACK, DEMO, with_keys('identity = "L0"'), "L0 asks nobody"),
        (TRACK, DEMO, with_keys('task_type = "grant"'), "a grant needs its law"),
        (TRACK, DEMO, with_keys('audiences = ["martians"]'), "martians is not in codes/audiences.toml"),
        (TRACK, DEMO, with_keys('valid_from = "soon"'), "soon is not a date"),
        (TRACK, DEMO, with_keys('valid_from = "2026-02-01"', 'valid_to = "2026-01-01"'), "must be after valid_from"),
        (TRACK, 'seen = "2026-11-23"', 'seen = "yesterday"', "yesterday is not a date"),
        (TRACK, "sources = [", "faq = [] #", "sources: say where"),
        (TRACK, 'plain = { zh-Hans = "样例"', f'plain = {{ zh-Hans = "{"长" * 61}"', "plain: at most 60 signs"),
        (TRACK, "plain = {", "faq = [] #", "plain: say in one or two"),
        (TRACK, 'agree = { zh-Hans = "同意并继续"', f'agree = {{ zh-Hans = "{"长" * 16}"', "a button has at most 15"),
        (TRACK, "reading_s = 15", "reading_s = 90", "leave it out"),
        (TRACK, "我们会用您的身份证号码查询您名下的办件。", "长" * 700, "say less"),
        (
            CARD,
            '  { id = "icbc"',
            "".join(f'  {{ id = "b{n}", label = {TEXT} }},\n' for n in range(3)) + '  { id = "icbc"',
            "at most 6 choices",
        ),
        (
            CARD,
            DEMO,
            with_keys(f'materials = [{{ id = "a", name = {TEXT}, licences = ["wings"] }}]'),
            "wings is not in codes/licences.toml",
        ),
        (CARD, DEMO, with_keys(f'materials = [{{ id = "a", name = {TEXT}, need = "case" }}]'), "belong together"),
        (
            CARD,
            DEMO,
            with_keys(f"materials = [{PAPER}, {PAPER}]"),
            "twice as",
        ),
        (TRACK, 'dataset = "cases"', 'dataset = "cases"\npublic = true', "codes/public/cases.toml is missing"),
        (CARD, 'kind = "rating"', 'kind = "gate"\nrequire = []', "rating step is missing"),
    ],
)
def test_each_rule_is_said_when_it_is_broken(
    tmp_path: Path, texts: Texts, name: str, old: str, new: str, said: str
) -> None:
    assert said in mistakes(tmp_path, texts, name, old, new)


def test_what_the_rules_ask_for_is_enough(tmp_path: Path, texts: Texts) -> None:
    keys = with_keys(
        "promise_days = 10",
        'terms = { statutory_days = 20, unit = "working_day" }',
        "visits = 1",
        f"visit_reason = {TEXT}",
        f'codes = {{ task_code = "{CODE}", catalog_code = "370117002011", dept_code = "11370800MB28559184" }}',
        'factors = ["id_card", "face", "sms_code"]',
        f'materials = [{{ id = "a", name = {TEXT}, licences = ["household"] }}]',
        'figures = { rate = { value = 5, unit = { zh-Hans = "元", zh-Hant = "元", en = " yuan" }, since = "2026-01-01",'
        ' source = "test" } }',
    )
    assert mistakes(tmp_path, texts, CARD, DEMO, keys) == ""

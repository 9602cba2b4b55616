"""The shipped catalogue is clean, and a bad one is told all of its mistakes at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from kiosk.journey import lint
from kiosk.journey.catalogue import Catalogue, CatalogueError, config_files, load_catalogue, read_catalogue
from kiosk.journey.model import STEP_TYPES, kind_of
from kiosk.texts import Texts, load_texts
from kiosk.views import Language
from tests.journeys.citizen import CONFIG

TRACK = "services/general/track-case.toml"
ENROLMENT = "services/hrss/enrolment-certificate.toml"
CARD = "services/hrss/social-security-card.toml"
ALLOWANCE = "services/civil/longevity-allowance.toml"
PLAIN = Path(__file__).parent / "plain"
"""Four services written out in full, without anything shared: every key stands where a test can spoil it."""

CHEBEI = "districts/440106/medical.resident-enrolment.chebei.toml"
RESIDENT = "services/medical/resident-enrolment.toml"
HUANGPU = "districts/440112/civil.longevity-allowance.toml"
Edit = Callable[[str, str, str], list[str]]


@pytest.fixture(scope="module")
def texts() -> Texts:
    return load_texts(CONFIG / "texts")


@pytest.fixture
def edit(tmp_path: Path, texts: Texts) -> Edit:
    """Change one file of a copy of the catalogue and give the mistakes that are found then."""
    for name in ("services", "districts", "codes"):
        shutil.copytree(PLAIN / name, tmp_path / name)

    def change(name: str, old: str, new: str) -> list[str]:
        path = tmp_path / name
        text = path.read_text(encoding="utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        try:
            load_catalogue(tmp_path, texts)
        except CatalogueError as error:
            return error.mistakes
        return []

    return change


@pytest.fixture(scope="module")
def catalogue(texts: Texts) -> Catalogue:
    return load_catalogue(CONFIG, texts)


def test_the_shipped_catalogue_is_clean(catalogue: Catalogue) -> None:
    files = [path for path in (CONFIG / "services").glob("*/*.toml") if path.parent.name != "shared"]
    assert len(catalogue.services) == len(files) >= 8
    assert len(catalogue.districts) == 11


def test_ten_mistakes_in_one_file_are_ten_lines(tmp_path: Path, texts: Texts) -> None:
    for name in ("services", "districts", "codes"):
        shutil.copytree(PLAIN / name, tmp_path / name)
    path = tmp_path / TRACK
    text = path.read_text(encoding="utf-8")
    spoiled = (
        ("version = 1", 'version = "one"'),  # 1 not a number
        ('icon = "list-checks"', ""),  # 2 missing
        ("demo = true", "demo = true\ncolour = 3"),  # 3 unknown key
        ('handle_type = "query"', 'handle_type = "dance"'),  # 4 not one of the words
        ('kind = "lookup"', 'kind = "look"'),  # 5 unknown step
        ('en = "Free"', 'fr = "Gratuit"'),  # 6 and 7 a language missing, another unknown
        ("optional = true", 'optional = "yes"'),  # 8 not a truth value
        ("reading_s = 15", "reading_s = []"),  # 9 not a number
        ('en = "Your own ID card"', 'en = ""'),  # 10 an empty sentence
    )
    for old, new in spoiled:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path, texts)
    ours = [mistake for mistake in caught.value.mistakes if mistake.startswith(TRACK)]
    assert len(ours) == 10, "\n".join(ours)
    assert all(line.count(": ") >= 2 for line in ours)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (TRACK, 'department = "general"', 'department = "nowhere"', "departments.toml"),
        (TRACK, 'groups = ["progress"]', 'groups = ["fun"]', "groups.toml"),
        (TRACK, 'needs = ["id_card", "receipt"]', 'needs = ["id_card"]', "receipt is missing"),
        (TRACK, '"receipt"]', '"receipt", "camera"]', "no step works with it"),
        (TRACK, '"receipt"]', '"receipt", "toaster"]', "toaster is not a device role"),
        (TRACK, 'id = "code"', 'id = "notice"', "used twice"),
        (TRACK, 'offline = "N"', 'offline = "Q"', "needs the line"),
        (TRACK, 'offline = "N"', 'offline = "Q"', "Q needs a submit step"),
        (TRACK, 'offline = "N"', 'offline = "Q"', "offline_limits: Q needs them"),
        (CARD, 'offline = "Q"', 'offline = "N"', "offline_limits: N sends nothing later"),
        (CARD, "valid_days = 30", "valid_days = 0", "valid_days must be 1 to 365"),
        (CARD, "valid_days = 30", "valid_days = 366", "valid_days must be 1 to 365"),
        (CARD, "valid_days = 30, ", "", "valid_days"),
        (CARD, "waiting = 200", "waiting = 0", "waiting must be 1 to 20000"),
        (CARD, "waiting = 200", "waiting = 200, amount_fen = 100", "amount_fen has no meaning"),
        (CARD, "waiting = 200", "waiting = 200, amount_fen = -1", "must not be negative"),
        (CARD, "demo = true", "demo = true\nis_fee = true", "amount_fen must say up to what amount"),
        (
            TRACK,
            'handle_type = "query"',
            'handle_type = "certificate"',
            "certificate needs a certificate or a print step",
        ),
        (TRACK, 'handle_type = "query"', 'handle_type = "application"', "needs a submit step"),
        (CARD, 'handle_type = "application"', 'handle_type = "query"', "needs a lookup step"),
        (TRACK, "demo = true", "demo = false", "must be marked demo"),
        (TRACK, "demo = true", "promise_days = 3\ndemo = true", "on-the-spot"),
        (CARD, "demo = true", "demo = false", "promised days"),
        (TRACK, "demo = true", "demo = true\nhours = { from = 9, to = 9 }", "from must be before to"),
        (TRACK, 'kind = "rating"', 'kind = "gate"\nrequire = []', "rating step is missing"),
        (TRACK, 'consent = "case-lookup"', "", "a notice with a consent"),
        (TRACK, 'kind = "identity"', 'kind = "gate"\nrequire = []', "is not a key we know"),
        (TRACK, 'id = "general/track-case"', 'id = "general/other"', "does not match the file's place"),
        (TRACK, "version = 1", "version = = 1", "cannot be read"),
        (TRACK, "title = {", "fee2 = {", "fee2: is not a key"),
        (CARD, "known.address != ", "knwn.address != ", "nobody provides"),
        (CARD, "answers.delivery ==", "answers.nothing ==", "KeyError"),
        (CARD, "length(value) >= 6", "length(value)", "must be true or false"),
        (CARD, "length(value) >= 6", "length(value) >=", "rules"),
        (CARD, "length(value) >= 6", "shout(value) >= 6", "shout, which nobody provides"),
        (CARD, "请填11位手机号码", "请填{digits}位手机号码", "placeholders"),
        (
            CARD,
            "max_length = 80",
            'max_length = 80\noptions = [{ id = "a", label = { zh-Hans = "甲", zh-Hant = "甲", en = "A" } }]',
            "options belong to a choice",
        ),
        (CARD, 'id = "abc"', 'id = "icbc"', "same id"),
        (
            CARD,
            'id = "delivery"\nask = "choice"',
            'id = "delivery"\nkeyboard = "phone"\nask = "choice"',
            "keyboard has no meaning",
        ),
        (CARD, 'kind = "slip"', 'kind = "rating"', "is not a key we know"),
        (ALLOWANCE, "from = 80, to = 89", "from = 81, to = 89", "not covered once"),
        (ALLOWANCE, "from = 100, to = 150, value = 300", "from = 100, to = 120, value = 300", "must reach age 150"),
        (ALLOWANCE, "yearly = [{ from = 100, to = 150, value = 1000 }]", "yearly = []", "is empty"),
        (ALLOWANCE, "[table_names]\nmonthly", "[table_names]\nweekly", "must stand in tables and in table_names"),
        (ALLOWANCE, 'district = "answers.hukou"', 'district = "answers.hukou +"', "district"),
        (ALLOWANCE, "values = { age =", "values = { years =", "{age} is not among its values"),
        (HUANGPU, 'district = "440112"', 'district = "440999"', "districts.toml"),
        (HUANGPU, 'district = "440112"', 'district = "440106"', "do not match the file's place"),
        (HUANGPU, "2024-01-01", "2024-13-01", "is not a date"),
        (HUANGPU, "demo = true", 'valid_to = "2023-01-01"\ndemo = true', "after valid_from"),
        (HUANGPU, "monthly = [", "weekly = [", "the city has no such table"),
        (HUANGPU, "from = 70, to = 79", "from = 75, to = 79", "must cover ages 70"),
        (HUANGPU, 'service = "civil/', 'service = "civic/', "is not a service we have"),
        (HUANGPU, "[note]", "[noted]", "note: is missing"),
        ("codes/places.toml", "general/track-case", "general/nothing", "is not a service we have"),
        ("codes/places.toml", "GZ-YX-0001", "GZ-TH-0002", "GZ-TH-0002 is the id of 2 places"),
        ("codes/hot.toml", "general/track-case", "general/nothing", "general/nothing is not a service we have"),
        ("codes/hot.toml", "general/track-case", "hrss/enrolment-certificate", "each once"),
        (
            CARD,
            'department = "hrss"',
            'department = "hrss"\nsites = ["hall"]',
            "bank: hrss/social-security-card is not offered at such a site",
        ),
        ("codes/districts.toml", 'code = "440103", name = {', 'code = "440103", name = 3, more = {', "three languages"),
        ("codes/groups.toml", "entries = [", "entries = 3\nothers = [", "entries"),
        ("codes/groups.toml", "entries = [", "entries = [7,", "must be a table"),
    ],
)
def test_each_mistake_is_found_and_named(edit: Edit, name: str, old: str, new: str, said: str) -> None:
    assert said in "\n".join(edit(name, old, new))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("codes/places.toml", "entry/window-booking", "entry/other", "no place books entry/window-booking"),
        (CHEBEI, 'street = "车陂街"', "", "do not match the file's place"),
        (RESIDENT, "street = 'answers", "#", "does not say which street counts"),
    ],
)
def test_mistakes_of_places_and_streets_are_found(texts: Texts, name: str, old: str, new: str, said: str) -> None:
    files = config_files(CONFIG)
    assert old in files[name].decode()
    with pytest.raises(CatalogueError, match=said):
        read_catalogue({**files, name: files[name].decode().replace(old, new).encode()}, texts)


def test_a_review_is_not_asked_twice_and_a_number_is_always_shown(edit: Edit) -> None:
    mistakes = "\n".join(edit(CARD, 'kind = "slip"', 'kind = "slip2"'))
    assert "slip2" in mistakes
    assert ", ".join(STEP_TYPES) in mistakes


def test_an_empty_folder_has_no_services(tmp_path: Path, texts: Texts) -> None:
    for name in ("districts", "departments", "groups"):
        (tmp_path / "codes").mkdir(exist_ok=True)
        (tmp_path / "codes" / f"{name}.toml").write_text("entries = []\n")
    (tmp_path / "codes" / "places.toml").write_text("places = []\n")
    with pytest.raises(CatalogueError, match="no services found"):
        load_catalogue(tmp_path, texts)


@pytest.mark.parametrize(
    ("district", "on", "monthly", "own"),
    [
        ("440106", "2026-03-05", 30, False),  # Tianhe: the city's rule
        ("440112", "2026-03-05", 80, True),  # Huangpu: its own
        ("440112", "2023-12-31", 30, False),  # before it was in force
    ],
)
def test_a_rule_is_the_districts_own_else_the_citys(
    catalogue: Catalogue, district: str, on: str, monthly: int, own: bool
) -> None:
    resolved = catalogue.resolve("civil/longevity-allowance", district, on)
    assert resolved.service.tables["monthly"][0].value == monthly
    assert (resolved.overlay is not None) is own
    assert resolved.service.tables["yearly"][0].value == 1000


def test_an_overlay_changes_only_the_named_fields(edit: Edit, tmp_path: Path, texts: Texts) -> None:
    assert not edit(
        HUANGPU,
        "demo = true",
        'promise_days = 5\nsummary = { zh-Hans = "黄埔", zh-Hant = "黃埔", en = "Huangpu" }\ndemo = true',
    )
    changed = load_catalogue(tmp_path, texts)
    own = changed.resolve("civil/longevity-allowance", "440112", "2026-01-01").service
    city = changed.services["civil/longevity-allowance"]
    assert (own.promise_days, own.summary.en, own.title) == (5, "Huangpu", city.title)


@pytest.mark.parametrize("said", ["440112", "黄埔区", "黃埔區", "Huangpu"])
def test_a_district_is_known_by_code_and_by_name(catalogue: Catalogue, said: str) -> None:
    assert catalogue.district_code(said) == "440112"


def test_an_unknown_district_is_none(catalogue: Catalogue) -> None:
    assert catalogue.district_code("") == ""
    assert catalogue.district_code("440116") == ""  # Luogang is not in use any more
    assert catalogue.district_name("440116", Language.ENGLISH) == "440116"


def lint_steps(catalogue: Catalogue, texts: Texts, service_id: str, keep: Callable[[str], bool]) -> str:
    """What the linter says of a service with only some of its steps."""
    service = catalogue.services[service_id]
    steps = tuple(step for step in service.steps if keep(kind_of(step)))
    changed = msgspec.structs.replace(service, steps=steps)
    services = {**catalogue.services, service_id: changed}
    return "\n".join(lint.mistakes_of(replace(catalogue, services=services), texts))


def test_steps_that_rest_on_others_come_after_them(catalogue: Catalogue, texts: Texts) -> None:
    card = "hrss/social-security-card"
    assert "a review step must come before it" in lint_steps(catalogue, texts, card, lambda kind: kind != "review")
    assert "a slip step must follow it" in lint_steps(catalogue, texts, card, lambda kind: kind != "slip")
    assert "code: a identity step must" in lint_steps(catalogue, texts, card, lambda kind: kind != "identity")
    assert "consent must come before" in lint_steps(catalogue, texts, card, lambda kind: kind != "notice")
    service = catalogue.services[card]
    review = next(step for step in service.steps if kind_of(step) == "review")
    doubled = msgspec.structs.replace(service, steps=(*service.steps, review))
    said = lint.mistakes_of(replace(catalogue, services={card: doubled}), texts)
    assert "one review is enough" in "\n".join(said)


def test_a_device_without_words_for_its_faults_is_a_mistake(catalogue: Catalogue) -> None:
    bare = Texts({"role.id_card": {}})
    said = "\n".join(lint.mistakes_of(catalogue, bare))
    assert "the text ready.id_card.paper_out is missing" in said
    assert "the text role.id_card is missing" not in said

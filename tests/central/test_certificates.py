"""Certificates: issued once, read back by an independent reader, checked by anyone."""

from __future__ import annotations

import base64
from typing import Any

import pypdfium2
import pytest
import requests
import zxingcpp

from kiosk.central.models import Incident
from tests.central.conftest import PEOPLE, Centre


@pytest.fixture
def engine() -> str:
    """Paper does not depend on the database; races do (test_concurrency.py)."""
    return "sqlite"


def request_of(person: str, token: str, **changes: str) -> dict[str, Any]:
    values = {"period_from": "2024-11", "period_to": "2026-10", "purpose": "loan", "detail": "summary"} | changes
    language = values.pop("language", "zh-Hans")
    parameters = [{"name": name, "value": value, "shown": value} for name, value in values.items()]
    number = PEOPLE[person]["number"]
    return {"template": "enrolment", "number": number, "token": token, "language": language, "parameters": parameters}


def issue(centre: Centre, person: str, key: str = "key-00001", **changes: str) -> requests.Response:
    body = request_of(person, centre.token(person), **changes)
    return centre.call("POST", "/v1/certificates", body, **{"Idempotency-Key": key})


def text_of(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


@pytest.mark.parametrize("person", ["li-yan", "wang-hong", "zhang-xie", "ouyang-zhe", "abdukerim"])
def test_rare_and_long_names_are_in_the_paper_whole(centre: Centre, person: str) -> None:
    answer = issue(centre, person)
    assert answer.status_code == 201
    pdf = base64.b64decode(answer.json()["pdf"])
    text = "".join(text_of(pdf))
    for wanted in (PEOPLE[person]["name"], PEOPLE[person]["number"], answer.json()["verification_code"], "演示"):
        assert wanted in text
    assert b"pdfaid" in pdf


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_a_monthly_one_has_two_numbered_pages_in_every_language(centre: Centre, language: str) -> None:
    answer = issue(centre, "wang-hong", detail="monthly", period_from="2023-11", language=language).json()
    pages = text_of(base64.b64decode(answer["pdf"]))
    assert answer["pages"] == len(pages) == 2
    for number, page in enumerate(pages, start=1):
        words = {
            "zh-Hans": f"第 {number} 页，共 2 页",
            "zh-Hant": f"第 {number} 頁，共 2 頁",
            "en": f"Page {number} of 2",
        }
        assert words[language] in page


def test_the_qr_code_on_the_paper_leads_to_the_page_that_verifies_it(centre: Centre) -> None:
    answer = issue(centre, "li-yan").json()
    with pypdfium2.PdfDocument(base64.b64decode(answer["pdf"])) as document:
        picture = document[0].render(scale=3).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [answer["verify_url"]]
    page = requests.get(answer["verify_url"], timeout=10)
    assert page.status_code == 200
    assert "证明真实有效" in page.text
    assert "李*" in page.text
    assert "李䶮" not in page.text


def test_a_code_may_be_typed_in_small_letters_and_without_dashes(centre: Centre) -> None:
    code = issue(centre, "li-yan").json()["verification_code"]
    for typed in (code.lower(), code.replace("-", ""), code.replace("-", " ")):
        assert requests.get(f"{centre.url}/verify", {"code": typed}, timeout=10).status_code == 200
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    page = requests.get(f"{centre.url}/verify/{wrong}", timeout=10)
    assert page.status_code == 404
    assert "查不到" in page.text


def test_the_same_key_gives_the_same_paper_and_another_request_under_it_is_refused(centre: Centre) -> None:
    first, second = issue(centre, "li-yan"), issue(centre, "li-yan")
    assert first.json() == second.json()
    assert issue(centre, "li-yan", purpose="school").json() == {"reason": "key_reused"}
    with centre.database.reading() as session:
        assert [(row.kind, row.key) for row in session.query(Incident)] == [("key_reused", "key-00001")]


@pytest.mark.parametrize(
    ("person", "changes", "status", "reason"),
    [
        ("ye-sitong", {}, 404, "no_records"),
        ("li-yan", {"period_from": "1999-01", "period_to": "1999-12"}, 404, "no_records"),
        ("li-yan", {"period_from": "2026-13"}, 422, "period"),
        ("li-yan", {"period_from": "2026-10", "period_to": "2025-10"}, 422, "period"),
        ("li-yan", {"period_from": "2010-01", "detail": "monthly"}, 422, "period_too_long"),
    ],
)
def test_what_cannot_be_certified_is_refused_in_words(
    centre: Centre, person: str, changes: dict[str, str], status: int, reason: str
) -> None:
    answer = issue(centre, person, **changes)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


def test_months_between_two_employers_are_not_certified(centre: Centre) -> None:
    changes = {"period_from": "2024-01", "period_to": "2024-08", "detail": "monthly"}
    text = "".join(text_of(base64.b64decode(issue(centre, "tan-guohua", **changes).json()["pdf"])))
    assert "2024-02" in text
    assert "2024-06" in text
    assert "2024-04" not in text


def issue_paper(centre: Centre, person: str, template: str, key: str, **parameters: str) -> requests.Response:
    pairs = [{"name": name, "value": value, "label": name, "shown": value} for name, value in parameters.items()]
    body = {"template": template, "number": PEOPLE[person]["number"], "token": centre.token(person)}
    body |= {"language": "zh-Hans", "parameters": pairs}
    return centre.call("POST", "/v1/certificates", body, **{"Idempotency-Key": key})


def test_a_paper_of_records_is_issued_for_who_has_them_and_of_nobody_else(centre: Centre) -> None:
    answer = issue_paper(centre, "li-yan", "fund-deposits", "paper-00001", scope="all", as_of="今天", purpose="loan")
    assert answer.status_code == 201
    text = "".join(text_of(base64.b64decode(answer.json()["pdf"])))
    assert answer.json()["serial"].startswith("GJ")
    assert "李䶮" in text
    assert "¥69,687.85" in text  # both accounts together
    none = issue_paper(centre, "ye-sitong", "fund-deposits", "paper-00002", scope="all", as_of="今天")
    assert (none.status_code, none.json()["reason"]) == (404, "no_records")


def test_a_mother_gets_her_childs_paper_and_no_other_childs(centre: Centre) -> None:
    child, other = PEOPLE["huang-xiaoyu"], PEOPLE["liang-yichen"]
    asked = {"for": child["number"], "purpose": "入学"}
    answer = issue_paper(centre, "chen-meilan", "vaccinations", "paper-00011", **asked)
    assert answer.status_code == 201
    text = "".join(text_of(base64.b64decode(answer.json()["pdf"])))
    assert "黄小雨" in text
    assert "乙肝疫苗" in text
    assert text.count(child["number"]) == 2  # among the facts and in the sentence, not as a parameter
    asked["for"] = other["number"]
    refused = issue_paper(centre, "chen-meilan", "vaccinations", "paper-00012", **asked)
    assert (refused.status_code, refused.json()["reason"]) == (403, "not_kin")


def test_whoever_owes_gets_no_certificate_that_nothing_is_owed(centre: Centre) -> None:
    clear = issue_paper(centre, "li-yan", "no-tax-owed", "paper-00003", today="今天", company="")
    assert clear.status_code == 201
    owing = issue_paper(centre, "pan-weiming", "no-tax-owed", "paper-00004", today="今天", company="")
    assert (owing.status_code, owing.json()["reason"]) == (404, "not_clear")
    silent = issue_paper(centre, "li-yan", "no-tax-owed", "paper-00005")
    assert (silent.status_code, silent.json()["reason"]) == (422, "parameters")


def test_anybody_may_check_a_code_at_a_terminal_and_learns_no_name(centre: Centre) -> None:
    issued = issue(centre, "wang-hong").json()
    code = issued["verification_code"]
    asked = {"number": "", "token": "", "parameters": [{"name": "code", "value": code}]}
    (record,) = centre.call("POST", "/v1/records/issued", asked).json()["records"]
    said = {row["label"]: row["value"] for row in record["rows"]}
    assert said["证明编号"] == issued["serial"]
    assert PEOPLE["wang-hong"]["name"] not in said.values()
    asked["parameters"] = [{"name": "code", "value": "AAAA-AAAA-AAAA-AAAA"}]
    assert centre.call("POST", "/v1/records/issued", asked).json() == {"records": []}

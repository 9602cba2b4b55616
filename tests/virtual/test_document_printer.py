"""The virtual A4 printer by itself: strict about IPP, refuses nonsense at its control port, keeps what it was given."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest
import requests

from drivers.virtual.ipp_codec import read_request
from tests.wire.conftest import Twin
from tests.wire.papers import pdf

CHARSET = b"\x47\x00\x12attributes-charset\x00\x05utf-8"
LANGUAGE = b"\x48\x00\x1battributes-natural-language\x00\x05zh-cn"
TARGET = b"\x45\x00\x0bprinter-uri\x00\x11ipp://x/ipp/print"


@pytest.fixture(scope="module")
def device() -> Iterator[Twin]:
    device = Twin("document_printer", "--port", "0", "--seconds-per-sheet", "0.02")
    yield device
    device.stop()


def ask(device: Twin, operation: int, *attributes: bytes, version: bytes = b"\x02\x00", number: int = 1) -> int:
    """The status of the answer."""
    head = version + operation.to_bytes(2, "big") + number.to_bytes(4, "big") + b"\x01"
    connection = http.client.HTTPConnection("127.0.0.1", device.port, timeout=10)
    connection.request("POST", "/ipp/print", head + b"".join(attributes) + b"\x03")
    answer = connection.getresponse().read()
    connection.close()
    return int.from_bytes(answer[2:4], "big")


@pytest.mark.parametrize(
    ("attributes", "version", "number", "status"),
    [
        ((CHARSET, LANGUAGE, TARGET), b"\x02\x00", 1, 0x0000),
        ((CHARSET, LANGUAGE, TARGET), b"\x01\x01", 1, 0x0000),
        ((CHARSET, LANGUAGE, TARGET), b"\x00\x00", 1, 0x0503),
        ((CHARSET, LANGUAGE, TARGET), b"\x02\x00", 0, 0x0400),
        ((LANGUAGE, CHARSET, TARGET), b"\x02\x00", 1, 0x0400),
        ((CHARSET, LANGUAGE), b"\x02\x00", 1, 0x0400),
        ((TARGET,), b"\x02\x00", 1, 0x0400),
        ((), b"\x02\x00", 1, 0x0400),
    ],
)
def test_a_request_that_is_not_as_the_standard_says_is_refused(
    device: Twin, attributes: tuple[bytes, ...], version: bytes, number: int, status: int
) -> None:
    assert ask(device, 0x000B, *attributes, version=version, number=number) == status


def test_an_operation_that_was_taken_away_is_refused(device: Twin) -> None:
    device.do("POST", "/operations", without=["purge-jobs"])
    assert ask(device, 0x0012, CHARSET, LANGUAGE, TARGET) == 0x0501
    device.do("POST", "/reset")
    assert ask(device, 0x0012, CHARSET, LANGUAGE, TARGET) == 0x0000


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/trap", {"what": "earthquake", "at_sheet": 1}),
        ("/trap", {"what": "media-jam", "at_sheet": 1, "when": "never"}),
        ("/trap", {"what": "media-jam"}),
        ("/habits", {"humour": True}),
        ("/operations", {"without": ["fly"]}),
        ("/lose", {"operation": "fly"}),
        ("/toner", {"percent": 101}),
        ("/tray", {"sheets": -1}),
        ("/fault", {"fault": "explode"}),
        ("/seed", {"seed": 1, "rate": 2}),
    ],
)
def test_nonsense_at_the_control_port_is_refused(device: Twin, path: str, body: dict[str, object]) -> None:
    answer = requests.post(device._control + path, json=body, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("path", ["/jobs/7.pdf", "/jobs/x.pdf", "/jobs/0/pages/1.png"])
def test_a_paper_that_is_not_there_is_told(device: Twin, path: str) -> None:
    device.do("POST", "/reset")
    assert requests.get(device._control + path, timeout=10).status_code == 400


def test_a_cut_request_is_not_ipp() -> None:
    with pytest.raises(ValueError, match="cut off"):
        read_request(b"\x02\x00\x00\x0b")


def test_a_page_is_drawn_for_the_bench(device: Twin) -> None:
    device.do("POST", "/reset")
    document = CHARSET + LANGUAGE + TARGET + b"\x03" + pdf(2)
    head = b"\x02\x00\x00\x02\x00\x00\x00\x01\x01"
    requests.post(f"http://127.0.0.1:{device.port}/ipp/print", data=head + document, timeout=10)
    assert device.do("GET", "/jobs")["jobs"][0]["pages"] == 2
    assert device.do("GET", "/jobs/0/pages/2.png").startswith(b"\x89PNG")
    assert requests.get(device._control + "/jobs/0/pages/3.png", timeout=10).status_code == 400

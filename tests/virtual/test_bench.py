"""The bench's interface and the line that can be cut."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from drivers.id_card.reader import IdCardReader
from drivers.id_card.sam_v import SamVModule
from drivers.transport import open_transport
from drivers.virtual.bench import DEVICES, Bench, Settings
from drivers.virtual.control import Refused
from kiosk.folders import CONFIG
from kiosk.ipc import Control


class Answering(BaseHTTPRequestHandler):
    """A centre of two lines."""

    def do_GET(self) -> None:
        body = b'{"messages": [{"code": "123456"}]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def bench() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    names = ("id-card", "receipt", "document", "camera", "smart-card", "scanner", "panel", "line")
    ports = [word for name in names for word in (f"--{name}-port", "0")]
    people = str(CONFIG / "samples" / "people.toml")
    centre = f"http://127.0.0.1:{server.server_address[1]}"
    command = [sys.executable, "-m", "drivers.virtual", "bench", *ports, "--bench-port", "0", "--people", people]
    process = subprocess.Popen([*command, "--centre", centre], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['bench']}"
    process.terminate()
    process.wait(20)
    process.stdout.close()
    server.shutdown()
    server.server_close()


def api(bench: str, method: str, path: str, **body: Any) -> Any:
    answer = requests.request(method, f"{bench}/api/{path}", json=body or None, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_page_and_the_people_are_there(bench: str) -> None:
    assert "实验台" in requests.get(bench, timeout=20).text
    people = api(bench, "GET", "people")["people"]
    assert len(people) >= 40
    assert {person["layout"] for person in people} == {
        "resident",
        "hk_macau_taiwan",
        "foreigner_2017",
        "foreigner_2023",
    }


def test_every_sample_person_s_card_is_read_by_the_real_driver(bench: str) -> None:
    port = api(bench, "GET", "state")["ports"]["id_card"]
    reader = IdCardReader(SamVModule(open_transport(f"socket://127.0.0.1:{port}")))
    for person in api(bench, "GET", "people")["people"]:
        api(bench, "POST", "card", person=person["id"])
        card = reader.read(Control(10))
        assert (card.layout, card.name or card.english_name) == (person["layout"], person["name"])
    reader.close()
    api(bench, "DELETE", "card")
    assert api(bench, "GET", "state")["on_reader"] is None


def test_devices_are_pulled_out_and_put_back(bench: str) -> None:
    for device in ("id_card", "receipt", "document", "camera", "smart_card", "scanner", "panel"):
        api(bench, "POST", f"devices/{device}/unplug")
        assert api(bench, "GET", "state")["devices"][device]["plugged"] is False
        api(bench, "POST", f"devices/{device}/plug")
        assert api(bench, "GET", "state")["devices"][device]["plugged"] is True


def test_every_device_tells_its_faults_and_takes_the_last_of_them(bench: str) -> None:
    for device, state in api(bench, "GET", "state")["devices"].items():
        if device != "line":
            name = state["faults"][-1]
            assert api(bench, "POST", f"devices/{device}/fault", fault=name)["fault"] == name
            assert api(bench, "POST", f"devices/{device}/fault", fault="none")["fault"] == "none"


def test_cards_codes_and_keys_are_handled_by_name(bench: str) -> None:
    assert api(bench, "POST", "smart_card/card", kind="technician")["public_key"]
    assert api(bench, "DELETE", "smart_card/card")["card"] == ""
    assert api(bench, "POST", "scanner/code", text="演示码")["code"] is True
    assert api(bench, "DELETE", "scanner/code")["code"] is False
    assert api(bench, "POST", "panel/door", open=True)["doors"] == [True]
    assert api(bench, "POST", "panel/door", open=False)["doors"] == [False]
    assert api(bench, "POST", "panel/key", key="5")["events"] > 0


def test_all_devices_misbehave_from_one_seed_until_told_to_stop(bench: str) -> None:
    assert api(bench, "POST", "seed", seed=7, rate=0.5) == {"seed": 7, "rate": 0.5}
    assert api(bench, "POST", "seed", seed=7, rate=0.0)["rate"] == 0.0
    answer = requests.post(f"{bench}/api/seed", json={"seed": "x"}, timeout=20)
    assert answer.status_code == 400


def line(bench: str) -> requests.Response:
    port = api(bench, "GET", "state")["ports"]["line"]
    return requests.get(f"http://127.0.0.1:{port}/", timeout=2)


def test_the_line_is_cut_mended_and_lied_on(bench: str) -> None:
    assert line(bench).json()["messages"]
    for state in ("down", "lose_answer"):
        api(bench, "POST", "line", state=state)
        with pytest.raises(requests.ConnectionError):
            line(bench)
    for state in ("black_hole", "slow"):
        api(bench, "POST", "line", state=state)
        with pytest.raises(requests.Timeout):
            line(bench)
    api(bench, "POST", "line", state="captive")
    assert "请登录" in line(bench).content.decode()
    api(bench, "POST", "line", state="up")
    assert line(bench).status_code == 200


def test_the_centre_s_messages_are_passed_on(bench: str) -> None:
    assert api(bench, "GET", "sms")["messages"][0]["code"] == "123456"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("devices/receipt/fault", {"fault": "explode"}, 400),
        ("devices/toaster/fault", {"fault": "none"}, 400),
        ("card", {"person": "nobody"}, 400),
        ("card", {"text_block": "zz"}, 400),
        ("line", {"state": "sideways"}, 400),
        ("document/tray", {"sheets": -1}, 400),
        ("moon", {"a": 1}, 404),
    ],
)
def test_nonsense_is_refused_in_words(bench: str, path: str, body: dict[str, Any], status: int) -> None:
    answer = requests.post(f"{bench}/api/{path}", json=body, timeout=20)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_refused_request_cannot_carry_another_one_in_its_body(bench: str) -> None:
    host = bench.removeprefix("http://")
    inner = f"DELETE /api/card HTTP/1.1\r\nHost: {host}\r\n\r\n"
    api(bench, "POST", "card", person="li-yan")
    outer = (
        f"POST /api/card HTTP/1.1\r\nHost: {host}\r\nOrigin: http://evil.example\r\n"
        f"Content-Length: {len(inner)}\r\n\r\n{inner}"
    )
    name, port = host.split(":")
    with socket.create_connection((name, int(port)), 10) as peer:
        peer.sendall(outer.encode())
        answer = b""
        while data := peer.recv(65536):
            answer += data
    assert answer.count(b"HTTP/1.1") == 1
    assert api(bench, "GET", "state")["on_reader"]["id"] == "li-yan"
    api(bench, "DELETE", "card")


def test_a_kept_connection_meets_a_changed_line_too(bench: str) -> None:
    port = api(bench, "GET", "state")["ports"]["line"]
    with requests.Session() as kept:
        assert kept.get(f"http://127.0.0.1:{port}/", timeout=5).status_code == 200
        api(bench, "POST", "line", state="captive")
        assert "请登录" in kept.get(f"http://127.0.0.1:{port}/", timeout=5).content.decode()
    api(bench, "POST", "line", state="up")


def test_a_device_whose_program_has_ended_is_told_and_the_others_go_on() -> None:
    people = str(CONFIG / "samples" / "people.toml")
    page = Bench(Settings(dict.fromkeys(DEVICES, 0), "http://127.0.0.1:9", Path(people)))
    try:
        page._processes["scanner"].kill()
        page._processes["scanner"].wait(10)
        devices = page.state()["devices"]
        assert devices["scanner"] == {"plugged": False, "fault": "program ended"}
        assert devices["panel"]["plugged"] is True
        with pytest.raises(Refused):
            page.handle("POST", "/api/scanner/code", {"text": "x"})
    finally:
        page.close()


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_other_web_pages_cannot_press_its_buttons(bench: str, headers: dict[str, str]) -> None:
    assert requests.post(f"{bench}/api/card", json={"person": "li-yan"}, headers=headers, timeout=20).status_code == 400

"""The centre serves the catalogue: an unchanged poll is small, a change is small, a bad version stops by itself."""

from __future__ import annotations

import http.client
import json
import random
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kiosk.central.catalogue_rollout import Rollout, Verdict, judge, next_stage, offered, place_of
from kiosk.central.catalogue_stages import advance
from kiosk.central.models import CatalogueRollout
from offline_cache.catalogue.client import CatalogueClient, Outcome
from offline_cache.catalogue.fetch import CentreFetch
from offline_cache.catalogue.store import CatalogueStore
from offline_cache.disk.database import Database
from offline_cache.errors import NoLine
from offline_cache.line.http import CentreAddress, Exchanger
from offline_cache.trust.request_signature import RequestSigner
from tests.central.conftest import Centre
from tests.central.signed import SigningTerminal
from tests.offline.catalogue_city import City


def client_of(centre: Centre, city: City, folder: Path, sizes: list[int]) -> tuple[CatalogueClient, CatalogueStore]:
    """A terminal's catalogue over real HTTP and a real encrypted store; `sizes` gets each body's length."""
    signer = RequestSigner("GZ-TH-0001", centre.auth.now)
    signer.use(centre.auth.private)
    store = CatalogueStore(Database(folder / "store.db", b"k" * 32))
    store.set_up(city.root())
    fetch = CentreFetch(Exchanger(CentreAddress(centre.url, "GZ-TH-0001"), lambda _: None, signer))

    def measured(name: str, cap_bytes: int, tag: str = "") -> object:
        answer = fetch(name, cap_bytes, tag)
        sizes.append(len(answer.body))
        return answer

    return CatalogueClient(measured, lambda work: work(store), lambda: city.now), store  # type: ignore[arg-type]


@pytest.fixture
def city(tmp_path: Path, memory: Path) -> City:
    """Published in memory: each of thousands of files is synced."""
    city = City(memory / "city")
    (memory / "catalogue").mkdir()
    (tmp_path / "catalogue").symlink_to(memory / "catalogue")
    city.repository.folder = tmp_path / "catalogue"
    return city


def service(number: int, changed: bool = False) -> bytes:
    """About 2.4 KB, as the national elements of a service are."""
    words = random.Random(number)  # the same each time; letters that compress as badly as real ones
    lines = [f'id = "civil/s{number}"', f"changed = {str(changed).lower()}"]
    for place in range(30):
        text = "".join(chr(0x4E00 + words.randrange(3000)) for _ in range(14))
        lines.append(f'step_{place} = "第{place}步：请核对材料并在窗口确认，{text}"')
    return "\n".join(lines).encode()


def test_one_per_cent_of_three_thousand_services_is_at_most_60_kb(
    city: City, centre: Centre, tmp_path: Path, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if engine != "sqlite":
        pytest.skip("the sizes do not depend on the database")
    many = {f"services/civil/s{number:04}.toml": service(number) for number in range(3000)}
    city.publisher().publish(many)
    sizes: list[int] = []
    client, store = client_of(centre, city, tmp_path, sizes)
    assert client.refresh() is Outcome.INSTALLED
    whole, changed = sum(sizes), {f"services/civil/s{n:04}.toml": service(n, True) for n in range(0, 3000, 100)}
    city.publisher().publish(many | changed)
    _everybody(centre, 2)
    sizes.clear()
    assert client.refresh() is Outcome.INSTALLED
    with capsys.disabled():
        print(f"\n3,000 services: whole {whole} bytes, 1 % change {sum(sizes)} bytes")
    assert store.active().files == many | changed
    assert sum(sizes) <= 60 * 1024
    store.database.close()


def _everybody(centre: Centre, version: int) -> None:
    with centre.database.transaction() as session:
        session.merge(CatalogueRollout(version=version, percent=100, halted=False))


def test_an_unchanged_poll_is_at_most_1_kb_on_the_wire(city: City, centre: Centre) -> None:
    city.publish()
    first = centre.call("GET", "/v1/catalogue/timestamp.json")
    address = urlsplit(centre.url)
    line = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    path, tag = "/v1/catalogue/timestamp.json", {"If-None-Match": first.headers["ETag"]}
    line.request("GET", path, headers=tag | centre.auth.headers("GET", centre.url + path, tag, None))
    answer = line.getresponse()
    received = len(answer.read()) + len(str(answer.headers)) + len("HTTP/1.1 304 Not Modified\r\n")
    line.close()
    assert answer.status == 304
    assert received <= 512


def test_strangers_and_other_names_get_nothing(city: City, centre: Centre) -> None:
    city.publish()
    assert centre.send("GET", "/v1/catalogue/timestamp.json", auth=SigningTerminal("x")).status_code == 401
    for name in ("root/0.json", "root/x.json", "parcels/..%2f..%2fcentre.key", "items/x", "root/9.json"):
        assert centre.call("GET", f"/v1/catalogue/{name}").status_code in {404, 422}
    assert centre.call("PUT", "/v1/catalogue/timestamp.json", {}).status_code == 405


def test_a_longer_answer_than_was_announced_is_cut_off(city: City, centre: Centre, tmp_path: Path) -> None:
    city.publish()
    client, store = client_of(centre, city, tmp_path, [])
    announced = json.loads(city.repository.metadata(1)["timestamp"])["signed"]["x-doorstep"]["whole"]
    path = city.repository.folder / "parcels" / announced["sha256"]
    path.write_bytes(path.read_bytes() * 50)
    with pytest.raises(NoLine, match="answer_too_long"):
        client.refresh()
    assert store.kept() == ()
    store.database.close()


def test_a_new_version_starts_with_few_and_halts_by_the_terminals_own_reports(
    city: City, centre: Centre, tmp_path: Path
) -> None:
    city.publish()
    city.publish(services__hrss__card=b"broken")
    chosen = [f"GZ-TH-{n:04}" for n in range(1, 1500) if place_of(f"GZ-TH-{n:04}", 2) < 1][:4]
    late = next(f"GZ-TH-{n:04}" for n in range(1, 99) if place_of(f"GZ-TH-{n:04}", 2) > 50)
    stamps = {name: _stamp(centre, name) for name in (*chosen, late)}
    assert [stamps[name] // 1_000_000 for name in (*chosen, late)] == [2, 2, 2, 2, 1]
    for name in chosen[:3]:
        centre.enrol(name)
        centre.call("POST", "/v1/catalogue/reports", {"version": 2, "failed": True})
    assert _stamp(centre, chosen[0]) // 1_000_000 == 2  # it has it already: never back
    assert _stamp(centre, chosen[3]) // 1_000_000 == 1  # it had not come so far
    with centre.database.transaction() as session:
        assert advance(session, 2) == Rollout(2, 1, halted=True)


def _stamp(centre: Centre, terminal: str) -> int:
    centre.enrol(terminal)
    return int(centre.call("GET", "/v1/catalogue/timestamp.json").json()["signed"]["version"])


def test_each_stage_holds_the_one_before_it() -> None:
    terminals = [f"GZ-TH-{n:05}" for n in range(20_000)]
    stages = [{t for t in terminals if offered(t, [6, 7], Rollout(7, p), False) == 7} for p in (1, 10, 100)]
    assert stages[0] < stages[1] < stages[2] == set(terminals)
    assert 150 < len(stages[0]) < 250
    assert 1850 < len(stages[1]) < 2150


@pytest.mark.parametrize(
    ("taken", "failed", "verdict"),
    [(0, 0, Verdict.WAIT), (5, 0, Verdict.GO_ON), (0, 2, Verdict.WAIT), (1, 2, Verdict.HALT), (99, 1, Verdict.GO_ON),
     (90, 10, Verdict.HALT)],
)  # fmt: skip
def test_the_reports_decide(taken: int, failed: int, verdict: Verdict) -> None:
    assert judge(taken, failed) is verdict
    after = next_stage(Rollout(3, 1), verdict)
    assert (after.percent, after.halted) == (10 if verdict is Verdict.GO_ON else 1, verdict is Verdict.HALT)
    assert next_stage(Rollout(3, 10, halted=True), Verdict.GO_ON).percent == 10

"""Each attack that The Update Framework names, one fixture each: refused, and what was held stays in use."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, Targets
from tuf.api.serialization.json import JSONSerializer

from kiosk.central import catalogue_roles as roles
from kiosk.central.catalogue_keys import ROOTS, create_drill_keys, load_signer
from kiosk.central.catalogue_parcels import Parcel, pack
from offline_cache.catalogue.parcel import MOST_RATIO, open_parcel
from offline_cache.catalogue.refused import CatalogueRefusedError
from tests.offline.catalogue_city import CONTENT, City, Screen


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish()
    return city


@pytest.fixture
def screen(city: City, memory: Path) -> Iterator[Screen]:
    screen = Screen(memory / "store", city)
    screen.client.refresh()
    yield screen
    screen.close()


def refused(screen: Screen, *reasons: str) -> None:
    """A refresh is refused for one of these reasons; what is active, and whole, is what was there before."""
    before = screen.store.active()
    with pytest.raises(CatalogueRefusedError) as caught:
        screen.client.refresh()
    assert caught.value.reason in reasons
    assert screen.store.active() == before


def forge(city: City, screen: Screen, version: int, content: dict[str, dict[str, bytes]], **keys: CryptoSigner) -> None:
    """Publish with whatever keys the attacker has (the online ones, unless said otherwise)."""
    held = city.repository.metadata(max(city.repository.versions()))
    signed = {role: held[role] for role in held if role not in {"snapshot", "timestamp"}}
    for role, files in content.items():
        signed[role] = resigned(city, held[role], role, files, version, keys.get(role.replace("-", "_")))
    offer(city, screen, version, signed, [body for files in content.values() for body in files.values()], keys)


def resigned(
    city: City, held: bytes, role: str, files: dict[str, bytes], version: int, signer: CryptoSigner | None
) -> bytes:
    """A role's metadata with other files."""
    metadata = Metadata[Targets].from_bytes(held)
    made = json.loads(roles.make_targets(version, files, signer or load_signer(city.keys, role), city.now))
    metadata.signed.targets = Targets.from_dict(made["signed"]).targets
    metadata.signed.version = version
    metadata.sign(signer or load_signer(city.keys, role))
    return metadata.to_bytes(JSONSerializer(compact=True))


def offer(
    city: City,
    screen: Screen,
    version: int,
    signed: dict[str, bytes],
    items: list[bytes],
    keys: dict[str, CryptoSigner] | None = None,
) -> None:
    """Put a version in the way: its snapshot, its parcel, its timestamp."""
    keys = keys or {}
    numbered = {role: (json.loads(body)["signed"]["version"], body) for role, body in signed.items()}
    snapshot = roles.make_snapshot(
        version, numbered, keys.get("snapshot") or load_signer(city.keys, "snapshot"), city.now
    )
    listed = b"".join(signed.values()).decode()
    named = [body for body in CONTENT.values() if hashlib.sha256(body).hexdigest() in listed]
    everything = list(dict.fromkeys([*named, *items]))
    put(
        city, screen, version, snapshot, pack(Parcel(version, 0, signed | {"snapshot": snapshot}, {}, everything)), keys
    )


def put(
    city: City, screen: Screen, version: int, snapshot: bytes, parcel: bytes, keys: dict[str, CryptoSigner]
) -> None:
    name = hashlib.sha256(parcel).hexdigest()
    signer = keys.get("timestamp") or load_signer(city.keys, "timestamp")
    downloads = {"whole": {"sha256": name, "length": len(parcel)}, "deltas": {}}
    stamp = roles.make_timestamp(version * roles.REFRESHES, (version, snapshot), downloads, signer, city.now)
    screen.line.replaced |= {"timestamp.json": stamp, f"parcels/{name}": parcel}


def city_files(**changes: bytes) -> dict[str, bytes]:
    own = {path: body for path, body in CONTENT.items() if not path.startswith("districts/")}
    return own | {path.replace("__", "/") + ".toml": body for path, body in changes.items()}


def test_rollback_of_the_timestamp(city: City, screen: Screen) -> None:
    city.publish(services__hrss__card=b"new")
    screen.client.refresh()
    screen.line.version = 1
    refused(screen, "older")


def test_rollback_of_the_snapshot_under_a_newer_timestamp(city: City, screen: Screen) -> None:
    former = city.repository.metadata(1)
    city.publish(services__hrss__card=b"new")
    screen.client.refresh()
    parcel = pack(Parcel(1, 0, {r: b for r, b in former.items() if r != "timestamp"}, {}, list(CONTENT.values())))
    put(city, screen, 9, former["snapshot"], parcel, {})
    refused(screen, "older", "mixed")


@pytest.mark.parametrize("role", ["targets", "district-440112"])
def test_rollback_of_one_role(city: City, screen: Screen, role: str) -> None:
    former = city.repository.metadata(1)
    city.publish(services__hrss__card=b"new", districts__440112__civil_allowance=b"new")
    screen.client.refresh()
    signed = {r: b for r, b in city.repository.metadata(2).items() if r not in {"snapshot", "timestamp"}}
    offer(city, screen, 3, signed | {role: former[role]}, [b"new"])
    refused(screen, "older")


def test_a_timestamp_is_never_lowered_even_when_its_version_never_came(city: City, screen: Screen) -> None:
    newer = city.publish(services__hrss__card=b"new") and city.publish(services__hrss__card=b"newer")
    announced = json.loads(city.repository.metadata(newer)["timestamp"])["signed"]["x-doorstep"]
    for download in (announced["whole"], *announced["deltas"].values()):
        screen.line.replaced[f"parcels/{download['sha256']}"] = b"lost"
    refused(screen, "altered")
    screen.line.version = 2
    refused(screen, "older")


def test_indefinite_freeze_is_told_and_nothing_new_is_taken(city: City, screen: Screen) -> None:
    city.publish(services__hrss__card=b"new")
    city.now += datetime.timedelta(days=2)
    refused(screen, "expired")
    assert screen.store.standing(city.now).stale_since is not None


def test_mix_and_match_of_two_versions(city: City, screen: Screen) -> None:
    former = city.repository.metadata(1)
    city.publish(services__hrss__card=b"new")
    newest = city.repository.metadata(2)
    mixed = {r: b for r, b in newest.items() if r != "timestamp"} | {"targets": former["targets"]}
    put(city, screen, 2, newest["snapshot"], pack(Parcel(2, 0, mixed, {}, list(CONTENT.values()))), {})
    refused(screen, "altered", "older")


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets", "district_440112"])
def test_wrong_keys(city: City, screen: Screen, role: str) -> None:
    stranger = CryptoSigner.generate_ed25519()
    districts = {"district-440112": {"districts/440112/x.toml": b"evil"}}
    content = {"targets": city_files(services__x=b"evil")} if role != "district_440112" else districts
    forge(city, screen, 2, content, **{role: stranger})
    refused(screen, "signature")


def _next_root(city: City, signers: list[str], new: list[CryptoSigner], version: int = 2) -> bytes:
    online = {role: CryptoSigner.generate_ed25519().public_key for role in ("targets", "snapshot", "timestamp")}
    root = roles.make_root(version, [signer.public_key for signer in new], online, city.now)
    return roles.sign(root, [*new, *(load_signer(city.keys, name) for name in signers)])


@pytest.mark.parametrize("count", [0, 1, 2])
def test_insufficient_keys_for_a_new_root(city: City, screen: Screen, count: int) -> None:
    new = [CryptoSigner.generate_ed25519() for _ in range(5)]
    city.publish(services__hrss__card=b"new")
    screen.line.replaced["root/2.json"] = _next_root(city, list(ROOTS[:count]), new)
    refused(screen, "signature")


def test_a_root_that_skips_a_number(city: City, screen: Screen) -> None:
    city.publish(services__hrss__card=b"new")
    new = [CryptoSigner.generate_ed25519() for _ in range(5)]
    screen.line.replaced["root/2.json"] = _next_root(city, list(ROOTS), new, version=3)
    refused(screen, "older")


def test_endless_data(city: City, screen: Screen) -> None:
    city.publish(services__hrss__card=b"new")
    announced = json.loads(city.repository.metadata(2)["timestamp"])["signed"]["x-doorstep"]
    for download in (announced["whole"], *announced["deltas"].values()):
        screen.line.replaced[f"parcels/{download['sha256']}"] = b"x" * 5_000_000
    refused(screen, "altered")


def test_a_bomb_that_unfolds_without_end() -> None:
    with pytest.raises(CatalogueRefusedError, match="too_large"):
        open_parcel(zlib.compress(b"\0" * 50_000_000, 9))
    assert MOST_RATIO == 100


def test_extraneous_items_and_roles(city: City, screen: Screen) -> None:
    held = city.repository.metadata(1)
    signed = {role: body for role, body in held.items() if role not in {"snapshot", "timestamp"}}
    offer(city, screen, 2, signed, [b"nobody names this"])
    refused(screen, "foreign")
    offer(city, screen, 3, signed | {"district-440199": held["district-440112"]}, [])
    refused(screen, "signature", "malformed")


@pytest.mark.parametrize(
    "path",
    ["services/../../etc/cron.toml", "/etc/x.toml", "bin/x.toml", "services/x.py", "services/x\n.toml",
     "terminals/d.toml", "districts/440112/x.toml", "services/X.toml", "withdrawals/x.toml"],
)  # fmt: skip
def test_arbitrary_software_and_paths_even_when_the_city_signed_them(city: City, screen: Screen, path: str) -> None:
    forge(city, screen, 2, {"targets": {**city_files(), path: b"#!/bin/sh"}})
    refused(screen, "foreign")


@pytest.mark.parametrize(
    "path", ["districts/440106/x.toml", "services/x.toml", "districts/440112/a/x.toml", "districts/4401120/x.toml"]
)
def test_a_districts_key_reaches_its_own_overlays_only(city: City, screen: Screen, path: str) -> None:
    own = {"districts/440112/civil.longevity-allowance.toml": b"rate = 2\n"}
    forge(city, screen, 2, {"district-440112": {**own, path: b"evil"}})
    refused(screen, "foreign")


def test_one_districts_key_cannot_sign_for_another(city: City, screen: Screen) -> None:
    signer = load_signer(city.keys, "district-440106")
    forge(city, screen, 2, {"district-440112": {"districts/440112/x.toml": b"evil"}}, district_440112=signer)
    refused(screen, "signature")


def test_a_district_publishes_its_own_with_its_own_key(city: City, screen: Screen) -> None:
    own = {"districts/440112/civil.longevity-allowance.toml": b"rate = 3\n"}
    forge(city, screen, 2, {"district-440112": own})
    screen.client.refresh()
    assert screen.store.active().files == CONTENT | own


def test_compromised_keys_are_replaced_by_a_new_root_and_then_worth_nothing(
    city: City, screen: Screen, tmp_path: Path
) -> None:
    """The thief of the online keys also ran the numbers up (fast-forward): the new root ends that, too."""
    forge(city, screen, 5_000, {"targets": city_files(services__x=b"evil")})
    screen.client.refresh()
    screen.line.replaced.clear()
    thief, city_keys = city.keys, tmp_path / "new-keys"
    create_drill_keys(city_keys, sorted(city.districts))
    assert city.publisher().rotate(city_keys) == 2
    city.keys = city_keys
    assert city.publish(services__hrss__card=b"after") == 2
    screen.client.refresh()
    assert screen.store.active().files == CONTENT | {"services/hrss/card.toml": b"after"}
    city.keys = thief
    forge(city, screen, 9_000, {"targets": city_files(services__x=b"evil")})
    refused(screen, "signature")


def _places(body: bytes) -> list[tuple[str, int]]:
    """One place of each class of bytes in signed metadata."""
    text = body.decode()
    classes = {
        "signature": r'"sig":"(.)', "keyid": r'"keyid":"(.)', "version": r'"version":(\d)',
        "expires": r'"expires":"2(.)',
        "hash": r'"sha256":"(.)', "length": r'"length":(\d)', "type": r'"_type":"(.)', "brace": r"(\{)",
    }  # fmt: skip
    found = {name: re.search(pattern, text) for name, pattern in classes.items()}
    return [(name, match.start(1)) for name, match in found.items() if match is not None]


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets", "district-440112"])
def test_a_flipped_byte_of_any_class_is_refused(city: City, screen: Screen, role: str) -> None:
    city.publish(services__hrss__card=b"new", districts__440112__x=b"new")
    good = city.repository.metadata(2)
    for _, place in _places(good[role]):
        bad = bytearray(good[role])
        bad[place] ^= 1
        screen.line.replaced.clear()
        if role == "timestamp":
            screen.line.replaced["timestamp.json"] = bytes(bad)
        else:
            parts = {name: body for name, body in good.items() if name != "timestamp"} | {role: bytes(bad)}
            parcel = pack(Parcel(2, 0, parts, {}, [*CONTENT.values(), b"new"]))
            put(city, screen, 2, good["snapshot"], parcel, {})
        refused(screen, "signature", "altered", "malformed", "older", "mixed", "expired")


def test_a_flipped_byte_anywhere_in_a_parcel_is_refused(city: City, screen: Screen) -> None:
    city.publish(services__hrss__card=b"new")
    announced = json.loads(city.repository.metadata(2)["timestamp"])["signed"]["x-doorstep"]
    names = [announced["whole"]["sha256"], *(step["sha256"] for step in announced["deltas"].values())]
    bodies = {name: city.repository.parcel(name) or b"" for name in names}
    for share in range(0, 100, 7):
        for name, body in bodies.items():
            bad = bytearray(body)
            bad[len(body) * share // 100] ^= 0x10
            screen.line.replaced[f"parcels/{name}"] = bytes(bad)
        refused(screen, "altered")


def test_a_flipped_byte_in_an_item_is_refused_behind_a_right_parcel(city: City, screen: Screen) -> None:
    held = {r: b for r, b in city.repository.metadata(1).items() if r not in {"snapshot", "timestamp"}}
    numbered = {role: (1, body) for role, body in held.items()}
    snapshot = roles.make_snapshot(2, numbered, load_signer(city.keys, "snapshot"), city.now)
    fresh = {r: b for r, b in held.items()} | {"snapshot": snapshot}
    screen.database.close()
    screen.path.unlink()
    screen.open()
    screen.store.set_up(city.root())
    items = [b"evil" if item.startswith(b"id") else item for item in CONTENT.values()]
    put(city, screen, 2, snapshot, pack(Parcel(2, 0, fresh, {}, items)), {})
    with pytest.raises(CatalogueRefusedError, match="altered"):
        screen.client.refresh()
    assert screen.store.kept() == ()


@pytest.mark.parametrize(
    "make", [lambda: b"", lambda: b"<html>", lambda: b"[]", lambda: b'{"signed":[]}', lambda: b"[" * 9000]
)
def test_what_is_not_metadata_is_refused(city: City, screen: Screen, make: Callable[[], bytes]) -> None:
    screen.line.replaced["timestamp.json"] = make() or b" "
    refused(screen, "malformed")


@pytest.mark.parametrize(
    "content", [{"to": 1}, {"to": "x"}, {"from": 1, "to": 2, "patches": {"targets": b"{}"}}, [1], None]
)
def test_a_parcel_of_another_form_is_refused(city: City, screen: Screen, content: Any) -> None:
    parcel = zlib.compress(msgspec.msgpack.encode(content))
    put(city, screen, 2, city.repository.metadata(1)["snapshot"], parcel, {})
    refused(screen, "malformed", "mixed", "older", "altered")


@pytest.mark.parametrize("signer", ["targets", "district-440112", "timestamp"])
def test_withdrawals_are_signed_by_their_own_key_and_never_go_back(city: City, screen: Screen, signer: str) -> None:
    forged = roles.make_withdrawals(1, ["hrss/card"], load_signer(city.keys, signer), city.now)
    screen.line.replaced["withdrawals.json"] = forged
    refused(screen, "signature")
    screen.line.replaced.clear()
    city.publisher().withdraw(frozenset({"hrss/card"}))
    first = city.repository.withdrawals() or b""
    city.publisher().withdraw(frozenset())
    screen.client.refresh()
    screen.line.replaced["withdrawals.json"] = first
    refused(screen, "older")

"""`kiosk catalogue table`: each row is found out, and a fault shows in it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import msgspec
import pytest

from kiosk.journey.context import Context
from kiosk.journey.model import Hours, Service
from kiosk.preview.proofs import Proof, proofs_of, sample_of
from tests.journeys.citizen import CONFIG, make_context
from tests.unit.journey.test_catalogue_command import run

DATASETS = CONFIG / "samples" / "datasets"
TRACK, CARD = "general/track-case", "hrss/social-security-card"


@pytest.fixture(scope="module")
def context() -> Context:
    return make_context()


def only(context: Context, *services: str) -> Context:
    """The same terminal with few services."""
    few = {name: context.catalogue.services[name] for name in services}
    return dataclasses.replace(context, catalogue=dataclasses.replace(context.catalogue, services=few))


def test_a_sound_service_has_a_row_without_a_fault(context: Context) -> None:
    track, card = proofs_of(only(context, TRACK, CARD), DATASETS, frozenset([TRACK]))[::-1]
    assert {track.service, card.service} == {TRACK, CARD}
    assert track.whole
    assert card.whole
    assert (track.window, card.window) == ("yes", "")
    assert set(track.engine) == {"zh-Hans", "zh-Hant", "en"}
    assert (track.offline_class, card.offline_class) == ("N", "Q")


def row_of(context: Context, service: Service) -> Proof:
    """The row of one changed service."""
    catalogue = dataclasses.replace(context.catalogue, services={service.id: service})
    return proofs_of(dataclasses.replace(context, catalogue=catalogue), DATASETS)[0]


def test_a_service_that_says_it_works_alone_and_asks_the_centre_is_found_out(context: Context) -> None:
    row = row_of(context, msgspec.structs.replace(context.catalogue.services[TRACK], offline="A"))
    assert row.offline.startswith("asks the centre")
    assert not row.whole


def test_a_service_that_cannot_be_begun_shows_it_in_each_language(context: Context) -> None:
    row = row_of(context, msgspec.structs.replace(context.catalogue.services[TRACK], hours=Hours(1, 2)))
    assert all("does not go on" in cell for cell in row.engine.values())
    assert not row.whole


def test_the_sample_has_every_shape_and_at_least_twenty(context: Context) -> None:
    services = context.catalogue.services
    sample = sample_of(services.values())
    assert len(sample) >= min(20, len(services))
    assert {services[name].handle_type for name in sample} == {one.handle_type for one in services.values()}
    assert {services[name].offline for name in sample} == {one.offline for one in services.values()}


def test_the_whole_catalogue_has_rows_without_a_fault_and_can_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "services.md"
    status = run("table", "--write", str(page), "--json")
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["service"] for row in rows if not row["whole"]] == []
    assert status == 0
    text = page.read_text(encoding="utf-8")
    assert all(f"| {row['no']} | {row['service']} |" in text for row in rows)

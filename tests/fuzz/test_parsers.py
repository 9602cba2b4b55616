"""No bytes from outside break a parser: random ones, those that a fuzzer finds by watching branches, and long ones."""

from __future__ import annotations

import logging
import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.document_printer.client import ANSWER_LIMIT_BYTES
from tests.fuzz.targets import BY_NAME, TARGETS, Target

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("FUZZ_SEED", "20261123"))
RUNS, ALL_RUNS = 100_000, 10_000_000
"""Inputs for each parser."""
EXECUTED = re.compile(rb"stat::number_of_executed_units: (\d+)")
every_parser = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)


@pytest.fixture(autouse=True)
def _without_a_log() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def damaged(seeds: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    """A good input with a few bytes replaced, left out or put in."""
    edits = st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 3), st.binary(max_size=3)), max_size=6)

    def apply(seed: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
        for at, gone, new in changes:
            start = at % (len(seed) + 1)
            seed = seed[:start] + new + seed[start + gone :]
        return seed

    return st.builds(apply, st.sampled_from(seeds), edits)


@every_parser
def test_a_good_input_is_read(target: Target) -> None:
    target.parse(target.seeds[0])


@every_parser
def test_damaged_and_random_bytes_raise_nothing_but_typed_errors(target: Target) -> None:
    @settings(max_examples=300, deadline=None, database=None)
    @given(st.one_of(damaged(target.seeds), st.binary(max_size=200)))
    def try_input(data: bytes) -> None:
        target.try_input(data)

    try_input()


@every_parser
@pytest.mark.timeout(1200)
def test_a_fuzzer_that_watches_branches_finds_nothing(target: Target, tmp_path: Path) -> None:
    fuzz(target, RUNS, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(6 * 3600)
@every_parser
def test_ten_million_inputs_find_nothing(target: Target, tmp_path: Path) -> None:
    fuzz(target, ALL_RUNS, tmp_path)


def fuzz(target: Target, runs: int, folder: Path) -> None:
    """The fuzzer has a process of its own: it instruments what is imported, and ends its process."""
    pytest.importorskip("atheris", reason="no wheel of atheris for this machine")
    command = [sys.executable, "-m", "tests.fuzz.guided", target.name, str(runs), str(SEED), str(folder / "found")]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == 0, f"{said[-3000:]}\n{[path.read_bytes() for path in (folder / 'found').glob('*-*')]}"
    executed = EXECUTED.search(done.stderr)
    assert executed is not None
    assert int(executed[1]) >= runs


def ipp_answer(*parts: bytes) -> bytes:
    """As long as the client reads at most."""
    head = b"\x02\x00\x00\x00\x00\x00\x00\x01\x04"
    body = b"".join(parts)
    return (head + body * (ANSWER_LIMIT_BYTES // len(body)))[: ANSWER_LIMIT_BYTES - 1] + b"\x03"


LONG = {
    "one IPP attribute with thousands of values": ("document.ipp", ipp_answer(b"\x21\x00\x00\x00\x04\x00\x00\x00\x03")),
    "thousands of IPP attributes": (
        "document.ipp",
        ipp_answer(*(b"\x44\x00\x04" + struct.pack(">I", number) + b"\x00\x01a" for number in range(20000))),
    ),
    "thousands of IPP groups": ("document.ipp", ipp_answer(b"\x02")),
    "a tray of 400 digits": ("document.supplies", b"mediafeed=" + b"9" * 400 + b";mediaxfeed=210000;"),
    "a tray with thousands of words": ("document.supplies", b"a=b;" * 16_000),
    "noise in front of a card's frame, byte by byte": ("id_card.frames", b"\x01" + b"\x55" * 16_384),
    "frames that never end": ("panel.frames", b"\0" + b"\xa5\x5a\x22" * 20_000),
    "heads of scanner answers": ("scanner.gm65", b"\x02\x00\x00\xff" * 2_000),
    "nested card data": ("smart_card.tlv", b"\x70\x82\xff\xf0" + b"\x70\x82\xff\x00" * 16_380),
    "nested messages to the screen": ("own.client", b"\x82\xa4type\xa6Notice\xa1x" + b"\x91" * 1_000_000),
    "nested messages to a host": ("own.server", b"\x82\xa4type\xa6Cancel\xa1x" + b"\x91" * 1_000_000),
}


@pytest.mark.parametrize("case", LONG)
def test_the_longest_inputs_are_read_or_refused_at_once(case: str) -> None:
    name, data = LONG[case]
    BY_NAME[name].try_input(data)

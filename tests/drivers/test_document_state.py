"""What a printer's words mean: reasons, trays, toner, pages on sheets, counters. Pure."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.build import DeviceConfigError, read_device_config
from drivers.contract.errors import DeviceError, DeviceFault, PaperOut, TonerOut, UnsupportedCommand
from drivers.contract.status import DeviceRole, SupplyState
from drivers.contract.values import JobOutcome, SheetOutcome
from drivers.document_printer.ipp import Value
from drivers.document_printer.jobs import Part, PartEnded, counted, outcome_of, plan, read_job, sheets_in
from drivers.document_printer.preflight import check_ready
from drivers.document_printer.reasons import HINTS, KINDS
from drivers.document_printer.state import PrinterState, read_printer
from drivers.family import Place

Told = dict[str, tuple[Value, ...]]
D, R, U, N = SheetOutcome.DELIVERED, SheetOutcome.REPRINTED, SheetOutcome.UNCERTAIN, SheetOutcome.NOT_PRINTED


def tray(level: int, name: str = "main", size: str = "") -> bytes:
    return f"type=sheetFeedAutoRemovableTray;{size}maxcapacity=250;level={level};status=0;name={name};".encode()


def printer(*reasons: str, state: int = 3, **told: tuple[Value, ...]) -> PrinterState:
    named = {name.replace("_", "-"): values for name, values in told.items()}
    return read_printer({"printer-state": (state,), "printer-state-reasons": reasons or ("none",)} | named)


@pytest.mark.parametrize(
    ("reasons", "state", "kind"),
    [
        (("none",), 3, ""),
        (("media-empty-warning",), 3, ""),
        (("media-empty-report",), 4, ""),
        (("media-empty-error",), 5, "paper_out"),
        (("media-empty",), 5, "paper_out"),
        (("toner-low-warning", "media-jam-error"), 5, "jammed"),
        (("cover-open",), 5, "cover_open"),
        (("toner-empty-error",), 5, "toner_out"),
        (("marker-supply-empty-error",), 3, "toner_out"),
        (("paused",), 5, "fault"),
        (("x-vendor-thing-error",), 5, "fault"),
        (("x-vendor-thing-error",), 3, ""),
        (("none",), 5, "fault"),
        (("shutdown",), 3, "offline"),
    ],
)
def test_a_reason_blocks_by_its_suffix(reasons: tuple[str, ...], state: int, kind: str) -> None:
    assert printer(*reasons, state=state).kind == kind


@pytest.mark.parametrize("word", sorted(KINDS))
def test_every_blocking_reason_has_advice_for_a_technician(word: str) -> None:
    state = printer(f"{word}-error", state=5)
    assert (state.kind, state.hint) == (KINDS[word], HINTS[word])
    assert not state.report().usable


def test_an_empty_tray_blocks_only_when_no_other_can_feed() -> None:
    two = (tray(0), tray(40, "second"))
    assert printer("media-empty-warning", printer_input_tray=two).kind == ""
    assert printer("media-empty-error", state=4, printer_input_tray=two).kind == ""
    assert printer("media-empty-error", state=5, printer_input_tray=two).kind == "paper_out"  # it stopped all the same
    assert printer(printer_input_tray=(tray(0), tray(0, "second"))).kind == "paper_out"
    assert printer(printer_input_tray=two).sheets_left == 40


@pytest.mark.parametrize("level", [-1, -2, -3])
def test_a_tray_that_cannot_tell_makes_the_sum_unknown(level: int) -> None:
    assert printer(printer_input_tray=(tray(level),)).sheets_left is None
    assert printer(printer_input_tray=(tray(12), tray(level, "second"))).sheets_left is None


@pytest.mark.parametrize(
    ("size", "fits"),
    [
        ("mediafeed=297000;mediaxfeed=210000;dimunit=micrometers;", True),
        ("mediafeed=210000;mediaxfeed=297000;dimunit=micrometers;", True),
        ("mediafeed=116929;mediaxfeed=82677;", True),
        ("mediafeed=110000;mediaxfeed=85000;", False),
        ("mediafeed=0;mediaxfeed=0;", True),
    ],
)
def test_a_tray_with_other_paper_does_not_count(size: str, fits: bool) -> None:
    assert printer(printer_input_tray=(tray(30, size=size), tray(5, "b"))).sheets_left == (35 if fits else 5)


@pytest.mark.parametrize(
    ("reasons", "levels", "toner"),
    [
        (("none",), (), SupplyState.UNKNOWN),
        (("none",), (75,), SupplyState.FULL),
        (("none",), (9,), SupplyState.LOW),
        (("none",), (0,), SupplyState.LOW),
        (("none",), (-2,), SupplyState.UNKNOWN),
        (("toner-low-warning",), (75,), SupplyState.LOW),
        (("toner-empty-error",), (0,), SupplyState.OUT),
    ],
)
def test_toner_is_out_only_when_the_printer_says_so(
    reasons: tuple[str, ...], levels: tuple[int, ...], toner: SupplyState
) -> None:
    seen = printer(*reasons, marker_levels=levels, marker_low_levels=(10,) * len(levels))
    assert seen.report().supplies["toner"] is toner


def test_toner_is_read_from_supply_strings_where_there_are_no_markers() -> None:
    waste = b"index=1;class=receptacleThatIsFilled;type=wasteToner;unit=percent;maxcapacity=100;level=5;colorantname=x;"
    black = b"index=2;class=supplyThatIsConsumed;type=toner;unit=percent;maxcapacity=200;level=150;colorantname=black;"
    assert [(one.name, one.percent) for one in printer(printer_supply=(waste, black)).markers] == [("black", 75)]


@pytest.mark.parametrize(
    ("state", "duplex", "error"),
    [
        (printer("toner-empty-error", state=5), False, TonerOut),
        (printer(printer_is_accepting_jobs=(False,)), False, DeviceFault),
        (printer(sides_supported=("one-sided",)), True, UnsupportedCommand),
        (printer(media_supported=("na_letter_8.5x11in",)), False, UnsupportedCommand),
        (printer(media_ready=("na_letter_8.5x11in",)), False, PaperOut),
        (printer(printer_input_tray=(tray(2),)), False, PaperOut),
    ],
)
def test_what_is_missing_is_refused_before_anything_is_sent(
    state: PrinterState, duplex: bool, error: type[DeviceError]
) -> None:
    with pytest.raises(error):
        check_ready(state, 3, duplex, a4_ready=True)


def test_a_printer_s_list_of_loaded_sizes_counts_only_when_it_is_trusted() -> None:
    check_ready(printer(media_ready=("na_letter_8.5x11in",)), 3, duplex=False)


@pytest.mark.parametrize(
    ("first_sheet", "duplex", "parts"),
    [
        (1, False, [(1, 3, 2)]),
        (2, False, [(2, 3, 1), (1, 3, 1)]),
        (3, False, [(3, 3, 1), (1, 3, 1)]),
        (4, False, [(1, 3, 1)]),
        (6, False, [(3, 3, 1)]),
        (1, True, [(1, 3, 2)]),
        (2, True, [(3, 3, 1), (1, 3, 1)]),
        (4, True, [(3, 3, 1)]),
    ],
)
def test_only_the_missing_sheets_are_planned(first_sheet: int, duplex: bool, parts: list[tuple[int, int, int]]) -> None:
    seen = plan(3, 2, duplex, first_sheet)
    assert [(part.first, part.last, part.copies) for part in seen] == parts


@settings(max_examples=300)
@given(st.integers(1, 20), st.integers(1, 5), st.booleans(), st.booleans(), st.data())
def test_a_plan_holds_every_page_from_its_first_sheet_on(
    pages: int, copies: int, duplex: bool, together: bool, data: st.DataObject
) -> None:
    whole = [sheet for part in plan(pages, copies, duplex) for sheet in part.sheets]
    assert [page for sheet in whole for page in sheet] == list(range(1, pages + 1)) * copies
    first = data.draw(st.integers(1, len(whole)))
    parts = plan(pages, copies, duplex, first, together)
    assert [sheet for part in parts for sheet in part.sheets] == whole[first - 1 :]
    assert together or all(part.copies == 1 for part in parts)
    with pytest.raises(ValueError, match="no sheet"):
        plan(pages, copies, duplex, len(whole) + 1)


def job(state: int, **told: int) -> Told:
    return {"job-state": (state,)} | {name.replace("_", "-"): (value,) for name, value in told.items()}


def test_sides_become_sheets() -> None:
    sheets = ((1, 2), (3,), (1, 2), (3,))
    assert [sheets_in(sides, sheets) for sides in range(8)] == [0, 0, 1, 2, 2, 3, 4, 4]
    assert sheets_in(-1, sheets) == 0


def test_the_smaller_of_two_counters_counts() -> None:
    part = plan(3, 1, False)[0]
    assert counted(read_job(job(5, job_media_sheets_completed=3, job_impressions_completed=2)), part.sheets) == 2
    assert counted(read_job(job(5)), part.sheets) is None
    assert counted(read_job(job(5, job_impressions=0, job_impressions_completed=0)), part.sheets) is None


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (job(9, job_media_sheets_completed=3), JobOutcome.COMPLETED),
        (job(9, job_media_sheets_completed=2), JobOutcome.UNCERTAIN),
        (job(9), JobOutcome.COMPLETED),
        (job(9) | {"job-state-reasons": ("job-completed-with-errors",)}, JobOutcome.UNCERTAIN),
        (job(8, job_media_sheets_completed=3), JobOutcome.ABORTED),
        (job(7), JobOutcome.CANCELLED),
    ],
)
def test_completed_needs_every_sheet(told: Told, outcome: JobOutcome) -> None:
    assert outcome_of(read_job(told), plan(3, 1, False)[0].sheets) is outcome


def test_the_fate_of_each_sheet() -> None:
    assert PartEnded(JobOutcome.CANCELLED, 1).fates(4) == (D, U, N, N)
    assert PartEnded(JobOutcome.UNCERTAIN, 1).fates(4) == (D, U, U, U)
    assert PartEnded(JobOutcome.UNCERTAIN, 1, one_doubtful=True).fates(4) == (D, U, N, N)
    assert PartEnded(JobOutcome.ABORTED, 0, untouched=True).fates(2) == (N, N)
    assert PartEnded(JobOutcome.SENT, 0).fates(2) == (U, U)
    assert PartEnded(JobOutcome.COMPLETED, 2).fates(2, R) == (R, R)


VALUES = st.one_of(st.integers(-(2**31), 2**31 - 1), st.booleans(), st.text(max_size=30), st.binary(max_size=60))
NAMES = st.sampled_from(
    [
        "printer-state",
        "printer-state-reasons",
        "printer-input-tray",
        "printer-supply",
        "marker-levels",
        "marker-names",
        "marker-low-levels",
        "copies-supported",
        "operations-supported",
        "printer-is-accepting-jobs",
        "printer-impressions-completed",
        "job-state",
        "job-id",
        "job-impressions",
        "job-impressions-completed",
        "job-media-sheets-completed",
        "time-at-processing",
    ]
)


@settings(max_examples=500)
@given(st.dictionaries(NAMES, st.lists(VALUES, max_size=4).map(tuple), max_size=8))
def test_whatever_a_printer_says_is_judged_and_never_crashes(told: Told) -> None:
    read_printer(told).report()
    part: Part = plan(2, 2, True)[0]
    seen = read_job(told)
    assert 0 <= (counted(seen, part.sheets) or 0) <= len(part.sheets)
    assert isinstance(outcome_of(seen, part.sheets), JobOutcome)


@pytest.mark.parametrize(
    ("table", "mistake"),
    [
        ({"driver": "ipp", "port": "ipp://printer.local/ipp/print", "life_counter": False, "shared": True}, ""),
        ({"driver": "cups", "port": "ipp://localhost/printers/A4", "device": "ipp://192.0.2.7/ipp/print"}, ""),
        ({"driver": "cups", "port": "ipp://localhost/printers/A4"}, ""),
        ({"driver": "ipp", "port": "http://printer.local"}, "not of the form"),
        ({"driver": "ipp", "port": "ipp://printer.local:x/"}, "ort"),
        ({"driver": "cups", "port": "ipp://localhost/printers/A4", "device": "lpd://x"}, "not of the form"),
    ],
)
def test_a_profile_names_a_printer_or_a_queue(table: dict[str, object], mistake: str) -> None:
    if not mistake:
        config = read_device_config(DeviceRole.DOCUMENT, table)
        assert config.build(config.settings, Place(DeviceRole.DOCUMENT, Path())).role is DeviceRole.DOCUMENT
        return
    with pytest.raises(DeviceConfigError, match=mistake):
        read_device_config(DeviceRole.DOCUMENT, table)

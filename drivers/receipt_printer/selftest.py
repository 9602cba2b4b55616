"""What a technician is told about a receipt printer, from its status alone: no paper is used.

The one thing done is DLE ENQ when the cutter is stuck: it is how the printer learns that the cutter has been freed.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.contract.commands import TestReport, TestStep
from drivers.contract.errors import DeviceError
from drivers.contract.status import MediaState
from drivers.receipt_printer import fonts
from drivers.receipt_printer.status import PrinterStatus
from kiosk.ipc import Control


def examine(
    ask: Callable[[Control], PrinterStatus],
    recover: Callable[[Control], None],
    presenter: bool,
    control: Control,
) -> TestReport:
    """One step for each thing that the printer can tell. `recover` lets a cutter go on that somebody has freed."""
    try:
        status = ask(control)
        if status.cutter_error:
            recover(control)
            status = ask(control)
    except DeviceError as error:
        advice = "check that the printer is switched on, its cable, and the port and baud of the profile"
        return TestReport(False, (TestStep("real-time status", error.hint or error.kind, False, advice),))
    steps = (
        TestStep("real-time status", "answered", True),
        _step("cover", status.cover_open, "open", "closed", "close the cover until it clicks"),
        _paper(status),
        _step("cutter", status.cutter_error, "stuck", "free", "open the cover, clear the blade, switch off and on"),
        _step("paper path", status.jammed, "jammed", "free", "open the cover and pull the paper out"),
        _step("print head", status.overheated, "too hot", "well", "wait; check that the vents are free"),
        _step("electronics", status.unrecoverable, "unrecoverable error", "well", "switch off and on; then replace it"),
        _step("mechanics", status.mechanical, "error", "well", "open the cover and look for scraps of paper"),
        _step("feed button", status.fed_by_button, "held down", "free", "let go of it"),
        _step(
            "ready", status.failure is not None, "stopped", "yes", "clear the findings above; else switch off and on"
        ),
        *_presenter(status, presenter),
        _fonts(),
    )
    return TestReport(all(step.passed for step in steps), steps)


def _step(tried: str, bad: bool, seen_bad: str, seen_well: str, advice: str) -> TestStep:
    return TestStep(tried, seen_bad if bad else seen_well, not bad, advice if bad else "")


def _paper(status: PrinterStatus) -> TestStep:
    if status.paper_end:
        return TestStep("paper", "at its end", False, "put in a new roll, its end over the roller")
    if status.near_end:
        return TestStep("paper", "near its end", True, "have a new roll ready")
    return TestStep("paper", "enough", True)


def _presenter(status: PrinterStatus, present: bool) -> tuple[TestStep, ...]:
    if not present:
        return ()
    held = status.media is MediaState.PRESENT
    return (_step("presenter", held, "holds a slip", status.media.replace("_", " "), "take the slip out"),)


def _fonts() -> TestStep:
    """Rare names need more than the printer's own characters."""
    lacking = [name for name, char in (("fonts-noto-cjk", "䶮"), ("fonts-hanazono", "𪚥")) if not _has(char)]
    advice = f"install the Debian package {', '.join(lacking)}" if lacking else ""
    return TestStep(
        "fonts for rare names", f"missing: {', '.join(lacking)}" if lacking else "there", not lacking, advice
    )


def _has(char: str) -> bool:
    try:
        return fonts.has_glyph(char)
    except FileNotFoundError:
        return False

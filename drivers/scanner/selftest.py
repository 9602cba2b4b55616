"""What a technician is told about a serial scanner: does it answer, who is it, does its light go on and off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.contract.commands import TestReport, TestStep
from drivers.contract.errors import DeviceError
from kiosk.ipc import Control

if TYPE_CHECKING:
    from drivers.scanner.scanner import SerialScanner

_CABLE = "check its power and cable, then port, baud and parity in the profile"
_MODE = "set it to command mode with the vendor's code sheet, then replace it"


def examine(scanner: SerialScanner, control: Control) -> TestReport:
    """Nothing needs to be held in front of it."""
    steps = [_try("answer", lambda: _answer(scanner, control), _CABLE)]
    if steps[0].passed:
        steps += [
            _try("version", lambda: scanner.version(control) or "not asked: no `identify` in the profile", _CABLE),
            _try("light on", lambda: _light(scanner, scanner.light_up, control), _MODE),
            _try("light off", lambda: _light(scanner, scanner.put_out, control), _MODE),
        ]
    return TestReport(all(step.passed for step in steps), tuple(steps))


def _answer(scanner: SerialScanner, control: Control) -> str:
    scanner.report(control)
    return "confirmed" if scanner.confirms else "wire open; this scanner confirms nothing: hold a code in front of it"


def _light(scanner: SerialScanner, order: Callable[[Control], object], control: Control) -> str:
    order(control)
    return "confirmed" if scanner.confirms else "asked; look whether it did"


def _try(tried: str, look: Callable[[], str], advice: str) -> TestStep:
    try:
        return TestStep(tried, look(), True)
    except DeviceError as error:
        return TestStep(tried, error.hint or error.kind, False, advice)

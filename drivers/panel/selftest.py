"""What a technician is told about the panel board: who it is, what it senses, and that each light blinks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.contract.commands import TestReport, TestStep
from drivers.contract.errors import DeviceError
from drivers.contract.panel import FlashRate, GuideLight
from kiosk.ipc import Control

if TYPE_CHECKING:
    from drivers.panel.panel import BoardPanel

BLINK_S = 0.25
_CABLE = "check the board's power and cable, then port and baud in the profile"
_LAMP = "check the lamp's plug on the board, then replace the lamp"


def examine(panel: BoardPanel, control: Control) -> TestReport:
    """Harmless: each light blinks once and then shines as before."""
    steps = [_try("version", lambda: _version(panel, control), _CABLE)]
    if steps[0].passed:
        steps.append(_try("sensors", lambda: _sensors(panel, control), "compare with what you see; check the contacts"))
        lights = panel.identity(control).lights
        steps += [_try(f"light {light}", lambda light=light: _blink(panel, light, control), _LAMP) for light in lights]  # type: ignore[misc]  # mypy and defaults
    return TestReport(all(step.passed for step in steps), tuple(steps))


def _version(panel: BoardPanel, control: Control) -> str:
    identity = panel.identity(control)
    return f"{identity.name} {identity.firmware}, protocol {identity.version}"


def _sensors(panel: BoardPanel, control: Control) -> str:
    return ", ".join(f"{name} {word}" for name, word in panel.report(control).sensors.items())


def _blink(panel: BoardPanel, light: GuideLight, control: Control) -> str:
    try:
        panel.shine(light, FlashRate.CONTINUOUS, control)
        control.wait(BLINK_S)
    finally:
        panel.shine(light, panel.wanted(light), Control(1.0))
    return "confirmed on and off; look whether it blinked"


def _try(tried: str, look: Callable[[], str], advice: str) -> TestStep:
    try:
        return TestStep(tried, look(), True)
    except DeviceError as error:
        return TestStep(tried, error.hint or error.kind, False, advice)

"""May this be printed here and now? What is missing is known before anything is sent. Pure."""

from __future__ import annotations

from drivers.contract.errors import (
    CoverOpen,
    DeviceError,
    DeviceFault,
    DeviceOffline,
    MediaJammed,
    PaperOut,
    TonerOut,
    UnsupportedCommand,
)
from drivers.document_printer.state import A4_NAMES, TWO_SIDED, PrinterState

_FAILURES: dict[str, type[DeviceError]] = {
    "paper_out": PaperOut,
    "jammed": MediaJammed,
    "cover_open": CoverOpen,
    "toner_out": TonerOut,
    "offline": DeviceOffline,
}


def check_ready(printer: PrinterState, sheets: int, duplex: bool, a4_ready: bool = False) -> None:
    """Raise the DeviceError that says why `sheets` cannot be printed now.

    `a4_ready`: its list of loaded paper sizes is to be believed.
    """
    if printer.kind:
        raise _FAILURES.get(printer.kind, DeviceFault)(printer.hint, cause=printer.kind)
    if not printer.accepting:
        raise DeviceFault(
            "the printer accepts no jobs: look at its panel, or cupsaccept for a queue", cause="accepting"
        )
    able = printer.abilities
    if duplex and TWO_SIDED not in able.sides:
        raise UnsupportedCommand("this printer cannot print on both sides", cause="sides")
    if able.media and not able.media & A4_NAMES:
        raise UnsupportedCommand("this printer takes no A4", cause="media")
    if a4_ready and able.media_ready and not able.media_ready & A4_NAMES:
        raise PaperOut("no tray holds A4: put A4 in, and tell the printer so at its panel", cause="media_ready")
    left = printer.sheets_left
    if left is not None and left < sheets:
        raise PaperOut(f"{sheets} sheets are needed, {left} are left", left=str(left))

"""What a printer family brings: its questions, how it answers, whether it has a presenter. And what all share.

A new family is one file in families/: its questions, a function from the answers to a PrinterStatus, and `build`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from drivers.family import FamilySettings
from drivers.receipt_printer.layout import Paper
from drivers.receipt_printer.status import REAL_TIME, PrinterStatus, Question


@dataclass(frozen=True)
class Dialect:
    """How one family tells its state. `read` gets the answers in the order of `questions`."""

    questions: tuple[Question, ...] = REAL_TIME
    read: Callable[[Sequence[bytes]], PrinterStatus] = PrinterStatus.from_answers
    presenter: bool = False
    automatic_status: bool = False


class ReceiptSettings(FamilySettings, frozen=True, kw_only=True):
    """What every receipt printer's table may say.

    `width_dots`: 384 for 58 mm paper, 576 for 80 mm. `charset`: gb2312 for firmware with the 6,763 characters only.
    `qr`: raster where the firmware has no GS ( k. `baud` is for ttys; it also tells how long a slip is on its way.
    """

    baud: Annotated[int, msgspec.Meta(gt=0)] = 115200
    width_dots: Literal[384, 576] = 576
    charset: Literal["gbk", "gb2312"] = "gbk"
    qr: Literal["native", "raster"] = "native"
    qr_module: Annotated[int, msgspec.Meta(ge=3, le=12)] = 6

    @property
    def paper(self) -> Paper:
        """The part that the layout needs."""
        return Paper(self.width_dots, self.charset, self.qr, self.qr_module)


class PresenterSettings(ReceiptSettings, frozen=True, kw_only=True):
    """Those of a printer with a presenter. `retracts_after_s`: what the printer itself is set to; 0 for never.

    No sensor tells a slip that was pulled back from one that was taken: one that vanishes after that time counts as
    retracted.
    """

    retracts_after_s: Annotated[float, msgspec.Meta(ge=0)] = 0.0

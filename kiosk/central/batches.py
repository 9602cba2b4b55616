"""Judges the transactions of a batch one by one, each in a database transaction of its own.

An entry gets what a POST of its own would have been answered, its receipt among it; what is wrong with one says nothing
about the others. Only a database that does not answer ends the work: the rest are told to come back, not tried.
"""

from __future__ import annotations

import base64
import binascii
import logging
import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from kiosk.central.intake import Intake
from kiosk.central.locks import BusyError
from kiosk.central.reading import Arrived, Reader
from kiosk.central.refusals import Refusal
from kiosk.central.schemas import BatchEntryIn, VerdictOut
from kiosk.central.signing import Receipt

log = logging.getLogger(__name__)
BUSY_S = 5.0
_KEY = re.compile(r"[\x21-\x7e]{8,64}")


@dataclass(frozen=True)
class Batches:
    """`sign` makes the text of a receipt."""

    reader: Reader
    intake: Intake
    sign: Callable[[Receipt], str]

    def judge(self, terminal: str, entries: Sequence[BatchEntryIn]) -> list[VerdictOut]:
        """A verdict for each, in their order."""
        verdicts: list[VerdictOut] = []
        away = False
        for entry in entries:
            try:
                verdicts.append(_busy(entry) if away else self._judge(terminal, entry))
            except (BusyError, OperationalError, PoolTimeoutError) as error:
                cause = getattr(error, "orig", None) or error
                log.error("the database does not answer: %s", type(cause).__name__)  # its text may hold values
                away = True
                verdicts.append(_busy(entry))
        return verdicts

    def _judge(self, terminal: str, entry: BatchEntryIn) -> VerdictOut:
        try:
            return self._receive(terminal, entry)
        except Refusal as refusal:
            wait_s = float(refusal.headers.get("Retry-After", 0))
            return VerdictOut(key=entry.key, status=refusal.status, reason=refusal.reason, retry_after_s=wait_s)
        except (RequestValidationError, DataError):
            return VerdictOut(key=entry.key, status=422, reason="invalid")
        except (BusyError, OperationalError, PoolTimeoutError):
            raise
        except Exception as error:  # whatever it is, it is our fault, and this entry's only
            places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-3:]]
            log.error("an entry failed with %s at %s", type(error).__name__, " < ".join(reversed(places)))
            return VerdictOut(key=entry.key, status=500, reason="fault")

    def _receive(self, terminal: str, entry: BatchEntryIn) -> VerdictOut:
        if not _KEY.fullmatch(entry.key):
            raise Refusal(422, "invalid")
        try:
            raw = base64.b64decode(entry.body, validate=True)
        except (binascii.Error, ValueError):
            raise Refusal(400, "not_base64") from None
        receipt, state = self.intake.receive(self.reader.read(Arrived(terminal, entry.key, entry.media_type, raw)))
        return VerdictOut(
            key=entry.key,
            status=receipt.status,
            case_number=receipt.case_number,
            state=state,
            received_at=receipt.received_at.isoformat(timespec="seconds"),
            receipt=self.sign(receipt),
        )


def _busy(entry: BatchEntryIn) -> VerdictOut:
    return VerdictOut(key=entry.key, status=503, reason="busy", retry_after_s=BUSY_S)

"""The centre's receipts: an acknowledgement counts only with one, signed by the key that we have pinned.

A receipt (`Doorstep-Receipt`, docs/line.md) names the key, this terminal, the status, the case number and the SHA-256
of the bytes that were sent. Not responsible for keeping it (outbox.delivery), nor for which key is pinned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from offline_cache.outbox.schedule import Verdict, VerdictKind
from offline_cache.trust.signed_text import read_signed

RECEIPT_PREFIX = "DR1."
EVIDENCE_PREFIX = "DE1."
BAD_RECEIPT = "bad_receipt"
"""Reason of an acknowledgement that nobody signed for, or for something else."""
ACKNOWLEDGED = (201, 202)
FOUND = 200
"""Status of an answer to a question: the receipt itself says how the transaction was acknowledged."""


class ReceiptFacts(msgspec.Struct, frozen=True):
    """What a `DR1.` text states: key, terminal, status, case number, received at, SHA-256 (hex) of the bytes."""

    k: str
    t: str
    c: int
    n: str
    a: str
    h: str


class EvidenceFacts(msgspec.Struct, frozen=True):
    """What a `DE1.` text states: key, terminal, SHA-256 (hex) of a piece of evidence that the centre has whole."""

    k: str
    t: str
    h: str


@dataclass
class ReceiptJudge:
    """Makes acknowledgements that are not proven what they are. `signing_key` is empty before the enrolment."""

    terminal: str
    signing_key: bytes = b""

    def judge(self, verdict: Verdict, key: str, payload_sha256: str) -> Verdict:
        """The verdict itself, unless it acknowledges without a receipt for this key and these bytes (hex)."""
        if verdict.kind is not VerdictKind.ACKNOWLEDGED:
            return verdict
        said = read_signed(RECEIPT_PREFIX, verdict.receipt, self.signing_key, ReceiptFacts)
        statuses = ACKNOWLEDGED if verdict.status == FOUND else (verdict.status,)
        if (
            said is None
            or said.c not in statuses
            or (said.k, said.t, said.n, said.h) != (key, self.terminal, verdict.case_number, payload_sha256)
        ):
            return Verdict(VerdictKind.UNPROVEN, verdict.status, BAD_RECEIPT)
        return replace(verdict, status=said.c)

    def judge_evidence(self, verdict: Verdict, text: str, key: str, sha256: str) -> Verdict:
        """The same for a piece of evidence; `text` is what the centre signed."""
        if verdict.kind is not VerdictKind.ACKNOWLEDGED:
            return verdict
        said = read_signed(EVIDENCE_PREFIX, text, self.signing_key, EvidenceFacts)
        if said != EvidenceFacts(key, self.terminal, sha256):
            return Verdict(VerdictKind.UNPROVEN, verdict.status, BAD_RECEIPT)
        return verdict

"""The calls of docs/line.md: our commands in, the contract's values out, every answer checked.

Not responsible for the exchange itself (offline_cache.line.http), nor for trying again: nothing repeats a call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from kiosk.ipc import Control
from offline_cache.contract import (
    Answer,
    Certificate,
    CheckCode,
    CodeSent,
    CodeVerdict,
    IssueCertificate,
    KnownField,
    Lookup,
    Prefill,
    Prefilled,
    Record,
    Records,
    SendCode,
)
from offline_cache.errors import CentreError, CentreRefused, NoLine
from offline_cache.line import wire
from offline_cache.line.http import Exchanger, Reply, Request
from offline_cache.outbox.batches import BatchEnd
from offline_cache.outbox.quarantine import EXPIRED
from offline_cache.outbox.schedule import Verdict, VerdictKind
from offline_cache.trust.receipts import ReceiptJudge

CERTIFICATE_BYTES = 16 * 1024 * 1024
OTHER_BODY_REASONS = frozenset({"other_body", "other_content", "key_reused", "same_key_other_body"})
"""Reasons of a 422 that mean: another content stands under this key."""

PART_TYPE = "application/octet-stream"

_BATCH_REFUSED = {
    400: BatchEnd.BROKEN,
    404: BatchEnd.NOT_OFFERED,
    405: BatchEnd.NOT_OFFERED,
    411: BatchEnd.BROKEN,
    413: BatchEnd.BROKEN,
    415: BatchEnd.NOT_OFFERED,
    422: BatchEnd.BROKEN,
}
Entry = tuple[str, str, bytes]
"""A transaction to be sent: its id, its media type, its bytes."""

_CODE_VERDICTS = {410: "expired", 422: "wrong", 423: "locked"}
_T = TypeVar("_T")


@dataclass(frozen=True)
class BatchAnswer:
    """What one request came to: a verdict for each transaction in it, and what it says of the next one's size."""

    verdicts: tuple[Verdict, ...]
    end: BatchEnd


@dataclass(frozen=True)
class BlobReply:
    """How far evidence has come: go on at `offset`, or what it ended in."""

    offset: int
    verdict: Verdict | None = None
    status: int = 0


class Centre:
    """The central service as the terminal sees it. Every method raises CentreError or Cancelled."""

    def __init__(self, exchanger: Exchanger) -> None:
        self._exchanger = exchanger
        self.receipts = ReceiptJudge(exchanger.address.terminal)

    def health(self, nonce: str, control: Control) -> wire.Health:
        """Is the centre there, and what time is it? It signs its time with `nonce`."""
        request = Request("GET", f"/v1/health?nonce={quote(nonce, safe='')}")
        return _expect(self._exchanger.exchange(request, control), 200, wire.Health)

    def keys(self, control: Control) -> wire.CentreKeysAnswer:
        """The centre's keys of today; to be believed only as far as the pinned one signed them."""
        return _expect(self._exchanger.exchange(Request("GET", "/v1/centre"), control), 200, wire.CentreKeysAnswer)

    def enrol(self, request: wire.EnrolmentRequest, control: Control) -> wire.EnrolmentAnswer:
        """Exchange keys by a one-time code."""
        terminal = quote(self._exchanger.address.terminal, safe="")
        reply = self._post(f"/v1/terminals/{terminal}/enrolment", request, control)
        return _expect(reply, 200, wire.EnrolmentAnswer)

    def send_code(self, command: SendCode, control: Control) -> CodeSent:
        """Have an SMS code sent."""
        reply = self._post("/v1/codes", wire.CodeRequest(command.number), control)
        sent = _expect(reply, 201, wire.Challenge)
        return CodeSent(sent.challenge, sent.masked_phone, sent.expires_s)

    def check_code(self, command: CheckCode, control: Control) -> CodeVerdict:
        """Was the code right? A wrong, expired or locked code is a verdict, not an error."""
        path = f"/v1/codes/{quote(command.challenge, safe='')}/check"
        reply = self._post(path, wire.CodeCheck(command.code), control)
        if reply.status in _CODE_VERDICTS:
            refusal = _refusal(reply)
            return CodeVerdict("", refusal.reason or _CODE_VERDICTS[reply.status], refusal.attempts_left)
        return CodeVerdict(_expect(reply, 200, wire.CodeToken).token)

    def prefill(self, command: Prefill, control: Control) -> Prefilled:
        """What the city already knows."""
        body = wire.PrefillRequest(command.number, command.token, command.fields)
        known = _expect(self._post("/v1/prefill", body, control), 200, wire.PrefillAnswer)
        return Prefilled(tuple(KnownField(field.name, field.value, field.source) for field in known.fields))

    def lookup(self, command: Lookup, control: Control) -> Records:
        """Records of a dataset about a person."""
        parameters = tuple(wire.Parameter(one.name, one.value) for one in command.parameters)
        body = wire.RecordsRequest(command.number, command.token, parameters)
        reply = self._post(f"/v1/records/{quote(command.dataset, safe='')}", body, control)
        return Records(tuple(_record(found) for found in _expect(reply, 200, wire.RecordsAnswer).records))

    def issue_certificate(self, command: IssueCertificate, control: Control) -> Certificate:
        """Have a certificate issued; the same transaction id again gives the same one."""
        body = wire.CertificateRequest(
            command.template, command.number, command.token, command.language, command.parameters
        )
        request = Request(
            "POST", "/v1/certificates", msgspec.json.encode(body), command.transaction_id, CERTIFICATE_BYTES
        )
        issued = _expect(self._exchanger.exchange(request, control), 201, wire.CertificateAnswer)
        return Certificate(issued.serial, issued.verification_code, issued.verify_url, issued.pages, issued.pdf)

    def report(self, status: wire.Status, control: Control) -> wire.StatusAnswer:
        """Tell how we are; what operators order."""
        return _expect(self._post("/v1/terminals/status", status, control), 200, wire.StatusAnswer)

    def ask_for(self, transaction_id: str, body: bytes, control: Control) -> BatchAnswer:
        """Does the centre have this transaction with these bytes? Nothing is sent. Raises Cancelled only."""
        request = Request("GET", f"/v1/transactions/{quote(transaction_id, safe='')}")
        try:
            reply = self._exchanger.exchange(request, control)
        except CentreError as error:  # it was unknown before, and is so still
            return BatchAnswer((Verdict(VerdictKind.NO_ANSWER, reason=error.reason),), BatchEnd.NOTHING)
        if reply.status == 404 and _refusal(reply).reason == "never_seen":
            return BatchAnswer((Verdict(VerdictKind.NEVER_SEEN, 404, EXPIRED),), BatchEnd.NOTHING)
        verdict = _acknowledgement(reply, transaction_id) if reply.status == 200 else _verdict(reply, transaction_id)
        return BatchAnswer((self.receipts.judge(verdict, transaction_id, sha256_hex(body)),), BatchEnd.NOTHING)

    def report_catalogue(self, version: int, failed: bool, control: Control) -> None:
        """Say what became of a version of the catalogue here."""
        reply = self._post("/v1/catalogue/reports", wire.CatalogueReport(version, failed), control)
        if reply.status != 204:
            raise _error(reply)

    def post_transaction(self, transaction_id: str, media_type: str, body: bytes, control: Control) -> Verdict:
        """Send a transaction once; every end of it is a verdict. Raises Cancelled only."""
        request = Request("POST", "/v1/transactions", body, transaction_id, media_type=media_type)
        try:
            verdict = _verdict(self._exchanger.exchange(request, control), transaction_id)
            return self.receipts.judge(verdict, transaction_id, sha256_hex(body))
        except CentreError as error:
            kind = VerdictKind.NO_ANSWER if error.sent else VerdictKind.NOT_SENT
            return Verdict(kind, reason=error.reason)

    def send(self, entries: Sequence[Entry], control: Control) -> BatchAnswer:
        """Send them in one request: a batch, or a transaction by itself. Raises Cancelled only.

        Before the enrolment nothing is sent: whoever answers could not prove to be the centre.
        """
        if not self.receipts.signing_key:
            verdict = Verdict(VerdictKind.NOT_SENT, reason="not_enrolled")
            return BatchAnswer((verdict,) * len(entries), BatchEnd.NOTHING)
        if len(entries) > 1:
            return self.post_batch(entries, control)
        verdict = self.post_transaction(*entries[0], control)
        # One that gets no answer by itself says nothing about its neighbours.
        silent = verdict.kind in {VerdictKind.NO_ANSWER, VerdictKind.NOT_SENT}
        return BatchAnswer((verdict,), BatchEnd.NOTHING if silent else BatchEnd.ANSWERED)

    def post_batch(self, entries: Sequence[Entry], control: Control) -> BatchAnswer:
        """Send several in one request; a verdict for each, in their order. Raises Cancelled only."""
        parts = tuple(wire.BatchEntry(*entry) for entry in entries)
        request = Request("POST", "/v1/batches", msgspec.json.encode(wire.BatchRequest(parts)))
        try:
            answer = _batch_answer(self._exchanger.exchange(request, control), [key for key, _, _ in entries])
        except CentreError as error:
            kind = VerdictKind.NO_ANSWER if error.sent else VerdictKind.NOT_SENT
            end = BatchEnd.BROKEN if error.sent else BatchEnd.NOTHING
            return BatchAnswer((Verdict(kind, reason=error.reason),) * len(entries), end)
        verdicts = (
            self.receipts.judge(verdict, key, sha256_hex(body))
            for verdict, (key, _, body) in zip(answer.verdicts, entries, strict=True)
        )
        return BatchAnswer(tuple(verdicts), answer.end)

    def ask_blob(self, sha256: str, transaction_id: str, control: Control) -> BlobReply:
        """How much of a piece of evidence the centre has. Raises Cancelled only."""
        return self._blob(Request("GET", f"/v1/blobs/{sha256}", key=transaction_id), sha256, control)

    def send_part(self, place: str, transaction_id: str, part: bytes, control: Control) -> BlobReply:
        """Send a part of it; `place` is `SHA256?offset=…&length=…`. Raises Cancelled only."""
        request = Request("PATCH", f"/v1/blobs/{place}", part, transaction_id, media_type=PART_TYPE)
        return self._blob(request, place.partition("?")[0], control)

    def _blob(self, request: Request, sha256: str, control: Control) -> BlobReply:
        try:
            reply = self._exchanger.exchange(request, control)
            told = _blob_reply(reply)
            if told.verdict is None:
                return told
            return replace(told, verdict=self.receipts.judge_evidence(told.verdict, reply.receipt, request.key, sha256))
        except CentreError as error:
            kind = VerdictKind.NO_ANSWER if error.sent else VerdictKind.NOT_SENT
            return BlobReply(0, Verdict(kind, reason=error.reason))

    def _post(self, path: str, body: wire.Wire, control: Control) -> Reply:
        return self._exchanger.exchange(Request("POST", path, msgspec.json.encode(body)), control)


def sha256_hex(body: bytes) -> str:
    """As receipts and digests name bytes."""
    return hashlib.sha256(body).hexdigest()


def _expect(reply: Reply, status: int, kind: type[_T]) -> _T:
    if reply.status != status:
        raise _error(reply)
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except msgspec.DecodeError as error:
        raise NoLine("bad_answer", str(error), sent=True) from error


def _error(reply: Reply) -> CentreError:
    match reply.status:
        case 401 if _refusal(reply).reason == "clock":  # the next contact tells us the centre's time
            return NoLine("clock", sent=True)
        case 401:
            return CentreRefused("terminal")
        case 409:
            return CentreRefused(_refusal(reply).reason or "in_progress", "conflict")
        case 429 if _refusal(reply).reason == "too_often":  # a rule about this person, not a busy line
            return CentreRefused("too_often")
        case 429 | 503:
            return NoLine("busy", sent=True)
        case status if 400 <= status < 500:
            return CentreRefused(_refusal(reply).reason or f"status_{status}")
        case _:
            return NoLine("centre_error", f"status {reply.status}", sent=True)


def _verdict(reply: Reply, transaction_id: str) -> Verdict:
    status, retry_after_s = reply.status, reply.retry_after_s
    match status:
        case 201 | 202:
            return _acknowledgement(reply, transaction_id)
        case 409:
            return Verdict(VerdictKind.IN_PROGRESS, status, "in_progress", retry_after_s=retry_after_s)
        case 408 | 425 | 429 | 503:
            return Verdict(VerdictKind.BUSY, status, "busy", retry_after_s=retry_after_s)
        case 401 if _refusal(reply).reason == "clock":
            return Verdict(VerdictKind.BUSY, status, "clock", retry_after_s=retry_after_s)
        case 401 | 403:
            return Verdict(VerdictKind.TERMINAL_BARRED, status, "terminal", retry_after_s=retry_after_s)
        case 422:
            return _unprocessable(reply)
        case _ if 400 <= status < 500:
            return Verdict(VerdictKind.REFUSED, status, _refusal(reply).reason or f"status_{status}")
        case _:
            return Verdict(VerdictKind.NO_ANSWER, status, f"status_{status}", retry_after_s=retry_after_s)


def _batch_answer(reply: Reply, keys: Sequence[str]) -> BatchAnswer:
    if reply.status in _BATCH_REFUSED:  # it is no verdict on any entry: none was looked at
        verdict = Verdict(VerdictKind.BUSY, reply.status, "batch_refused", retry_after_s=reply.retry_after_s)
        return BatchAnswer((verdict,) * len(keys), _BATCH_REFUSED[reply.status])
    if reply.status != 201:
        verdict = _verdict(reply, "")
        end = BatchEnd.BROKEN if verdict.kind is VerdictKind.NO_ANSWER else BatchEnd.NOTHING
        return BatchAnswer((verdict,) * len(keys), end)
    try:
        told = {one.key: one for one in msgspec.json.decode(reply.body, type=wire.BatchVerdicts).verdicts}
    except msgspec.DecodeError:
        told = {}
    verdicts = tuple(entry_verdict(told.get(key)) for key in keys)
    return BatchAnswer(verdicts, BatchEnd.ANSWERED if told.keys() >= set(keys) else BatchEnd.BROKEN)


def entry_verdict(said: wire.BatchVerdict | None) -> Verdict:
    """The same judgement as of a post of its own."""
    if said is None:
        return Verdict(VerdictKind.NO_ANSWER, reason="no_verdict")
    waits_s = max(0.0, said.retry_after_s)
    reply = Reply(said.status, msgspec.json.encode(said), said.key, waits_s, receipt=said.receipt)
    return _verdict(reply, said.key)


def _blob_reply(reply: Reply) -> BlobReply:
    try:
        said = msgspec.json.decode(reply.body, type=wire.BlobAnswer)
    except msgspec.DecodeError:
        return BlobReply(0, Verdict(VerdictKind.NO_ANSWER, reply.status, "bad_answer"))
    if reply.status in {200, 201}:
        done = Verdict(VerdictKind.ACKNOWLEDGED, reply.status) if said.complete else None
        return BlobReply(said.offset, done, reply.status)
    if (reply.status, said.reason) == (409, "offset"):
        return BlobReply(said.offset, None, reply.status)
    verdict = _verdict(reply, "")
    if verdict.kind in {VerdictKind.REJECTED, VerdictKind.OTHER_BODY}:  # there is no business verdict on a file
        verdict = Verdict(VerdictKind.REFUSED, reply.status, verdict.reason)
    return BlobReply(0, verdict, reply.status)


def _acknowledgement(reply: Reply, transaction_id: str) -> Verdict:
    try:
        receipt: Any = msgspec.json.decode(reply.body, type=wire.Receipt)
    except msgspec.DecodeError:
        receipt = None
    if receipt is None or not receipt.case_number or reply.key != transaction_id:
        return Verdict(VerdictKind.NO_ANSWER, reply.status, "bad_receipt")
    return Verdict(VerdictKind.ACKNOWLEDGED, reply.status, case_number=receipt.case_number, receipt=reply.receipt)


def _unprocessable(reply: Reply) -> Verdict:
    reason = _refusal(reply).reason
    if reason in {"", "invalid"}:  # a complaint about the form of the request is not the office's verdict
        return Verdict(VerdictKind.REFUSED, reply.status, reason or "status_422")
    kind = VerdictKind.OTHER_BODY if reason in OTHER_BODY_REASONS else VerdictKind.REJECTED
    return Verdict(kind, reply.status, reason)


def _refusal(reply: Reply) -> wire.Refusal:
    try:
        return msgspec.json.decode(reply.body, type=wire.Refusal)
    except msgspec.DecodeError:
        return wire.Refusal()


def _record(found: wire.RecordFound) -> Record:
    rows = tuple(Answer(row.label, row.value, row.label, row.value) for row in found.rows)
    return Record(found.title, rows, found.state)

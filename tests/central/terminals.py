"""Terminals for campaigns: they keep docs/line.md's rules and nothing more, thousands of submissions at a time."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.central.signed import SigningTerminal

if TYPE_CHECKING:
    from tests.central.sealed import SealTo

ANSWER_LIMIT = 64 * 1024
ANSWER_S = 20.0
PAUSE_S = 0.01
TRIES = 400


@dataclass
class Submission:
    """One transaction of a terminal, and every case number that it was ever acknowledged with.

    Every other one is sealed where there is a key to `seal_to`. `evidence` is named in the body, and brought apart.
    """

    number: int
    seal_to: SealTo | None = None
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    cases: set[str] = field(default_factory=set)
    evidence: bytes = b""

    @property
    def media_type(self) -> str:
        """Of the body."""
        return "application/vnd.doorstep.sealed" if self.seal_to and self.number % 2 else "application/json"

    @functools.cached_property
    def body(self) -> bytes:
        """Always the same bytes."""
        plain = self._plain()
        sealed = self.media_type != "application/json" and self.seal_to
        return sealed.seal(plain, f"transaction {self.key}") if sealed else plain

    def _plain(self) -> bytes:
        content: dict[str, Any] = {
            "kind": "application" if self.number % 7 else "rating",
            "service": "hrss/social-security-card",
            "service_version": 1,
            "district": f"4401{3 + self.number % 10:02d}",
            "local_number": f"TH0001-{self.number:07d}",
            "sequence": self.number,
            "captured_at": "2026-11-23T02:00:00+00:00",
            "subject": {"name": "陈美兰", "number": "440106199001011237"},
            "token": "",
            "answers": [{"name": "bank", "value": "boc", "label": "银行", "shown": "中国银行" * (self.number % 40)}],
            "attachments": [{"name": "photo", "media_type": "image/png", "content": "aGVsbG8="}] * (self.number % 3),
        }
        if self.evidence:
            sha256 = hashlib.sha256(self.evidence).hexdigest()
            named = {"name": "scan", "media_type": "image/png", "sha256": sha256, "length": len(self.evidence)}
            content["evidence"] = [named]
        return json.dumps(content, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Told:
    """An answer of the centre, whole."""

    status: int
    headers: dict[str, str]
    body: bytes


class Terminals:
    """`auth` is an enrolled terminal's; `public_key` the centre's, with which its receipts are checked."""

    def __init__(self, port: int, auth: SigningTerminal, public_key: str) -> None:
        self._port, self._auth = port, auth
        self._key = Ed25519PublicKey.from_public_bytes(unpack(public_key))
        self.statuses: Counter[int] = Counter()

    def deliver(self, submissions: Sequence[Submission], at_once: int) -> None:
        """Send each until it is acknowledged; every tenth by five at the same moment."""
        asyncio.run(self._deliver(list(submissions), at_once))

    def deliver_in_batches(self, submissions: Sequence[Submission], at_once: int) -> None:
        """The same, up to twenty in one request; what got no verdict comes again with others."""
        asyncio.run(self._deliver_in_batches(list(submissions), at_once))

    async def _deliver_in_batches(self, submissions: list[Submission], at_once: int) -> None:
        async def worker() -> None:
            for _ in range(TRIES):
                if not submissions:
                    return
                batch, submissions[:] = submissions[:20], submissions[20:]
                submissions.extend(await self._send_batch(batch))
                await asyncio.sleep(PAUSE_S)
            raise AssertionError(f"{len(submissions)} were not acknowledged: {self.statuses}")

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())

    async def _send_batch(self, batch: list[Submission]) -> list[Submission]:
        """One try; those that must come again."""
        entries = [
            {"key": one.key, "media_type": one.media_type, "body": base64.b64encode(one.body).decode()} for one in batch
        ]
        verdicts: dict[str, dict[str, Any]] = {}
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(ANSWER_S):
                answer = await self._exchange(self._request("/v1/batches", json.dumps({"entries": entries}).encode()))
                told = self._told(answer)
                if told is not None and told.status == 201:
                    verdicts = {verdict["key"]: verdict for verdict in json.loads(told.body)["verdicts"]}
        return [one for one in batch if not self._taken(one, verdicts.get(one.key))]

    def _taken(self, one: Submission, verdict: dict[str, Any] | None) -> bool:
        if verdict is None:
            return False
        self.statuses[verdict["status"]] += 1
        if verdict["status"] not in {201, 202}:
            return False
        self._check(one, verdict["receipt"], verdict["case_number"], verdict["status"])
        one.cases.add(verdict["case_number"])
        return True

    async def _deliver(self, submissions: list[Submission], at_once: int) -> None:
        async def worker() -> None:
            while submissions:
                one = submissions.pop()
                await (self._five(one) if one.number % 10 == 0 else self._until_acknowledged(one))

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())

    async def _five(self, one: Submission) -> None:
        barrier = asyncio.Barrier(5)

        async def rival() -> None:
            await barrier.wait()
            await self._until_acknowledged(one)

        async with asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(rival())

    async def _until_acknowledged(self, one: Submission) -> None:
        for _ in range(TRIES):
            case = await self._send(one)
            if case:
                one.cases.add(case)
                return
            await asyncio.sleep(PAUSE_S)
        raise AssertionError(f"submission {one.number} was not acknowledged in {TRIES} tries: {self.statuses}")

    async def _send(self, one: Submission) -> str:
        """One try; the case number when the centre has acknowledged."""
        request = self._request("/v1/transactions", one.body, one.key, one.media_type)
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(ANSWER_S):
                return self._judge(one, await self._exchange(request))
        return ""

    def bring(self, submissions: Sequence[Submission], part_bytes: int) -> None:
        """Send the evidence of each, in parts, until the centre has it whole."""
        asyncio.run(self._bring(submissions, part_bytes))

    async def _bring(self, submissions: Sequence[Submission], part_bytes: int) -> None:
        async with asyncio.TaskGroup() as group:
            for one in submissions:
                group.create_task(self._bring_one(one, part_bytes))

    async def _bring_one(self, one: Submission, part_bytes: int) -> None:
        path = f"/v1/blobs/{hashlib.sha256(one.evidence).hexdigest()}"
        offset = 0
        for _ in range(TRIES):
            part = one.evidence[offset : offset + part_bytes]
            query = f"{path}?offset={offset}&length={len(one.evidence)}"
            request = self._request(query, part, one.key, "application/octet-stream", "PATCH")
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                async with asyncio.timeout(ANSWER_S):
                    told = self._told(await self._exchange(request))
                    if told is not None and told.status == 201 and json.loads(told.body)["complete"]:
                        return
                    if told is not None and told.status in {200, 409}:
                        offset = json.loads(told.body).get("offset", offset)
            await asyncio.sleep(PAUSE_S)
        raise AssertionError(f"evidence of {one.number} was not taken in {TRIES} tries")

    async def _exchange(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        answer = b""
        try:
            writer.write(request)
            await writer.drain()
            while len(answer) < ANSWER_LIMIT and (piece := await reader.read(ANSWER_LIMIT)):
                answer += piece
            return answer
        finally:
            writer.transport.abort()

    def _request(
        self, path: str, body: bytes, key: str = "", media_type: str = "application/json", method: str = "POST"
    ) -> bytes:
        headers = {"Content-Type": media_type, "Content-Length": str(len(body))}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= self._auth.headers(method, f"http://centre{path}", headers, body)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{method} {path} HTTP/1.1\r\nHost: centre\r\n{lines}Connection: close\r\n\r\n".encode() + body

    def _told(self, answer: bytes) -> Told | None:
        """A whole answer of the centre; None for anything else."""
        head, _, body = answer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        if len(first.split()) < 2 or not first.split()[1].isdigit() or headers.get("doorstep-centre") != "1":
            return None
        if len(body) != int(headers.get("content-length", -1)):
            return None
        return Told(int(first.split()[1]), headers, body)

    def _judge(self, one: Submission, answer: bytes) -> str:
        told = self._told(answer)
        if told is None:
            return ""
        self.statuses[told.status] += 1
        if told.status not in {201, 202} or told.headers.get("idempotency-key") != one.key:
            return ""
        case = str(json.loads(told.body)["case_number"])
        self._check(one, told.headers["doorstep-receipt"], case, told.status)
        return case

    def _check(self, one: Submission, text: str, case: str, status: int) -> None:
        receipt = self.receipt(text)
        assert (receipt["k"], receipt["n"], receipt["c"]) == (one.key, case, status)
        assert receipt["h"] == hashlib.sha256(one.body).hexdigest()

    def receipt(self, text: str) -> dict[str, object]:
        """The content of a receipt; AssertionError when the centre has not signed it."""
        signed, _, signature = text.rpartition(".")
        try:
            self._key.verify(unpack(signature), signed.encode())
        except InvalidSignature:
            raise AssertionError("a receipt that the centre has not signed") from None
        content: dict[str, object] = json.loads(unpack(signed.removeprefix("DR1.")))
        return content


def unpack(text: str) -> bytes:
    """base64url without its padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

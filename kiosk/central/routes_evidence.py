"""The calls that bring evidence. Thin: who it is, which part, and hand on.

No postponed annotations here: FastAPI must see the dependency objects that the functions close over.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from kiosk.central.evidence import Part, Progress
from kiosk.central.routes_terminal import Key, Office, refusals, terminal_of
from kiosk.central.schemas import BlobOut

Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
BYTES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@dataclass(frozen=True)
class _Came:
    terminal: str
    key: str
    content: bytes


def evidence_routes(office: Office) -> APIRouter:
    """All calls under /v1/blobs."""
    router = APIRouter(prefix="/v1/blobs")
    who = Annotated[str, Depends(terminal_of(office))]

    async def came(request: Request, terminal: who, idempotency_key: Key) -> _Came:
        return _Came(terminal, idempotency_key, await request.body())

    def tell(response: Response, terminal: str, key: str, sha256: str, progress: Progress) -> BlobOut:
        response.headers["Idempotency-Key"] = key
        if progress.complete:
            proof = {"k": key, "t": terminal, "h": sha256}
            response.headers["Doorstep-Receipt"] = office.key.sign_text("DE1", proof)
        return BlobOut(offset=progress.offset, complete=progress.complete)

    @router.get("/{sha256}", responses=refusals(409))
    def ask(sha256: Sha256, terminal: who, idempotency_key: Key, response: Response) -> BlobOut:
        progress = office.evidence.progress(terminal, idempotency_key, sha256)
        return tell(response, terminal, idempotency_key, sha256, progress)

    @router.patch("/{sha256}", responses=refusals(400, 409) | {201: {"model": BlobOut}}, openapi_extra=BYTES)
    def send(
        sha256: Sha256,
        part: Annotated[_Came, Depends(came)],
        offset: Annotated[int, Query(ge=0)],
        length: Annotated[int, Query(ge=1)],
        response: Response,
    ) -> BlobOut:
        progress = office.evidence.take(Part(part.terminal, part.key, sha256, offset, length, part.content))
        response.status_code = 201 if progress.complete else 200
        return tell(response, part.terminal, part.key, sha256, progress)

    return router

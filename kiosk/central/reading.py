"""Makes a transaction of what came: JSON, or JSON sealed to one of the centre's keys. Each mistake has its answer.

What cannot be opened is refused with 400, never 422: 422 is the office's verdict, after which a terminal forgets. A
terminal that is refused otherwise keeps what it has, tries again a few times (the missing key may be on its way), and
then lays it aside for a person; here it becomes an incident.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema

from kiosk.central.database import Database
from kiosk.central.incidents import note
from kiosk.central.intake import Sent
from kiosk.central.models import Incident
from kiosk.central.refusals import Refusal
from kiosk.central.schemas import TransactionIn
from kiosk.central.sealing import MEDIA_TYPE, SealError, SealingKeys

JSON = "application/json"
SCHEMA_PLACE = "#/components/schemas/{model}"


@dataclass(frozen=True)
class Arrived:
    """A request as it came: from whom, under which key, of which media type, and its bytes."""

    terminal: str
    key: str
    media_type: str
    raw: bytes

    def __repr__(self) -> str:
        return f"Arrived({self.terminal}, {self.key}, {len(self.raw)} bytes)"


@dataclass(frozen=True)
class Reader:
    """Opens and checks. `keys` may grow while it works."""

    database: Database
    keys: SealingKeys
    clock: Callable[[], datetime.datetime]

    def read(self, arrived: Arrived) -> Sent:
        """The transaction. Refusal 400 for a seal that does not open, 415; RequestValidationError."""
        media_type = arrived.media_type.partition(";")[0].strip().lower()
        if media_type not in {JSON, MEDIA_TYPE}:
            raise Refusal(415, "media_type")
        text = self._open(arrived) if media_type == MEDIA_TYPE else arrived.raw
        try:
            body = TransactionIn.model_validate_json(text)
        except ValidationError as error:
            mistakes = [{**mistake, "loc": ("body", *mistake["loc"])} for mistake in error.errors(include_input=False)]
            raise RequestValidationError(mistakes) from None
        return Sent(arrived.terminal, arrived.key, body, hashlib.sha256(arrived.raw).hexdigest())

    def _open(self, arrived: Arrived) -> bytes:
        try:
            return self.keys.open(arrived.raw, f"transaction {arrived.key}")
        except SealError as error:
            incident = Incident(at=self.clock(), terminal=arrived.terminal, kind=error.reason, key=arrived.key)
            self.database.run(lambda session: note(session, incident))
            raise Refusal(400, error.reason) from None


TRANSACTION_REQUEST: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"$ref": SCHEMA_PLACE.format(model=TransactionIn.__name__)}},
            MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
"""How OpenAPI describes the call: FastAPI cannot see through a body that may be sealed."""


def shapes_of(*models: type[BaseModel]) -> dict[str, Any]:
    """The schemas, for OpenAPI's components, of models that no signature names."""
    _, found = models_json_schema([(model, "validation") for model in models], ref_template=SCHEMA_PLACE)
    return dict(found["$defs"])

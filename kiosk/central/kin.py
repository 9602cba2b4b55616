"""Who may read what is about somebody else: parents for their children, children for their parents, by the register.

The parameter `for` of a look-up or a certificate names the other one. Not responsible for applications: what a proxy
hands in, an official judges.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy.orm import Session

from kiosk.central.models import Person
from kiosk.central.refusals import Refusal

FOR = "for"
_REGISTERED = ("parents", "children")


def whom(session: Session, person: Person, parameters: Mapping[str, str]) -> Person:
    """The person that is asked about: oneself, or a registered relative; Refusal 403 for anybody else."""
    number = parameters.get(FOR, "")
    if number in {"", person.number}:
        return person
    other = session.get(Person, number) if number in _relatives(person) else None
    if other is None:
        raise Refusal(403, "not_kin")
    return other


def _relatives(person: Person) -> set[str]:
    """The numbers of the parents and children in the register."""
    said = (field["value"] for field in person.fields if field["name"] in _REGISTERED)
    return {str(kin["number"]) for value in said for kin in json.loads(value)}

"""Sign with a finger; the ink becomes an attachment. Not responsible for what the signature is worth in law."""

from __future__ import annotations

from kiosk.intents import Declined, Signed
from kiosk.journey.model import SignatureStep
from kiosk.journey.pages import chrome
from kiosk.journey.session import Memory, Phrase
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.turn import Going, Happening, Turn
from kiosk.views import AnyView, SignatureView
from offline_cache.contract import Answer, Attachment

PNG = b"\x89PNG\r\n\x1a\n"
MOST_BYTES = 200 * 1024
BY_KEY = "confirmed_by_key"
"""The answer of somebody who could not write."""


class SignatureMemory(Memory, frozen=True):
    """What was wrong with the last try."""

    problem: Phrase | None = None


def _show(turn: Turn) -> AnyView:
    step, memory = turn.step(SignatureStep), turn.memory(SignatureMemory)
    return SignatureView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        hint=turn.fill(step.hint),
        statement=turn.fill(step.statement),
        cannot=turn.say("signature.cannot"),
        problem=turn.say_phrase(memory.problem) if memory.problem else "",
    )


def _handle(turn: Turn, happening: Happening) -> Turn:
    if isinstance(happening, Declined):
        return _confirmed(turn)
    if not isinstance(happening, Signed):
        return turn
    if not happening.png.startswith(PNG) or len(happening.png) > MOST_BYTES:
        return turn.remember(SignatureMemory(Phrase("signature.again")))
    name = turn.step(SignatureStep).id
    others = tuple(photo for photo in turn.citizen.photos if photo.name != name)
    answers = tuple(answer for answer in turn.citizen.answers if answer.name != name)
    photos = (*others, Attachment(name, "image/png", happening.png))
    return turn.learned(photos=photos, answers=answers).go(Going.NEXT)


def _confirmed(turn: Turn) -> Turn:
    """Whoever cannot write confirms by key; the office sees that, and decides what else it needs."""
    name = turn.step(SignatureStep).id
    said = Answer(name, BY_KEY, turn.say("signature.label"), turn.say("signature.confirmed"))
    photos = tuple(photo for photo in turn.citizen.photos if photo.name != name)
    answers = (*(answer for answer in turn.citizen.answers if answer.name != name), said)
    return turn.learned(photos=photos, answers=answers).go(Going.NEXT)


def _passed(turn: Turn) -> bool:
    name = turn.step(SignatureStep).id
    return turn.session.returning and (
        any(photo.name == name for photo in turn.citizen.photos) or turn.citizen.answer(name) == BY_KEY
    )


SIGNATURE = Behaviour(_show, _handle, enter=lambda turn: turn.remember(None), passed=_passed)

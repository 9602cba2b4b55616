"""Which papers this case needs, and which of them the city has already. Nothing is asked for twice.

Not responsible for taking them in (the paper step).
"""

from __future__ import annotations

from kiosk.intents import Confirmed
from kiosk.journey.model import Material, MaterialsStep
from kiosk.journey.pages import chrome
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.turn import Going, Happening, Turn
from kiosk.views import AnyView, RecordCard, RecordsView, Row


def needed(turn: Turn) -> list[Material]:
    """The materials of this case by the rules of the place that counts."""
    scope = turn.scope
    return [material for material in scope.resolved.service.materials if scope.truth(material.when)]


def has_licence(turn: Turn, material: Material) -> bool:
    """Whether an e-licence of the citizen stands for a material."""
    known = next((field.value for field in turn.citizen.known if field.name == "licences"), "")
    return bool(set(known.split(",")) & set(material.licences))


def _show(turn: Turn) -> AnyView:
    step = turn.step(MaterialsStep)
    records = tuple(_card(turn, material) for material in needed(turn))
    return RecordsView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        hint=turn.fill(step.hint) if records else "",
        records=records,
        empty="" if records else turn.say("materials.none"),
        confirm=turn.fill(step.agree),
    )


def _card(turn: Turn, material: Material) -> RecordCard:
    language = turn.session.language
    state = "materials.licence" if has_licence(turn, material) else "materials.gap"
    shown = has_licence(turn, material) or material.need == "gap_allowed"
    counts = [
        turn.say(f"materials.{kind}", count=str(count))
        for kind, count in (("original", material.originals), ("copy", material.copies))
        if count and not has_licence(turn, material)
    ]
    words = [turn.say("service.comma").join(counts)] + [
        text.of(language) for text in (material.standard, material.from_whom) if text is not None
    ]
    rows = tuple(Row("", word) for word in words if word)
    return RecordCard(material.name.of(language), turn.say(state) if shown else "", rows)


def _handle(turn: Turn, happening: Happening) -> Turn:
    return turn.go(Going.NEXT) if isinstance(happening, Confirmed) else turn


def _passed(turn: Turn) -> bool:
    return turn.session.returning


MATERIALS = Behaviour(_show, _handle, passed=_passed)

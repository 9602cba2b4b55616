"""Several sheets under the document camera, one after the other; each becomes an attachment named STEP_1, STEP_2…

Not responsible for finding edges (the driver) nor for what becomes of the sheets (a copy, a case).
"""

from __future__ import annotations

from drivers.contract.commands import Photo, PreviewStarted, StartPreview, StopPreview, TakePhoto
from drivers.contract.status import DeviceRole
from kiosk.intents import Chosen, Confirmed, Declined
from kiosk.journey.model import SheetsStep
from kiosk.journey.pages import chrome, working
from kiosk.journey.session import Memory
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.steps.photo import TRIES, WITHIN_S, said_problem
from kiosk.journey.troubles import broken
from kiosk.journey.turn import Broken, Completed, Going, Happening, Turn
from kiosk.views import AnyView, ChoiceView, Option, PhotoView
from offline_cache.contract import Attachment

_CAMERA = DeviceRole.DOCUMENT_CAMERA


class SheetsMemory(Memory, frozen=True):
    """The shared frames, the picture to judge and what is wrong with it; `kept`: now asking for another one."""

    frames: str = ""
    taken: bytes = b""
    problem: str = ""
    tries: int = 0
    kept: bool = False


def sheets_of(turn: Turn, step_id: str) -> tuple[bytes, ...]:
    """The pictures that a step took, in their order."""
    return tuple(photo.content for photo in turn.citizen.photos if photo.name.startswith(f"{step_id}_"))


def _enter(turn: Turn) -> Turn:
    if turn.session.returning and sheets_of(turn, turn.step(SheetsStep).id):
        return turn.drop().remember(SheetsMemory(kept=True))
    return _look(turn)


def _look(turn: Turn) -> Turn:
    turn = turn.drop().remember(SheetsMemory(tries=turn.memory(SheetsMemory).tries))
    return turn.device("preview", _CAMERA, StartPreview(), WITHIN_S)


def _show(turn: Turn) -> AnyView:
    step, memory = turn.step(SheetsStep), turn.memory(SheetsMemory)
    count = len(sheets_of(turn, step.id))
    if memory.kept:
        return _another(turn, count)
    if not memory.frames:
        return working(turn, "working.paper")
    return PhotoView(
        chrome=chrome(turn),
        title=turn.say("sheets.title", number=str(count + 1), title=turn.fill(step.title)),
        hint=turn.fill(step.review if memory.taken else step.hint),
        of_paper=True,
        frames="" if memory.taken else memory.frames,
        taken=memory.taken,
        problem=turn.say(memory.problem) if memory.problem else "",
    )


def _another(turn: Turn, count: int) -> ChoiceView:
    names = (("another",) if count < turn.step(SheetsStep).most else ()) + ("enough", "anew")
    options = tuple(Option(name, turn.say(f"sheets.{name}")) for name in names)
    return ChoiceView(chrome=chrome(turn), title=turn.say("sheets.kept", count=str(count)), options=options)


def _handle(turn: Turn, happening: Happening) -> Turn:
    memory = turn.memory(SheetsMemory)
    match happening:
        case Completed(result=PreviewStarted(path=path)):
            return turn.remember(memory, frames=path)
        case Completed(result=Photo() as photo):
            return _judge(turn, photo)
        case Broken():
            return broken(_stop(turn.remember(SheetsMemory(tries=memory.tries))), happening)
        case Confirmed() if memory.taken:
            return _keep(turn)
        case Confirmed() if memory.frames and not turn.session.busy:
            return turn.device("take", _CAMERA, TakePhoto(), WITHIN_S)
        case Declined() if memory.taken:
            return turn.remember(memory, taken=b"", problem="")
        case Chosen(id=chosen) if memory.kept:
            return _choose(turn, chosen)
        case _:
            return turn


def _judge(turn: Turn, photo: Photo) -> Turn:
    memory = turn.memory(SheetsMemory)
    tries = memory.tries + 1
    good = not photo.problems or tries >= TRIES
    problem = said_problem(photo)
    return turn.remember(memory, taken=photo.jpeg if good else b"", problem=problem, tries=tries)


def _keep(turn: Turn) -> Turn:
    name = turn.step(SheetsStep).id
    number = len(sheets_of(turn, name)) + 1
    picture = Attachment(f"{name}_{number}", "image/jpeg", turn.memory(SheetsMemory).taken)
    return _stop(turn.drop().learned(photos=(*turn.citizen.photos, picture)).remember(SheetsMemory(kept=True)))


def _choose(turn: Turn, chosen: str) -> Turn:
    match chosen:
        case "enough":
            return turn.go(Going.NEXT)
        case "anew":
            return _look(_without(turn))
        case "another" if len(sheets_of(turn, turn.step(SheetsStep).id)) < turn.step(SheetsStep).most:
            return _look(turn.remember(SheetsMemory()))
        case _:
            return turn


def _without(turn: Turn) -> Turn:
    name = f"{turn.step(SheetsStep).id}_"
    return turn.learned(photos=tuple(photo for photo in turn.citizen.photos if not photo.name.startswith(name)))


def _stop(turn: Turn) -> Turn:
    return turn.unattended(_CAMERA, StopPreview(), WITHIN_S)


def _passed(turn: Turn) -> bool:
    return turn.session.returning and bool(sheets_of(turn, turn.step(SheetsStep).id))


def _leave(turn: Turn) -> Turn:
    return _stop(turn.drop())


SHEETS = Behaviour(_show, _handle, enter=_enter, passed=_passed, leave=_leave)

"""Take a picture, of the citizen or of a paper, and let her judge it. Finding faces and edges is the driver's job."""

from __future__ import annotations

from drivers.contract.commands import Photo, PreviewStarted, StartPreview, StopPreview, TakePhoto
from drivers.contract.status import DeviceRole
from kiosk.intents import Confirmed, Declined
from kiosk.journey.model import PaperStep, PhotoStep
from kiosk.journey.pages import chrome, working
from kiosk.journey.session import Memory
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.steps.materials import has_licence, needed
from kiosk.journey.troubles import broken
from kiosk.journey.turn import Broken, Completed, Going, Happening, Turn
from kiosk.views import AnyView, PhotoView
from offline_cache.contract import Attachment

WITHIN_S = 8.0
TRIES = 3
"""After so many pictures that the camera finds fault with, the citizen may keep one; the office judges it."""

KNOWN_PROBLEMS = frozenset({"no_face", "many_faces", "too_dark", "too_bright", "blurred", "too_small", "covered"})


class PhotoMemory(Memory, frozen=True):
    """The shared frames, the picture to judge, what is wrong with it, how many were taken."""

    frames: str = ""
    taken: bytes = b""
    problem: str = ""
    tries: int = 0


def _step(turn: Turn) -> PhotoStep | PaperStep:
    step = turn.service.steps[turn.session.index]
    assert isinstance(step, PhotoStep | PaperStep)
    return step


def _role(turn: Turn) -> DeviceRole:
    return DeviceRole.DOCUMENT_CAMERA if isinstance(_step(turn), PaperStep) else DeviceRole.CAMERA


def _enter(turn: Turn) -> Turn:
    turn = turn.drop().remember(PhotoMemory(tries=turn.memory(PhotoMemory).tries))
    return turn.device("preview", _role(turn), StartPreview(), WITHIN_S)


def _show(turn: Turn) -> AnyView:
    step, memory = _step(turn), turn.memory(PhotoMemory)
    if not memory.frames:
        return working(turn, "working.paper" if isinstance(step, PaperStep) else "working.camera")
    return PhotoView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        hint=turn.fill(step.review if memory.taken else step.hint),
        of_paper=isinstance(step, PaperStep),
        frames="" if memory.taken else memory.frames,
        taken=memory.taken,
        problem=turn.say(memory.problem) if memory.problem else "",
    )


def _handle(turn: Turn, happening: Happening) -> Turn:
    memory = turn.memory(PhotoMemory)
    match happening:
        case Completed(result=PreviewStarted(path=path)):
            return turn.remember(memory, frames=path)
        case Completed(result=Photo() as photo):
            return _judge(turn, photo)
        case Broken():
            return broken(stop_preview(turn.remember(PhotoMemory(tries=memory.tries))), happening)
        case Confirmed() if memory.taken:
            return _keep(turn)
        case Confirmed() if memory.frames and not turn.session.busy:
            return turn.device("take", _role(turn), TakePhoto(), WITHIN_S)
        case Declined() if memory.taken:
            return turn.remember(memory, taken=b"", problem="")
        case _:
            return turn


def _judge(turn: Turn, photo: Photo) -> Turn:
    memory = turn.memory(PhotoMemory)
    tries = memory.tries + 1
    taken = photo.jpeg if not photo.problems or tries >= TRIES else b""
    return turn.remember(memory, taken=taken, problem=said_problem(photo), tries=tries)


def said_problem(photo: Photo) -> str:
    """The text key of what the camera finds wrong with a picture first; "" when it is a good one."""
    found = photo.problems[0] if photo.problems else ""
    return (f"photo.{found}" if found in KNOWN_PROBLEMS else "photo.other") if found else ""


def _keep(turn: Turn) -> Turn:
    name = _step(turn).id
    others = tuple(photo for photo in turn.citizen.photos if photo.name != name)
    picture = Attachment(name, "image/jpeg", turn.memory(PhotoMemory).taken)
    return turn.learned(photos=(*others, picture)).go(Going.NEXT)


def stop_preview(turn: Turn) -> Turn:
    """Have the step's camera stop and wipe its shared frames; nobody waits for it."""
    return turn.unattended(_role(turn), StopPreview(), WITHIN_S)


def _passed(turn: Turn) -> bool:
    name = _step(turn).id
    return turn.session.returning and any(photo.name == name for photo in turn.citizen.photos)


def _leave(turn: Turn) -> Turn:
    return stop_preview(turn.drop())


def _paper_passed(turn: Turn) -> bool:
    """An e-licence stands for the paper, the case does not need it, or it was taken already."""
    wanted = turn.step(PaperStep).material
    material = next((material for material in needed(turn) if material.id == wanted), None)
    return material is None or has_licence(turn, material) or _passed(turn)


PHOTO = Behaviour(_show, _handle, enter=_enter, passed=_passed, leave=_leave)
PAPER = Behaviour(_show, _handle, enter=_enter, passed=_paper_passed, leave=_leave)

"""Take the citizen's picture and let her judge it. Finding faces is the driver's job."""

from __future__ import annotations

from drivers.contract.commands import Photo, PreviewStarted, StartPreview, StopPreview, TakePhoto
from drivers.contract.status import DeviceRole
from kiosk.intents import Confirmed, Declined
from kiosk.journey.model import PhotoStep
from kiosk.journey.pages import chrome, working
from kiosk.journey.session import Memory
from kiosk.journey.steps.behaviour import Behaviour
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


def _enter(turn: Turn) -> Turn:
    turn = turn.drop().remember(PhotoMemory(tries=turn.memory(PhotoMemory).tries))
    return turn.device("preview", DeviceRole.CAMERA, StartPreview(), WITHIN_S)


def _show(turn: Turn) -> AnyView:
    step, memory = turn.step(PhotoStep), turn.memory(PhotoMemory)
    if not memory.frames:
        return working(turn, "working.camera")
    return PhotoView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        hint=turn.fill(step.review if memory.taken else step.hint),
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
            return turn.device("take", DeviceRole.CAMERA, TakePhoto(), WITHIN_S)
        case Declined() if memory.taken:
            return turn.remember(memory, taken=b"", problem="")
        case _:
            return turn


def _judge(turn: Turn, photo: Photo) -> Turn:
    memory = turn.memory(PhotoMemory)
    tries = memory.tries + 1
    if not photo.problems:
        return turn.remember(memory, taken=photo.jpeg, problem="", tries=tries)
    found = photo.problems[0]
    problem = f"photo.{found}" if found in KNOWN_PROBLEMS else "photo.other"
    taken = photo.jpeg if tries >= TRIES else b""
    return turn.remember(memory, taken=taken, problem=problem, tries=tries)


def _keep(turn: Turn) -> Turn:
    name = turn.step(PhotoStep).id
    others = tuple(photo for photo in turn.citizen.photos if photo.name != name)
    picture = Attachment(name, "image/jpeg", turn.memory(PhotoMemory).taken)
    return turn.learned(photos=(*others, picture)).go(Going.NEXT)


def stop_preview(turn: Turn) -> Turn:
    """Have the camera stop and wipe its shared frames; nobody waits for it."""
    return turn.unattended(DeviceRole.CAMERA, StopPreview(), WITHIN_S)


def _passed(turn: Turn) -> bool:
    name = turn.step(PhotoStep).id
    return turn.session.returning and any(photo.name == name for photo in turn.citizen.photos)


def _leave(turn: Turn) -> Turn:
    return stop_preview(turn.drop())


PHOTO = Behaviour(_show, _handle, enter=_enter, passed=_passed, leave=_leave)

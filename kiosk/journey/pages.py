"""Pages that belong to no step: the frame around all of them, working, problem, help, still there, goodbye.

Not responsible for when they are shown (kiosk.journey.engine).
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from kiosk.journey.dates import mask_number
from kiosk.journey.loudness import has_headphones, loudness
from kiosk.journey.model import (
    BankCardStep,
    CertificateStep,
    CodeStep,
    ForWhomStep,
    GateStep,
    GroupStep,
    IdentityStep,
    LookupStep,
    MaterialsStep,
    NoticeStep,
    PaperStep,
    PhotoStep,
    PrintStep,
    QuestionStep,
    ReviewStep,
    ScanStep,
    SheetsStep,
    SignatureStep,
    SlipStep,
)
from kiosk.journey.readiness import nearest_site
from kiosk.journey.session import Phrase, Session, Stage
from kiosk.journey.turn import Turn
from kiosk.views import (
    Chrome,
    GoodbyeView,
    HelpView,
    Line,
    Option,
    ProblemView,
    StillThereView,
    View,
    WorkingView,
)

BACKABLE = (
    *(NoticeStep, IdentityStep, CodeStep, ForWhomStep, QuestionStep, GroupStep, BankCardStep, ScanStep),
    *(MaterialsStep, PhotoStep, PaperStep, SheetsStep, SignatureStep, ReviewStep, LookupStep, PrintStep),
)
COUNTED = (*BACKABLE, CertificateStep, SlipStep)


def is_closed(session: Session) -> bool:
    """Whether the terminal cannot serve anybody now."""
    world = session.world
    return not world.in_service or world.store is None or not world.store.accepting


def chrome(turn: Turn) -> Chrome:
    """What surrounds the page of this turn."""
    session = turn.session
    in_service = bool(session.service) and session.stage in {Stage.SERVICE, Stage.STEPS}
    step, of = _progress(turn) if session.stage is Stage.STEPS else (0, 0)
    public = session.stage in {Stage.MENU, Stage.SERVICE, Stage.STEPS}
    return Chrome(
        language=session.language,
        care=session.care,
        look=session.look,
        voice=msgspec.structs.replace(session.voice, volume=loudness(session), private=has_headphones(session)),
        line=Line.OUT_OF_SERVICE if is_closed(session) else Line(session.world.line.value),
        terminal=turn.context.terminal.place[session.language],
        service=turn.service.title.of(session.language) if in_service else "",
        step=step,
        of=of,
        can_back=can_back(turn),
        can_leave=can_leave(turn),
        can_help=public,
    )


def can_back(turn: Turn) -> bool:
    """Whether one step back is possible: never while something runs, never over a submission."""
    session = turn.session
    if session.stage is Stage.STEPS:
        backable = isinstance(turn.service.steps[session.index], (*BACKABLE, GateStep))
        return backable and not session.busy and not session.spent
    deeper = bool(session.door) or session.way == "search"
    return session.stage is Stage.SERVICE or (session.stage is Stage.MENU and deeper)


def can_leave(turn: Turn) -> bool:
    """Whether the session may end now: not in the seconds in which a promise is being made."""
    return turn.session.stage is not Stage.GOODBYE and not any(
        pending.tag == "accept" for pending in turn.session.pending
    )


def _progress(turn: Turn) -> tuple[int, int]:
    scope = turn.scope
    steps = turn.service.steps
    counted = [
        index
        for index, step in enumerate(steps)
        if isinstance(step, COUNTED) and (index == turn.session.index or scope.truth(step.when))
    ]
    done = sum(index <= turn.session.index for index in counted)
    return max(1, done), len(counted)


def working(turn: Turn, key: str) -> WorkingView:
    """Something runs; `key`.title and `key`.body say what."""
    return WorkingView(chrome=chrome(turn), title=turn.say(f"{key}.title"), body=turn.say(f"{key}.body"))


def problem(turn: Turn) -> ProblemView:
    """The problem page of the turn's session."""
    found = turn.session.problem
    assert found is not None
    advice = turn.say(found.advice, phone=turn.context.terminal.help_phone) if found.advice else ""
    near = _nearest(turn) if found.nearest else ""
    if near:
        advice = f"{advice}{_gap(turn)}{turn.say('problem.nearest', place=near)}".strip()
    return ProblemView(
        chrome=chrome(turn),
        title=turn.say("problem.title"),
        happened=turn.say_phrase(found.happened),
        certain=turn.say(found.certain) if found.certain else "",
        advice=advice,
        reference=found.reference,
        options=tuple(Option(option, turn.say(f"option.{option}")) for option in found.options),
    )


def _nearest(turn: Turn) -> str:
    session = turn.session
    return nearest_site(turn.context, session.service, session.language, session.world.hour)


def _gap(turn: Turn) -> str:
    return " " if turn.session.language == "en" else ""


def still_there(turn: Turn) -> StillThereView:
    """The one question before a session ends by itself."""
    return StillThereView(
        chrome=chrome(turn),
        title=turn.say("still_there.title"),
        body=turn.say("still_there.body"),
        answer=turn.say("still_there.answer"),
        leave=turn.say("still_there.leave"),
    )


def help_page(turn: Turn, topic: str) -> HelpView:
    """How this kind of page works, and whom to call."""
    phone = turn.context.terminal.help_phone
    return HelpView(
        chrome=chrome(turn),
        title=turn.say("help.title"),
        paragraphs=(turn.say(f"help.{topic}"), turn.say("help.anyone", phone=phone)),
        phone=phone,
        close=turn.say("help.close"),
    )


def goodbye(turn: Turn) -> GoodbyeView:
    """What was held and is gone; take card and papers."""
    session = turn.session
    wiped = session.held or ("goodbye.nothing",)
    return GoodbyeView(
        chrome=chrome(turn),
        title=turn.say("goodbye.title"),
        body=turn.say("goodbye.body" if session.held else "goodbye.body_nothing"),
        wiped=tuple(turn.say(key) for key in wiped),
        reminders=tuple(turn.say(key) for key in session.reminders),
    )


def subject_line(name: str, number: str) -> str:
    """Somebody's name and masked number, for her own review page."""
    return f"{name}  {mask_number(number)}".strip()


_V = TypeVar("_V", bound=View)


def speak(view: View) -> str:
    """The sentence to be spoken and captioned: title and running text, never rows, digits or documents."""
    parts: list[str] = [view.title]
    for name in ("body", "hint", "happened", "certain", "advice", "summary", "reason", "problem", "paper"):
        parts.append(str(getattr(view, name, "")))
    for name in ("paragraphs", "wiped", "reminders"):
        parts.extend(getattr(view, name, ()))
    mark = ". " if view.chrome.language == "en" else "。"
    ends = ".。!！?？:："
    said = [part if part[-1] in ends else f"{part}{mark}" for part in parts if part]
    return (" " if view.chrome.language == "en" else "").join(part.strip() for part in said)


def with_caption(view: _V) -> _V:
    """The same page with its caption."""
    chrome_ = msgspec.structs.replace(view.chrome, caption=speak(view))
    return msgspec.structs.replace(view, chrome=chrome_)


def phrase(key: str, **values: str) -> Phrase:
    """A phrase with values."""
    return Phrase(key, tuple(values.items()))

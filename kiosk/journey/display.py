"""How the screen looks and whether it speaks, for as long as the visit lasts: the page, and what a choice changes.

Not responsible for care mode (a switch of its own) nor for the page's words in speech (ui.speech).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kiosk.intents import SettingChosen
from kiosk.journey.loudness import has_headphones, loudness
from kiosk.journey.pages import chrome
from kiosk.journey.session import Session
from kiosk.journey.turn import Turn
from kiosk.views import LOUDEST, DisplayView, Language, Option, Setting, TextSize, Theme, Tongue, Voice


def display_page(turn: Turn) -> DisplayView:
    """Sizes, colours, place, voice and volume."""
    return DisplayView(
        chrome=chrome(turn),
        title=turn.say("display.title"),
        settings=tuple(_settings(turn)),
        close=turn.say("display.close"),
    )


def _settings(turn: Turn) -> Iterator[Setting]:
    session = turn.session
    look, voice = session.look, session.voice
    yield _setting(turn, "size", list(TextSize), look.size)
    yield _setting(turn, "theme", list(Theme), look.theme)
    yield _setting(turn, "place", ["full", "low"], "low" if look.low else "full")
    yield _setting(turn, "voice", _tongues(session), _spoken(session))
    if voice.on:
        yield _setting(turn, "volume", ["quieter", "louder"], "", level=str(loudness(session)))
        yield _setting(turn, "screen", ["shown", "blank"], "blank" if voice.blank else "shown")


def _setting(turn: Turn, name: str, options: list[str], chosen: str, **values: str) -> Setting:
    said = tuple(Option(option, turn.say(f"display.{name}_{option}")) for option in options)
    return Setting(name, turn.say(f"display.{name}", **values), said, chosen)


def _tongues(session: Session) -> list[str]:
    return ["off", "on"] if session.language is Language.ENGLISH else ["off", *Tongue]


def _spoken(session: Session) -> str:
    if not session.voice.on:
        return "off"
    return "on" if session.language is Language.ENGLISH else session.voice.tongue


def chosen(turn: Turn, intent: SettingChosen) -> Turn:
    """The turn after a choice; what is not offered changes nothing."""
    session = turn.session
    look, voice = session.look, session.voice
    match intent.setting, intent.option:
        case "size", option if option in set(TextSize):
            look = msgspec.structs.replace(look, size=TextSize(option))
        case "theme", option if option in set(Theme):
            look = msgspec.structs.replace(look, theme=Theme(option))
        case "place", "full" | "low":
            look = msgspec.structs.replace(look, low=intent.option == "low")
        case "voice", _:
            voice = _voiced(voice, intent.option)
        case "volume", "quieter" | "louder":
            step = 1 if intent.option == "louder" else -1
            voice = msgspec.structs.replace(voice, volume=min(LOUDEST, max(1, loudness(session) + step)))
        case "screen", "shown" | "blank":
            voice = msgspec.structs.replace(voice, blank=intent.option == "blank" and voice.on)
        case _:
            return turn
    return turn.changed(look=look, voice=voice)


def _voiced(voice: Voice, option: str) -> Voice:
    if option == "off":
        return msgspec.structs.replace(voice, on=False, blank=False)
    if option == "on":
        return msgspec.structs.replace(voice, on=True)
    return msgspec.structs.replace(voice, on=True, tongue=Tongue(option)) if option in set(Tongue) else voice


def plugged(before: Session, turn: Turn) -> Turn:
    """Plugging headphones in starts the voice; pulling them out silences it and shows the screen again."""
    was, now = has_headphones(before), has_headphones(turn.session)
    if was == now:
        return turn
    return turn.changed(voice=msgspec.structs.replace(turn.session.voice, on=now, blank=False))

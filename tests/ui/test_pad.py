"""The twelve keys and the voice: whole journeys with a dark screen, nothing private aloud, everything captioned."""

from __future__ import annotations

import re

import msgspec
import pytest

from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from kiosk import intents as do
from kiosk.views import (
    AttractView,
    CodeView,
    GoodbyeView,
    HelpView,
    Language,
    MenuView,
    ReviewView,
    SearchView,
    Voice,
)
from tests.journeys.citizen import Citizen, good_world, make_context
from tests.ui.pad import Blind, FakeSpeaker
from ui.app import running_app
from ui.components.blind import Blind as DarkScreen
from ui.components.caption import Caption
from ui.components.text import Text
from ui.gallery import settle
from ui.gallery_samples import sample_views
from ui.window import KioskWindow

JOURNEYS = (
    "hrss/enrolment-certificate",
    "police/vehicle-violations",
    "household/register-print",
    "general/track-case",
    "general/hall-booking",
    "civil/longevity-allowance",
)


def plugged_in() -> list[DeviceReport]:
    return [DeviceReport(DeviceRole.PANEL, DeviceState.ONLINE, sensors={"headphones": "in"})]


def visitor(window: KioskWindow, speaker: FakeSpeaker, headphones: bool = False) -> Blind:
    world = good_world()
    if headphones:
        world = msgspec.structs.replace(world, devices=(*world.devices, *plugged_in()))
    return Blind(window, speaker, Citizen(make_context(), world))


@pytest.mark.parametrize("service", JOURNEYS)
def test_a_whole_journey_by_keys_and_voice_with_a_dark_screen(
    window: KioskWindow, speaker: FakeSpeaker, service: str
) -> None:
    blind = visitor(window, speaker)
    blind.press("5")
    assert isinstance(blind.citizen.view, MenuView)
    blind.citizen.does(do.SettingChosen("screen", "blank"))
    blind.walk(service)
    assert isinstance(blind.citizen.view, GoodbyeView)
    assert window.findChild(DarkScreen).isVisible()
    heard = "".join(text for text, _, _ in speaker.said)
    assert not [title for title in blind.titles[1:] if title not in heard]


def test_digits_of_a_code_are_counted_aloud_and_never_named(window: KioskWindow, speaker: FakeSpeaker) -> None:
    blind = visitor(window, speaker)
    blind.press("5")
    while not isinstance(blind.citizen.view, CodeView):
        blind.answer(JOURNEYS[0])
    before = len(speaker.said)
    for key in ("7", "3", "*", "9"):
        blind.press(key)
    assert [text for text, _, _ in speaker.said[before:]] == ["写了一位", "写了一位", "删了一位", "写了一位"]
    names = {target.accessibleName() for target in window.pilot.targets()}
    assert not any(name.isdigit() for name in names)


def test_into_headphones_digits_and_rows_are_said(window: KioskWindow, speaker: FakeSpeaker) -> None:
    blind = visitor(window, speaker, headphones=True)
    blind.press("5")
    while not isinstance(blind.citizen.view, CodeView):
        blind.answer(JOURNEYS[0])
    blind.press("7")
    assert speaker.last == "7"


@pytest.mark.parametrize("private", [False, True])
def test_rows_of_the_review_are_said_only_into_headphones(
    window: KioskWindow, speaker: FakeSpeaker, private: bool
) -> None:
    view = sample_views(Language.SIMPLIFIED)["review"]
    assert isinstance(view, ReviewView)
    window.show_view(spoken(view, Voice(on=True, private=private)))
    settle(running_app())
    assert ("陈演示" in speaker.last) is private
    assert ("插上耳机" in speaker.last) is not private


def spoken(view: object, voice: Voice) -> object:
    chrome = msgspec.structs.replace(view.chrome, voice=voice)  # type: ignore[attr-defined]  # a View
    return msgspec.structs.replace(view, chrome=chrome)


@pytest.mark.parametrize(
    ("language", "tongue", "voice"),
    [
        (Language.SIMPLIFIED, "mandarin", "cmn"),
        (Language.TRADITIONAL, "cantonese", "yue"),
        (Language.ENGLISH, "", "en"),
    ],
)
def test_the_voice_follows_the_tongue_and_the_volume(
    window: KioskWindow, speaker: FakeSpeaker, language: Language, tongue: str, voice: str
) -> None:
    blind = visitor(window, speaker)
    blind.citizen.does(do.LanguageChosen(language), do.SettingChosen("voice", tongue or "on"))
    blind.citizen.does(do.SettingChosen("volume", "louder"))
    window.show_view(blind.citizen.view)
    assert speaker.said[-1][1:] == (voice, 5)


def test_whatever_is_said_stands_in_the_caption(window: KioskWindow, speaker: FakeSpeaker) -> None:
    blind = visitor(window, speaker)
    for key in ("5", "8", "8", "6", "0"):
        blind.press(key)
        caption = window.findChild(Caption)
        shown = [text.text() for text in caption.findChildren(Text) if text.isVisible()]
        assert shown == [speaker.last]


def test_nothing_is_said_before_somebody_asks_for_it(window: KioskWindow, speaker: FakeSpeaker) -> None:
    for view in sample_views(Language.SIMPLIFIED).values():
        window.show_view(view)
    assert speaker.said == []


def test_a_touch_silences_and_holding_five_switches_the_voice(window: KioskWindow, speaker: FakeSpeaker) -> None:
    blind = visitor(window, speaker)
    blind.press("5")
    assert blind.citizen.view.chrome.voice.on
    window.press_key("5", 2.0)
    assert not blind.citizen.view.chrome.voice.on


def test_star_goes_back_and_number_sign_helps(window: KioskWindow, speaker: FakeSpeaker) -> None:
    blind = visitor(window, speaker)
    blind.press("5")
    blind.press("#")
    assert isinstance(blind.citizen.view, HelpView)
    blind.press("*")
    assert isinstance(blind.citizen.view, MenuView)
    blind.citizen.does(do.TabChosen("search"))
    blind.paint()
    assert isinstance(blind.citizen.view, SearchView)
    blind.press("*")
    assert isinstance(blind.citizen.view, MenuView)


def test_zero_says_the_page_again_and_interrupts(window: KioskWindow, speaker: FakeSpeaker) -> None:
    blind = visitor(window, speaker)
    blind.press("5")
    page = speaker.last
    blind.press("8")
    assert speaker.last != page
    blind.press("0")
    assert speaker.last == page
    speaker.speaking = True
    blind.press("0")
    assert not speaker.speaking


@pytest.mark.parametrize("name", sorted(sample_views(Language.SIMPLIFIED)))
def test_every_control_of_every_page_is_reached_in_one_round(
    window: KioskWindow, speaker: FakeSpeaker, name: str
) -> None:
    view = sample_views(Language.SIMPLIFIED)[name]
    if isinstance(view, AttractView):
        return
    window.show_view(spoken(view, Voice(on=True)))
    settle(running_app())
    pilot = window.pilot
    pilot._writing = False
    wanted = {target.accessibleName() for target in pilot.targets()}
    heard: set[str] = set()
    for _ in range(3 * len(pilot.targets()) + 3):
        window.press_key("6")
        said = re.split("。", speaker.last)[0]
        heard |= {name for name in wanted if said.startswith(name.rstrip("。？?"))}
        if heard == wanted:
            break
    assert heard == wanted

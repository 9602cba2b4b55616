"""Screen and voice: each choice counts at once, lasts the visit and no longer; headphones start the voice."""

from __future__ import annotations

import msgspec
import pytest

from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.journey.events import World
from kiosk.views import DisplayView, HelpView, Language, TextSize, Theme, Tongue
from tests.journeys.citizen import Citizen, good_world


def at_menu(context: Context, hour: int = 12, headphones: str = "") -> Citizen:
    citizen = Citizen(context).does(do.Begun())
    return citizen.becomes(world_at(hour, headphones))


def world_at(hour: int, headphones: str) -> World:
    world = msgspec.structs.replace(good_world(), hour=hour)
    panel = DeviceReport(DeviceRole.PANEL, DeviceState.ONLINE, sensors={"headphones": headphones or "out"})
    return msgspec.structs.replace(
        world, devices=(*(one for one in world.devices if one.role != DeviceRole.PANEL), panel)
    )


def test_every_choice_of_the_page_counts_at_once_and_stays(context: Context) -> None:
    citizen = at_menu(context).does(do.DisplayPressed())
    assert isinstance(citizen.view, DisplayView)
    for setting, option in (("size", "largest"), ("theme", "contrast_dark"), ("place", "low"), ("voice", "cantonese")):
        citizen.does(do.SettingChosen(setting, option))
        assert isinstance(citizen.view, DisplayView)
        assert next(s for s in citizen.view.settings if s.id == setting).chosen == option
    citizen.does(do.Declined(), do.ServiceChosen("hrss/enrolment-certificate"), do.Confirmed())
    chrome = citizen.view.chrome
    assert (chrome.look.size, chrome.look.theme, chrome.look.low) == (TextSize.LARGEST, Theme.CONTRAST_DARK, True)
    assert (chrome.voice.on, chrome.voice.tongue) == (True, Tongue.CANTONESE)


def test_the_next_citizen_finds_everything_as_usual(context: Context) -> None:
    citizen = at_menu(context).does(do.SettingChosen("theme", "dark"), do.SettingChosen("voice", "mandarin"))
    citizen.does(do.LeavePressed()).waits()
    assert citizen.session is None
    citizen.does(do.Begun())
    assert citizen.view.chrome.look.theme is Theme.NORMAL
    assert not citizen.view.chrome.voice.on


def test_the_page_lies_over_the_present_one_and_closes_onto_it(context: Context) -> None:
    citizen = at_menu(context).does(do.ServiceChosen("hrss/enrolment-certificate"))
    before = citizen.view
    citizen.does(do.DisplayPressed(), do.Declined())
    assert citizen.view == before
    citizen.does(do.HelpPressed())
    assert isinstance(citizen.view, HelpView)
    citizen.does(do.SettingChosen("size", "large"))
    assert isinstance(citizen.view, HelpView)


@pytest.mark.parametrize(
    ("setting", "option"),
    [("size", "huge"), ("theme", ""), ("place", "left"), ("voice", "latin"), ("volume", "11"), ("colour", "red")],
)
def test_what_is_not_offered_changes_nothing(context: Context, setting: str, option: str) -> None:
    citizen = at_menu(context)
    before = citizen.view
    assert citizen.does(do.SettingChosen(setting, option)).view == before


def test_the_volume_has_eight_steps_and_a_cap_at_night(context: Context) -> None:
    by_day = at_menu(context).does(do.SettingChosen("voice", "mandarin"))
    for _ in range(12):
        by_day.does(do.SettingChosen("volume", "louder"))
    assert by_day.view.chrome.voice.volume == 8
    by_night = at_menu(context, hour=23).does(do.SettingChosen("voice", "mandarin"))
    assert by_night.view.chrome.voice.volume == 3
    for _ in range(12):
        by_night.does(do.SettingChosen("volume", "louder"))
    assert by_night.view.chrome.voice.volume == 3
    quiet = by_night.becomes(world_at(23, "in"))
    assert quiet.view.chrome.voice.volume == 4


def test_headphones_start_the_voice_and_pulling_them_out_silences_it_and_shows_the_screen(context: Context) -> None:
    citizen = at_menu(context)
    assert not citizen.view.chrome.voice.on
    citizen.becomes(world_at(12, "in"))
    assert citizen.view.chrome.voice.on
    assert citizen.view.chrome.voice.private
    citizen.does(do.SettingChosen("screen", "blank"))
    assert citizen.view.chrome.voice.blank
    citizen.becomes(world_at(12, "out"))
    voice = citizen.view.chrome.voice
    assert (voice.on, voice.private, voice.blank) == (False, False, False)


def test_beside_english_pages_only_english_is_offered(context: Context) -> None:
    citizen = at_menu(context).does(do.LanguageChosen(Language.ENGLISH), do.DisplayPressed())
    assert isinstance(citizen.view, DisplayView)
    voice = next(setting for setting in citizen.view.settings if setting.id == "voice")
    assert [option.label for option in voice.options] == ["Off", "On"]
    assert all(option.label for setting in citizen.view.settings for option in setting.options)


def test_a_blank_screen_needs_a_voice(context: Context) -> None:
    citizen = at_menu(context).does(do.SettingChosen("screen", "blank"))
    assert not citizen.view.chrome.voice.blank

"""The terminal profile, read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.contract.status import DeviceRole
from kiosk.folders import CONFIG
from kiosk.settings import SettingsError, load_settings
from kiosk.terminal.pin import PinGuard

SAMPLE = CONFIG / "terminals" / "dev.toml"


def test_the_sample_profile_names_its_devices_and_opens_with_the_published_pin() -> None:
    settings = load_settings(SAMPLE)
    assert set(settings.devices) == {role.value for role in DeviceRole}
    assert PinGuard(settings.technician.pin, lambda: 0.0).check("246810") == ""


def test_all_mistakes_are_listed_at_once(tmp_path: Path) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text('[terminal]\nid = 7\n[screen]\ncolour = "red"\n[moon]\n', encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(profile)
    message = str(caught.value)
    for mistake in ("[moon]", "[terminal]", "[screen]", "[technician]"):
        assert mistake in message


def test_a_place_without_english_is_a_mistake(tmp_path: Path) -> None:
    profile = tmp_path / "p.toml"
    text = SAMPLE.read_text(encoding="utf-8")
    profile.write_text(text.replace(', en = "Chebei Street Service Hall, Tianhe (demo)"', ""), encoding="utf-8")
    with pytest.raises(SettingsError, match="place has no en"):
        load_settings(profile)


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"= nonsense"])
def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path, content: bytes | None) -> None:
    profile = tmp_path / "p.toml"
    if content is not None:
        profile.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load_settings(profile)
    assert str(caught.value).startswith(str(profile))
    assert "\n" not in str(caught.value)

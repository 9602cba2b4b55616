"""The real engine: heard in a file of sound, cut off at once, and missed without harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ui.speech.narration import ESPEAK_VOICES
from ui.speech.speaker import EspeakSpeaker

HEADER = 44
"""Bytes before the samples of a WAV file."""

TO_A_FILE = """
pcm.!default {{ type file slave.pcm "null" file "{path}" format "wav" }}
pcm.null {{ type null }}
"""


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file to which this machine's default sound output goes."""
    path, settings = tmp_path / "heard.wav", tmp_path / "asound.conf"
    settings.write_text(TO_A_FILE.format(path=path), encoding="utf-8")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(settings))
    return path


@pytest.mark.parametrize("voice", sorted(ESPEAK_VOICES.values()))
def test_a_sentence_is_heard_in_every_tongue(qtbot: QtBot, heard: Path, voice: str) -> None:
    speaker = EspeakSpeaker()
    with qtbot.waitSignal(speaker.finished, timeout=20_000):
        speaker.say("请把身份证放在感应区 ID card", voice, 4)
    assert not speaker.speaking
    samples = heard.read_bytes()[HEADER:]  # its lengths are never filled in, for a file has no end while it plays
    assert len(samples) > 20_000
    assert any(samples)


def test_another_sentence_takes_the_place_of_the_first(qtbot: QtBot, heard: Path) -> None:
    speaker = EspeakSpeaker()
    speaker.say("一" * 2000, "cmn", 4)
    assert speaker.speaking
    with qtbot.waitSignal(speaker.finished, timeout=20_000):
        speaker.say("好", "cmn", 4)
    speaker.say("一" * 2000, "cmn", 4)
    speaker.stop()
    assert not speaker.speaking


def test_without_an_engine_nothing_is_said_and_nothing_fails(qtbot: QtBot) -> None:
    speaker = EspeakSpeaker(engine="no-such-engine")
    speaker.say("好", "cmn", 4)
    qtbot.waitUntil(lambda: not speaker.speaking)
    assert not speaker.available
    speaker.say("好", "cmn", 4)
    assert not speaker.speaking

"""Every sentence that the journeys use exists, and short ones are short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kiosk.journey
from drivers.contract.status import DeviceRole, DeviceState, SupplyState
from kiosk.journey.model import STEP_TYPES
from kiosk.texts import LANGUAGES, Texts, load_texts
from offline_cache.contract import LineState
from tests.journeys.citizen import CONFIG

SOURCES = sorted(Path(kiosk.journey.__path__[0]).rglob("*.py"))
KEY = re.compile(r'(?:say|texts|[Pp]hrase|working)\(\s*(?:turn, )?"([a-z_0-9.]+)"')
BUTTON_LENGTH = 15


@pytest.fixture(scope="module")
def texts() -> Texts:
    return load_texts(CONFIG / "texts")


def test_every_key_in_the_code_has_its_sentence(texts: Texts) -> None:
    used = {key for path in SOURCES for key in KEY.findall(path.read_text(encoding="utf-8"))}
    working = {key for key in used if key.startswith("working.")}
    missing = [key for key in used - working if key not in texts]
    missing += [f"{key}.title" for key in working if f"{key}.title" not in texts]
    assert len(used) > 100
    assert missing == []


def test_keys_that_are_put_together_exist_too(texts: Texts) -> None:
    keys = [f"role.{role}" for role in DeviceRole]
    keys += [f"state.{state}" for state in DeviceState]
    keys += [f"supply.{level}" for level in SupplyState]
    keys += [f"line.{line}" for line in LineState]
    keys += [f"help.{kind}" for kind in (*STEP_TYPES, "menu", "service")]
    keys += [f"rating.level{level}" for level in range(1, 6)]
    keys += [f"device.{role}.other" for role in DeviceRole]
    for sensor, words in (("door", "open closed"), ("tilt", "tilted level"), ("proximity", "somebody nobody")):
        keys += [f"sensor.{sensor}.{word}" for word in words.split()]
    keys += ["sensor.headphones.in", "sensor.headphones.out"]
    assert [key for key in keys if key not in texts] == []


def test_buttons_are_short(texts: Texts) -> None:
    buttons = [key for key in texts.keys if key.startswith("option.") or key.endswith((".answer", ".skip"))]
    for key in buttons:
        for language in LANGUAGES[:2]:
            assert len(texts(key, language)) <= BUTTON_LENGTH, key

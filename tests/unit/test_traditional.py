"""繁體 texts are written in 繁體: no sign that only simplified writing has, none that converters get wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import opencc

from kiosk.folders import CONFIG

TO_TRADITIONAL = (opencc.OpenCC("s2t"), opencc.OpenCC("s2hk"))
TO_SIMPLIFIED = opencc.OpenCC("t2s")
NEVER_MEANT = "籤"  # a lot or a label, where 簽, to sign, is meant
WRITTEN_OTHERWISE = "户税説裏"  # 戶, 稅, 說 and 裡 everywhere: a page does not mix them
ALSO_TRADITIONAL = "干准群岳里范余"  # 干擾, 批准, 人群, 岳父, 公里, and names
ON_THE_LANGUAGE_BUTTON = {"简体"}


def traditional_texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "zh-Hant" and isinstance(inner, str):
                yield inner
            else:
                yield from traditional_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from traditional_texts(inner)


def is_wrong(sign: str) -> bool:
    if sign in NEVER_MEANT + WRITTEN_OTHERWISE:
        return True
    return (
        sign not in ALSO_TRADITIONAL
        and all(way.convert(sign) != sign for way in TO_TRADITIONAL)
        and TO_SIMPLIFIED.convert(sign) == sign
    )


def test_no_traditional_text_holds_a_simplified_sign() -> None:
    found: dict[str, str] = {}
    files: list[Path] = sorted(CONFIG.rglob("*.toml"))
    for path in files:
        for text in traditional_texts(tomllib.loads(path.read_text(encoding="utf-8"))):
            wrong = {sign for sign in text if is_wrong(sign)}
            if wrong and text not in ON_THE_LANGUAGE_BUTTON:
                found[f"{path.name}: {text}"] = "".join(sorted(wrong))
    assert len(files) > 100
    assert found == {}

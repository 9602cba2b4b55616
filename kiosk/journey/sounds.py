"""How a text sounds: its pinyin without tones, where syllables begin, its initials. Pure.

Not responsible for ranking (kiosk.journey.finding).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))
"""What speakers of the south say and type alike."""
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
_SILENT = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Sound:
    """`joined` syllables, the places in it where one `starts`, their `initials`, and `blurred`: alike made equal."""

    joined: str
    starts: frozenset[int]
    initials: str
    blurred: str


def plain(text: str) -> str:
    """Small letters, no spaces, no punctuation."""
    return _SILENT.sub("", text.casefold())


def has_han(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return _HAN.search(text) is not None


@lru_cache(maxsize=512)
def sound_of(text: str) -> Sound:
    """The sound of a text; letters and digits stand for themselves."""
    from pypinyin import Style, lazy_pinyin  # its tables are read once somebody searches, not when a terminal starts

    syllables = [part for part in lazy_pinyin(plain(text), style=Style.NORMAL) if part]
    starts, at = set[int](), 0
    for syllable in syllables:
        starts.add(at)
        at += len(syllable)
    joined = "".join(syllables)
    return Sound(joined, frozenset(starts), "".join(syllable[0] for syllable in syllables), blurred(joined))


def blurred(letters: str) -> str:
    """The letters with what sounds alike made equal."""
    for said, same in _ALIKE:
        letters = letters.replace(said, same)
    return letters

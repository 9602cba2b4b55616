"""Which keys stand where, as data: rows of keys in units of a key's width and height.

Not responsible for pixels (ui.keyboard.grid) or for what a key does to a composition (ui.keyboard.panel).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from ui.keyboard.labels import label

Kind = Literal["chinese", "latin", "number", "phone", "id_number", "code", "plate"]


class Mode(StrEnum):
    """What the keys write."""

    PINYIN = "pinyin"
    JYUTPING = "jyutping"
    CANGJIE = "cangjie"
    STROKE = "stroke"
    LATIN = "latin"
    SYMBOLS = "symbols"
    NUMBER = "number"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    CODE = "code"
    PLATE = "plate"
    PROVINCE = "province"


class Act(StrEnum):
    """What a key does."""

    STROKE = "stroke"  # a key of librime
    TEXT = "text"  # writes its value
    DOT = "dot"  # the middle dot of names; while composing it parts two syllables
    BACKSPACE = "backspace"
    SHIFT = "shift"
    SPACE = "space"
    DONE = "done"


@dataclass(frozen=True)
class KeySpec:
    """One key: `value` is written or handed to librime, `hint` is a second, smaller sign on it."""

    act: Act
    label: str = ""
    value: str = ""
    hint: str = ""
    name: str = ""  # for those who cannot see the label
    width: float = 1.0


@dataclass(frozen=True)
class Row:
    """Keys side by side, centred; `height` in key heights."""

    keys: tuple[KeySpec, ...]
    height: float = 1.0

    @property
    def width(self) -> float:
        """In key widths."""
        return sum(key.width for key in self.keys)


Layout = tuple[Row, ...]

_LETTERS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_RADICALS = dict(zip("abcdefghijklmnopqrstuvwxyz", "日月金木水火土竹戈十大中一弓人心手口尸廿山女田難卜符", strict=True))
_STROKES = (("h", "一"), ("s", "丨"), ("p", "丿"), ("n", "丶"), ("z", "乙"))
_NAMES = {
    "·": "middle_dot",
    "，": "comma",
    "。": "full_stop",
    "、": "enumeration_comma",
    "（": "bracket_open",
    "）": "bracket_close",
    "－": "dash",
    "-": "hyphen",
    "'": "apostrophe",
    ".": "dot",
    "@": "at",
    "/": "slash",
    "#": "number_sign",
    "+": "plus",
}
_PLACES = {
    "zh-Hans": ("路街巷号", "栋座层室"),
    "zh-Hant": ("路街巷號", "棟座層室"),
    "en": ("路街巷号", "栋座层室"),
}
"""The last words of an address, one press instead of three."""
_SCHEMAS = {
    Mode.PINYIN: ("doorstep_pinyin", "doorstep_pinyin_traditional"),
    Mode.JYUTPING: ("doorstep_jyutping_simplified", "doorstep_jyutping"),
    Mode.CANGJIE: ("doorstep_cangjie", "doorstep_cangjie"),
    Mode.STROKE: ("doorstep_stroke", "doorstep_stroke"),
}


_CORNERS = {Mode.NUMBER: ".", Mode.PHONE: "+", Mode.ID_NUMBER: "X"}
"""The key beside the 0 of a digit pad."""

_PROVINCES = ("粤京沪津渝", "冀豫云辽黑湘皖鲁", "新苏浙赣鄂桂甘晋", "蒙陕吉闽贵青藏川宁琼")


def schema_of(mode: Mode, language: str) -> str:
    """The schema that `mode` writes with; empty for a mode without librime."""
    simplified, traditional = _SCHEMAS.get(mode, ("", ""))
    return traditional if language == "zh-Hant" else simplified


def modes_of(kind: Kind, language: str) -> tuple[Mode, ...]:
    """The modes that a keyboard of `kind` offers, the first one first shown."""
    if kind == "plate":
        return Mode.PROVINCE, Mode.PLATE
    if kind != "chinese":
        return (Mode(kind),)
    cangjie = (Mode.CANGJIE,) if language == "zh-Hant" else ()
    return (Mode.PINYIN, Mode.STROKE, Mode.JYUTPING, *cangjie, Mode.LATIN, Mode.SYMBOLS)


def layout_of(mode: Mode, language: str, upper: bool = False) -> Layout:
    """The keys of `mode`."""
    if mode in _CORNERS:
        return _pad(language, _CORNERS[mode])
    if mode in (Mode.CODE, Mode.PLATE):
        return _code(language, "挂学警港澳" if mode is Mode.PLATE else "")
    if mode is Mode.PROVINCE:
        return _provinces(language)
    if mode is Mode.STROKE:
        return _strokes(language)
    if mode is Mode.SYMBOLS:
        return _symbols(language)
    if mode is Mode.LATIN:
        return _latin(language, upper)
    return _chinese(mode, language)


def _text(value: str, language: str, width: float = 1.0) -> KeySpec:
    name = label(_NAMES[value], language) if value in _NAMES else value
    return KeySpec(Act.TEXT, value, value, name=name, width=width)


def _texts(values: str, language: str) -> tuple[KeySpec, ...]:
    return tuple(_text(value, language) for value in values)


def _special(act: Act, language: str, width: float) -> KeySpec:
    word = label(act.value, language)
    return KeySpec(act, word, name=word, width=width)


def _letter(mode: Mode, letter: str) -> KeySpec:
    if mode is Mode.CANGJIE:
        return KeySpec(Act.STROKE, _RADICALS[letter], letter, letter.upper(), f"{letter.upper()} {_RADICALS[letter]}")
    hint = "ü" if letter == "v" and mode is Mode.PINYIN else ""
    return KeySpec(Act.STROKE, letter.upper(), letter, hint, letter.upper())


def _chinese(mode: Mode, language: str) -> Layout:
    first, second, third = (tuple(_letter(mode, letter) for letter in row) for row in _LETTERS)
    return (
        Row(_texts("1234567890", language)),
        Row(first),
        Row(second),
        Row((_dot(mode, language), *third, _special(Act.BACKSPACE, language, 1.5))),
        Row(
            (
                *_texts("，、", language),
                _space(language, 4.5),
                _text("。", language),
                _done(language),
            )
        ),
    )


def _dot(mode: Mode, language: str) -> KeySpec:
    dot = _text("·", language, 1.5)
    return dot if mode is Mode.CANGJIE else replace(dot, act=Act.DOT)


def _space(language: str, width: float) -> KeySpec:
    return _special(Act.SPACE, language, width)


def _done(language: str) -> KeySpec:
    return _special(Act.DONE, language, 2.5)


def _strokes(language: str) -> Layout:
    names = {code: label(f"stroke_{code}", language) for code, _ in _STROKES}
    keys = [KeySpec(Act.STROKE, sign, code, names[code], names[code], 10 / 3) for code, sign in _STROKES]
    return (
        Row(tuple(keys[:3]), 1.5),
        Row((*keys[3:], _special(Act.BACKSPACE, language, 10 / 3)), 1.5),
        Row(tuple(replace(key, width=10 / 6) for key in _texts("·（）－，、", language))),
        Row((_space(language, 7.5), _done(language))),
    )


def _symbols(language: str) -> Layout:
    wide, narrow = 2.0, 1.0
    signs = ("·，。、", "（）－/", *_PLACES[language])
    digits = ("123", "456", "789", "#0")
    rows = [
        Row(
            tuple(replace(key, width=wide) for key in _texts(left, language))
            + tuple(replace(key, width=narrow) for key in _texts(right, language))
        )
        for left, right in zip(digits, signs, strict=True)
    ]
    last = rows[3].keys
    rows[3] = Row((*last[:2], _special(Act.BACKSPACE, language, wide), *last[2:]))
    return (*rows, Row((_space(language, 7.5), _done(language))))


def _latin(language: str, upper: bool) -> Layout:
    rows = [row.upper() if upper else row for row in _LETTERS]
    first, second, third = (_texts(row, language) for row in rows)
    return (
        Row(_texts("1234567890", language)),
        Row(first),
        Row(second),
        Row((_special(Act.SHIFT, language, 1.5), *third, _special(Act.BACKSPACE, language, 1.5))),
        Row(
            (
                *_texts("-'", language),
                _space(language, 3.5),
                *_texts(".@", language),
                _done(language),
            )
        ),
    )


def _code(language: str, last: str) -> Layout:
    """Digits and capital letters, for codes: nothing else can be meant; `last`: what a plate can end with."""
    first, second, third = (_texts(row.upper(), language) for row in _LETTERS)
    return (
        Row(_texts("1234567890", language)),
        Row(first),
        Row(second),
        Row((*_texts("-", language), *third, _special(Act.BACKSPACE, language, 2.0))),
        Row((*_texts(last, language), _done(language))),
    )


def _provinces(language: str) -> Layout:
    """The first sign of a plate, the nearest ones first."""
    rows = tuple(Row(_texts(signs, language)) for signs in _PROVINCES)
    return (*rows, Row((_special(Act.BACKSPACE, language, 2.0), _done(language))))


def _pad(language: str, corner: str) -> Layout:
    return (
        *(Row(_texts(row, language)) for row in ("123", "456", "789")),
        Row((*_texts(corner + "0", language), _special(Act.BACKSPACE, language, 1.0))),
        Row((_special(Act.DONE, language, 3.0),)),
    )

"""The words on the keyboards, and what a screen reader calls the keys that have no word.

Not responsible for the places of the keys (ui.keyboard.layouts).
"""

from __future__ import annotations

from typing import Final

_LABELS: Final[dict[str, tuple[str, str, str]]] = {  # zh-Hans, zh-Hant, en
    "pinyin": ("拼音", "拼音", "Pinyin"),
    "jyutping": ("粤拼", "粵拼", "Jyutping"),
    "cangjie": ("仓颉", "倉頡", "Cangjie"),
    "stroke": ("笔画", "筆畫", "Strokes"),
    "latin": ("英文", "英文", "ABC"),
    "symbols": ("数字", "數字", "123"),
    "space": ("空格", "空格", "Space"),
    "choose": ("选定", "選定", "Choose"),
    "done": ("完成", "完成", "Done"),
    "backspace": ("退格", "退格", "Delete"),
    "shift": ("大写", "大寫", "Capitals"),
    "more": ("更多候选", "更多候選", "More"),
    "fewer": ("返回键盘", "返回鍵盤", "Back to keys"),
    "previous": ("上一页", "上一頁", "Previous"),
    "next": ("下一页", "下一頁", "Next"),
    "unavailable": (
        "中文输入暂时用不了。可以用英文和数字。",
        "中文輸入暫時用不了。可以用英文和數字。",
        "Chinese input is not available now. Letters and digits work.",
    ),
    "how_pinyin": ("先打拼音，再选汉字", "先打拼音，再選漢字", "Type Pinyin, then choose"),
    "how_jyutping": ("先打粤拼，再选汉字", "先打粵拼，再選漢字", "Type Jyutping, then choose"),
    "how_cangjie": ("先打仓颉码，再选汉字", "先打倉頡碼，再選漢字", "Type Cangjie, then choose"),
    "how_stroke": ("按笔顺写，再选汉字", "按筆順寫，再選漢字", "Write stroke by stroke, then choose"),
    "stroke_h": ("横", "橫", "Across"),
    "stroke_s": ("竖", "豎", "Down"),
    "stroke_p": ("撇", "撇", "Left-falling"),
    "stroke_n": ("点捺", "點捺", "Dot"),
    "stroke_z": ("折", "折", "Turning"),
    "middle_dot": ("间隔点", "間隔點", "Middle dot"),
    "divider": ("分开音节", "分開音節", "Part syllables"),
    "comma": ("逗号", "逗號", "Comma"),
    "full_stop": ("句号", "句號", "Full stop"),
    "enumeration_comma": ("顿号", "頓號", "Enumeration comma"),
    "bracket_open": ("左括号", "左括號", "Opening bracket"),
    "bracket_close": ("右括号", "右括號", "Closing bracket"),
    "dash": ("连接号", "連接號", "Dash"),
    "hyphen": ("短横", "短橫", "Hyphen"),
    "apostrophe": ("撇号", "撇號", "Apostrophe"),
    "dot": ("点", "點", "Dot"),
    "at": ("at 符号", "at 符號", "At sign"),
    "slash": ("斜线", "斜線", "Slash"),
    "number_sign": ("井号", "井號", "Number sign"),
    "plus": ("加号", "加號", "Plus"),
}
_COLUMNS = {"zh-Hans": 0, "zh-Hant": 1, "en": 2}


def label(key: str, language: str) -> str:
    """The word `key` in `language` (zh-Hans, zh-Hant, en); KeyError when either is not here."""
    return _LABELS[key][_COLUMNS[language]]


def keys() -> frozenset[str]:
    """Every key that has a word."""
    return frozenset(_LABELS)

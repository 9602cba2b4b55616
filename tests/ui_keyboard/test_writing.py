"""People write with the real librime, in its own process, by pressing keys."""

from __future__ import annotations

import pytest

from tests.ui_keyboard.conftest import Sit
from ui.keyboard.layouts import Mode
from ui.keyboard.rime import TABLES, installed_schemas


def test_every_schema_finds_its_tables_on_this_machine() -> None:
    assert installed_schemas() == frozenset(TABLES), "rime-data packages are missing: ./run setup"


@pytest.mark.parametrize(
    ("letters", "text"),
    [
        ("nihao", "你好"),
        ("shehuibaozhangka", "社会保障卡"),
        ("budongchandengji", "不动产登记"),
        ("panyuqu", "番禺区"),
        ("lvse", "绿色"),
    ],
)
def test_pinyin_becomes_simplified_chinese(sit: Sit, letters: str, text: str) -> None:
    person = sit("chinese", "zh-Hans")
    person.type(letters)
    person.choose(text)
    assert person.texts == [text]


def test_pinyin_becomes_traditional_chinese_for_who_reads_it(sit: Sit) -> None:
    person = sit("chinese", "zh-Hant")
    person.type("zhongguo")
    person.choose("中國")
    assert person.texts == ["中國"]


def test_cantonese_becomes_traditional_or_simplified_with_the_language(sit: Sit) -> None:
    for language, tab, text in (("zh-Hant", "粵拼", "廣州"), ("zh-Hans", "粤拼", "广州")):
        person = sit("chinese", language)
        person.press(tab)
        person.type("gwongzau")
        person.choose(text)
        assert person.texts == [text]


def test_strokes_find_a_character(sit: Sit) -> None:
    person = sit("chinese", "zh-Hans")
    person.press("笔画", "横", "竖", "横", "竖", "横", "撇", "点捺")
    person.choose("走")
    assert person.texts == ["走"]


def test_common_characters_come_before_rare_ones_of_the_same_strokes(sit: Sit) -> None:
    person = sit("chinese", "zh-Hans")
    person.press("笔画", "撇", "横", "竖")
    person.wait_for("千")
    assert person.candidates()[:2] == ["千", "壬"]


def test_cangjie_finds_a_character(sit: Sit) -> None:
    person = sit("chinese", "zh-Hant")
    person.press("倉頡", "O 人", "N 弓", "F 火")
    person.choose("你")
    assert person.texts == ["你"]


def test_a_character_beyond_the_basic_plane_is_written_whole(sit: Sit) -> None:
    person = sit("chinese", "zh-Hant")
    person.press("筆畫", "橫", "豎", "橫", "豎", "折", "橫")  # 𠮷: 土 above 口, where 吉 has 士
    person.choose("𠮷")
    assert person.texts == ["𠮷"]
    assert len(person.texts[0].encode("utf-16-le")) == 4


def test_a_rare_character_of_names_is_found_by_leafing(sit: Sit) -> None:
    person = sit("chinese", "zh-Hans")
    person.type("zhe")
    person.wait_for("这")
    person.press("更多候选")
    for _ in range(8):
        person.qtbot.waitUntil(lambda: bool(person.panel.settled), timeout=15000)
        if "嚞" in {key.text() for key in person.panel.keys_on_show}:
            break
        person.press("下一页")
    person.press("嚞")
    person.qtbot.waitUntil(lambda: person.texts == ["嚞"], timeout=15000)


def test_leafing_forward_and_back_shows_the_same_page(sit: Sit) -> None:
    person = sit("chinese", "zh-Hans")

    def page() -> list[str]:
        person.qtbot.waitUntil(lambda: bool(person.panel.settled), timeout=15000)
        return [key.text() for key in person.panel.keys_on_show]

    person.type("yi")
    person.wait_for("一")
    person.press("更多候选")
    first = page()
    person.press("下一页")
    second = page()
    person.press("上一页")
    assert page() == first
    assert not set(first[:20]) & set(second[:20])


def test_space_chooses_the_first_candidate_while_composing_and_writes_a_space_otherwise(sit: Sit) -> None:
    person = sit("chinese", "zh-Hans")
    person.type("nihao")
    person.wait_for("你好")
    person.press("选定")
    person.qtbot.waitUntil(lambda: person.texts == ["你好"], timeout=15000)
    person.press("空格")
    assert person.texts == ["你好", " "]


def test_a_name_of_two_parts_is_written_with_its_middle_dot(sit: Sit) -> None:
    person = sit("chinese", "zh-Hans")
    person.type("maimaiti")
    person.wait_for("买")
    while person.panel.composing:
        person.press("选定")
        person.qtbot.waitUntil(lambda: bool(person.panel.settled), timeout=15000)
    person.press("间隔点")
    assert person.texts[-1] == "·"


def test_a_divider_parts_two_syllables(sit: Sit) -> None:
    person = sit("chinese", "zh-Hans")
    person.type("xi")
    person.press("分开音节")
    person.type("an")
    person.wait_for("西安")
    assert person.candidates()[0] == "西安"


def test_a_sign_ends_the_composition_with_its_first_candidate(sit: Sit) -> None:
    person = sit("chinese", "zh-Hans")
    person.type("nihao")
    person.wait_for("你好")
    person.press("逗号")
    person.qtbot.waitUntil(lambda: "".join(person.texts) == "你好，", timeout=15000)


def test_choosing_a_part_leaves_the_rest_to_choose(sit: Sit) -> None:
    person = sit("chinese", "zh-Hans")
    person.type("zhangsan")
    person.wait_for("张")
    person.press("张")
    person.qtbot.waitUntil(lambda: "三" in person.candidates(), timeout=15000)
    person.press("三")
    person.qtbot.waitUntil(lambda: person.texts == ["张三"], timeout=15000)


def test_backspace_takes_back_letters_then_characters(sit: Sit) -> None:
    person = sit("chinese", "zh-Hans")
    person.type("ni")
    person.wait_for("你")
    person.press("退格", "退格")
    assert not person.panel.composing
    assert person.backspaces == 0
    person.press("退格")
    assert person.backspaces == 1


def test_done_waits_until_the_composition_is_chosen(sit: Sit) -> None:
    person = sit("chinese", "zh-Hans")
    person.type("ni")
    person.press("完成")
    assert person.dones == 0
    person.choose("你")
    person.press("完成")
    assert person.dones == 1


def test_another_mode_drops_what_was_half_composed(sit: Sit) -> None:
    person = sit("chinese", "zh-Hans")
    person.type("ni")
    person.wait_for("你")
    person.press("英文", "h", "i")
    assert person.texts == ["h", "i"]
    assert person.panel.mode is Mode.LATIN
    assert not person.panel.composing

"""The layouts and the words on them are complete in three languages."""

from __future__ import annotations

import pytest

from ui.keyboard.labels import keys, label
from ui.keyboard.layouts import Act, Mode, layout_of, modes_of, schema_of
from ui.keyboard.rime import TABLES
from ui.keyboard.rime_host import SCHEMAS
from ui.keyboard.rime_process import WORDS

LANGUAGES = ["zh-Hans", "zh-Hant", "en"]
MODES = [mode for mode in Mode]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mode", MODES)
def test_every_mode_can_take_back_and_end(mode: Mode, language: str) -> None:
    acts = [key.act for row in layout_of(mode, language) for key in row.keys]
    assert acts.count(Act.BACKSPACE) == 1
    assert acts.count(Act.DONE) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mode", MODES)
def test_ten_keys_at_most_stand_in_a_row(mode: Mode, language: str) -> None:
    assert all(row.width <= 10.001 for row in layout_of(mode, language))


def test_every_mode_of_the_chinese_keyboard_is_as_high_as_the_others() -> None:
    heights = {sum(row.height for row in layout_of(mode, "zh-Hant")) for mode in modes_of("chinese", "zh-Hant")}
    assert heights == {5}


@pytest.mark.parametrize("mode", [Mode.PINYIN, Mode.JYUTPING, Mode.CANGJIE])
def test_every_letter_is_there_once(mode: Mode) -> None:
    strokes = [key.value for row in layout_of(mode, "zh-Hant") for key in row.keys if key.act is Act.STROKE]
    assert sorted(strokes) == list("abcdefghijklmnopqrstuvwxyz")


def test_every_schema_that_a_mode_names_has_tables_and_a_file() -> None:
    named = {schema_of(mode, language) for mode in Mode for language in LANGUAGES} - {""}
    assert named == set(TABLES)
    for schema in named:
        text = (SCHEMAS / f"{schema}.schema.yaml").read_text(encoding="utf-8")
        assert f"schema_id: {schema}\n" in text
        for table in TABLES[schema]:
            assert f"dictionary: {table}\n" in text
        assert text.count("dictionary:") == text.count("enable_user_dict: false") + text.count('dictionary: ""')


def test_every_word_is_there_in_three_languages() -> None:
    for key in keys():
        assert all(label(key, language) for language in LANGUAGES), key


def test_unknown_words_and_languages_are_errors() -> None:
    for key, language in (("space", "fr"), ("nothing", "en")):
        with pytest.raises(KeyError):
            label(key, language)


def test_every_word_of_the_counter_dictionary_has_a_plain_code() -> None:
    lines = (SCHEMAS / WORDS).read_text(encoding="utf-8").splitlines()
    entries = [line.split("\t") for line in lines if not line.startswith("#")]
    assert entries
    for text, code, weight in entries:
        assert code.isascii(), text
        assert code.islower(), text
        assert weight == "1"
    assert len({text for text, _, _ in entries}) == len(entries)

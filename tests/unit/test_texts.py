"""Sentences in three languages, read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.texts import TextError, load_texts


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_a_key_gives_its_sentence_with_the_values_filled_in(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.toml",
        '[greet]\nhello = {zh-Hans="{name}您好", zh-Hant="{name}您好", en="Hello {name}"}\n',
    )
    texts = load_texts(tmp_path)
    assert texts("greet.hello", "en", name="王*") == "Hello 王*"
    assert "greet.hello" in texts
    assert list(texts.keys) == ["greet.hello"]


def test_every_mistake_of_every_file_is_listed_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.toml",
        '[a]\none = {zh-Hans="一", zh-Hant="一"}\ntwo = {zh-Hans="{n}", zh-Hant="{n}", en="n"}\n',
    )
    write(tmp_path, "b.toml", '[a]\none = {zh-Hans="一", zh-Hant="一", en="1", fr="un"}\n')
    write(tmp_path, "c.toml", "not toml")
    with pytest.raises(TextError) as caught:
        load_texts(tmp_path)
    message = str(caught.value)
    assert "a.one: en is missing" in message
    assert "a.two: en has placeholders []" in message
    assert "a.one is written twice" in message
    assert "fr is not a language" in message
    assert "c.toml" in message


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(TextError, match="no texts found"):
        load_texts(tmp_path)


def test_an_unknown_key_is_a_bug_not_a_guess(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", '[a]\none = {zh-Hans="一", zh-Hant="一", en="1"}\n')
    with pytest.raises(KeyError):
        load_texts(tmp_path)("a.two", "en")

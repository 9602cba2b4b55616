"""Text keys to sentences, per language, from config/texts/*.toml. For screens, slips and problem pages.

Each file holds tables of keys, each key an inline table of the three languages:
    [button]
    back = {zh-Hans = "返回", zh-Hant = "返回", en = "Back"}
and is read as "button.back". Nothing is guessed: a key or a language that is missing is an error at load.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


class TextError(Exception):
    """The text files are incomplete or contradict one another; the message lists every mistake."""


class Texts:
    """All sentences of the terminal. `texts("button.back", "en")` → "Back"."""

    def __init__(self, sentences: Mapping[str, Mapping[str, str]]) -> None:
        self._sentences = sentences

    def __call__(self, key: str, language: str, **values: object) -> str:
        """The sentence of `key` with its {placeholders} filled. KeyError for an unknown key: a bug."""
        return self._sentences[key][language].format(**values)

    def over(self, floor: Texts) -> Texts:
        """These sentences, and those of `floor` for what is not here: a program may know more words than a catalogue.

        Raises TextError for sentences that are filled with other values than the floor's: the program fills those.
        """
        mistakes = [
            f"{key}: is filled with {sorted(_placeholders(said['zh-Hans']))}, the program fills in {sorted(known)}"
            for key, said in self._sentences.items()
            if key in floor
            and (known := _placeholders(floor._sentences[key]["zh-Hans"])) != _placeholders(said["zh-Hans"])
        ]
        if mistakes:
            raise TextError("\n".join(mistakes))
        return Texts({**floor._sentences, **self._sentences})

    def __contains__(self, key: object) -> bool:
        return key in self._sentences

    @property
    def keys(self) -> Iterable[str]:
        """Every key, in the order of the files."""
        return self._sentences.keys()


def load_texts(folder: Path) -> Texts:
    """Read every *.toml in `folder`; raise TextError listing all mistakes."""
    return read_texts({path.name: path.read_bytes() for path in sorted(folder.glob("*.toml"))})


def read_texts(files: Mapping[str, bytes]) -> Texts:
    """The sentences in these files, by name; raise TextError listing all mistakes."""
    sentences: dict[str, dict[str, str]] = {}
    mistakes: list[str] = []
    for name, body in files.items():
        try:
            tree = tomllib.loads(body.decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            mistakes.append(f"{name}: {error}")
            continue
        for key, value in _leaves(tree):
            if key in sentences:
                mistakes.append(f"{name}: {key} is written twice")
            mistakes.extend(f"{name}: {key}: {mistake}" for mistake in text_mistakes(value))
            sentences[key] = value
    if not sentences:
        mistakes.append("no texts found")
    if mistakes:
        raise TextError("\n".join(mistakes))
    return Texts(sentences)


def text_mistakes(value: Mapping[str, str]) -> list[str]:
    """What is wrong with one sentence: a language missing or empty, or other placeholders."""
    mistakes = [f"{language} is missing" for language in LANGUAGES if not str(value.get(language, "")).strip()]
    mistakes += [f"{language} is not a language we have" for language in value if language not in LANGUAGES]
    if not mistakes:
        names = {language: _placeholders(value[language]) for language in LANGUAGES}
        mistakes += [
            f"{language} has placeholders {sorted(names[language])}, zh-Hans has {sorted(names['zh-Hans'])}"
            for language in LANGUAGES
            if names[language] != names["zh-Hans"]
        ]
    return mistakes


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, dict[str, str]]]:
    for name, value in tree.items():
        if not isinstance(value, dict):
            yield f"{prefix}{name}", {}
        elif value and all(isinstance(text, str) for text in value.values()):
            yield f"{prefix}{name}", value
        else:
            yield from _leaves(value, f"{prefix}{name}.")

"""Find services by what people type: characters, pinyin, initials, wrong characters, everyday words. Pure.

A query is compared with keys (titles, popular terms, departments, life events) and, less, with all words of a
service. Words that mean the same stand in config/codes/words.toml, never here. Not responsible for the page
(kiosk.journey.search_page).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from kiosk.journey.catalogue import Catalogue
from kiosk.journey.model import Service, Text
from kiosk.journey.sounds import Sound, blurred, has_han, plain, sound_of

TITLE, TERM, ENGLISH, OFFICE, EVENT = 1.0, 1.0, 0.9, 0.55, 0.55
"""What a match with each kind of key is worth."""
ALL_WORDS = 0.5
"""What it is worth that every word of the query stands somewhere in the service's texts."""
OTHER_WORDS = 0.93
"""A query said in other words is worth a little less."""
CLOSER_LOOK = 48
"""So many services are compared exactly; an index of pieces names them."""
LEAST, MOST_VARIANTS = 0.3, 5
LONGEST = 30


@dataclass(frozen=True, slots=True)
class _Key:
    service: str
    worth: float
    text: str
    sound: Sound | None
    pairs: frozenset[str]
    heard: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Query:
    text: str
    is_han: bool
    worth: float
    sound: Sound
    pairs: frozenset[str]
    heard: frozenset[str]


class Finder:
    """The index of one catalogue; `find` is fast enough for every keystroke."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._words = [tuple(plain(word) for word in same) for same in catalogue.words]
        self._keys: dict[str, list[_Key]] = {}
        self._pieces: dict[str, set[str]] = defaultdict(set)
        self._sounds: dict[str, set[str]] = defaultdict(set)
        self._order: dict[str, int] = {}
        for service in sorted(catalogue.services.values(), key=lambda one: (one.no, one.id)):
            self._order[service.id] = len(self._order)
            self._keys[service.id] = list(_keys(catalogue, service))
            for piece in _pieces("\n".join(_texts(catalogue, service))):
                self._pieces[piece].add(service.id)
            for key in self._keys[service.id]:
                for written in (key.sound.blurred, key.sound.initials) if key.sound else (plain(key.text),):
                    for part in _letters(written):
                        self._sounds[part].add(service.id)
        self._rare = {piece: self._rarity(len(found)) for piece, found in self._pieces.items()}

    def find(self, typed: str, most: int = 6, first: Iterable[str] = ()) -> list[str]:
        """The ids of the services that are meant, the likeliest first; `first` come first among equals."""
        text = plain(typed)[:LONGEST]
        if not text:
            return []
        front = frozenset(first)
        scores: dict[str, float] = {}
        for query in self._said_otherwise(text, typed):
            for service, score in self._scored(query).items():
                scores[service] = max(scores.get(service, 0.0), score * query.worth)
        best = max(scores.values(), default=0.0)
        good = [service for service, score in scores.items() if score >= max(LEAST, best * 0.4)]
        good.sort(key=lambda service: (-round(scores[service], 2), service not in front, self._order[service]))
        return good[:most]

    def _said_otherwise(self, text: str, typed: str) -> list[_Query]:
        """The query, and the same in other words."""
        found = {text: 1.0}
        for same in self._words:
            said = max((word for word in same if word in text), key=len, default="")
            for query, worth in list(found.items()) if said else ():
                for other in same:
                    if other not in query and said in query and len(found) < MOST_VARIANTS:
                        found.setdefault(query.replace(said, other), worth * OTHER_WORDS)
        return [_query(query, typed if query == text else query, worth) for query, worth in found.items()]

    def _scored(self, query: _Query) -> dict[str, float]:
        covered = self._covered(query)
        near = Counter[str]()
        letters = list(_letters(query.sound.blurred))
        for part in letters:
            near.update(self._sounds.get(part, ()))
        likely = Counter({service: share * 2 for service, share in covered.items()})
        likely.update({service: count / len(letters) for service, count in near.items()})
        found: dict[str, float] = {}
        for service, _ in likely.most_common(CLOSER_LOOK):
            key = max(one.worth * _alike(query, one) for one in self._keys[service])
            found[service] = key + ALL_WORDS * covered.get(service, 0.0)
        return found

    def _covered(self, query: _Query) -> dict[str, float]:
        """For each service the share of the query's pieces that stand in its texts; rare ones count more."""
        pieces = list(_pieces(query.text))
        whole = sum(self._rare.get(piece, self._rarity(0)) for piece in pieces)
        shares: dict[str, float] = defaultdict(float)
        for piece in pieces:
            for service in self._pieces.get(piece, ()):
                shares[service] += self._rare[piece] / whole
        return shares

    def _rarity(self, count: int) -> float:
        return math.log(1 + (len(self._order) + 1) / (count + 1))


def _query(text: str, typed: str, worth: float) -> _Query:
    is_han = has_han(text)
    sound = sound_of(text) if is_han else Sound(text, frozenset(), text, blurred(text))
    written = text if is_han else " ".join(typed.casefold().split())
    return _Query(written, is_han, worth, sound, _pairs(written), _pairs(sound.blurred))


def _keys(catalogue: Catalogue, service: Service) -> Iterator[_Key]:
    for name in dict.fromkeys((plain(service.title.hans), plain(service.title.hant))):
        yield _key(service, TITLE, name)
    english = service.title.en.casefold()
    yield _Key(service.id, ENGLISH, english, None, _pairs(english), frozenset())
    for term in dict.fromkeys(plain(term) for term in service.popular_terms):
        yield _key(service, TERM, term)
    for worth, table, codes in (
        (OFFICE, catalogue.departments, (service.department,)),
        (EVENT, catalogue.groups, service.groups),
    ):
        for code in codes:
            if code in table:
                name = plain(table[code].name.hans)
                yield _key(service, worth, name)


def _key(service: Service, worth: float, name: str) -> _Key:
    sound = sound_of(name)
    return _Key(service.id, worth, name, sound, _pairs(name), _pairs(sound.blurred))


def _texts(catalogue: Catalogue, service: Service) -> Iterator[str]:
    """Everything in which a word of the query may stand."""
    yield from service.popular_terms
    tables: tuple[tuple[Mapping[str, object], tuple[str, ...]], ...] = (
        (catalogue.departments, (service.department,)),
        (catalogue.groups, service.groups),
        (catalogue.audiences, service.audiences),
    )
    named = [table[code] for table, codes in tables for code in codes if code in table]
    texts = [service.title, service.summary, service.plain, service.accept_condition, service.result]
    for text in [*texts, *(getattr(one, "name", None) for one in named)]:
        if isinstance(text, Text):
            yield from (text.hans, text.hant, text.en)


def _pieces(text: str) -> Iterator[str]:
    """Each character, each two together; of Latin writing each word."""
    for line in text.casefold().split("\n"):
        seen = set[str]()
        signs = [sign for sign in line if has_han(sign)]
        seen.update(signs)
        seen.update(first + second for first, second in pairwise(line) if has_han(first) and has_han(second))
        words = "".join(" " if has_han(sign) or not sign.isalnum() else sign for sign in line).split()
        yield from seen | set(words)


def _letters(text: str) -> Iterator[str]:
    yield from {text[at : at + 3] for at in range(max(1, len(text) - 2))}
    yield from {text[at : at + 2] for at in range(max(1, len(text) - 1))}


def _pairs(text: str) -> frozenset[str]:
    """Signs that follow each other, at once or after one more: two that changed places share most of them."""
    return frozenset(
        [*text, *map("".join, zip(text, text[1:], strict=False)), *map("".join, zip(text, text[2:], strict=False))]
    )


def _shared(query: frozenset[str], key: frozenset[str]) -> float:
    """The share of the query's pairs that are the key's too."""
    return len(query & key) / len(query) if query else 0.0


def _alike(query: _Query, key: _Key) -> float:
    """How much of one is in the other, 0 to 1."""
    return _alike_signs(query, key) if query.is_han else _alike_letters(query, key)


def _alike_signs(query: _Query, key: _Key) -> float:
    text, other = query.text, key.text
    if text == other:
        return 1.0
    if text in other:
        return 0.85 + 0.1 * len(text) / len(other)
    if len(other) > 1 and other in text:
        return 0.55 + 0.35 * len(other) / len(text)
    if key.sound is None:
        return 0.0
    said, name = query.sound.blurred, key.sound.blurred
    if len(text) > 1 and said in name:
        return 0.75 + 0.1 * len(said) / len(name)
    signs, heard = _shared(query.pairs, key.pairs), _shared(query.heard, key.heard)
    return max(0.7 * signs if signs >= 0.5 else 0.0, 0.6 * heard if heard >= 0.8 else 0.0)


def _alike_letters(query: _Query, key: _Key) -> float:
    sound = key.sound
    if sound is None:
        return _alike_words(query, key)
    typed = query.sound.joined
    if typed in (sound.joined, sound.initials):
        return 1.0 if typed == sound.joined else 0.95
    at = sound.joined.find(typed)
    while at >= 0 and at not in sound.starts:
        at = sound.joined.find(typed, at + 1)
    if at >= 0:
        return 0.85 + 0.1 * len(typed) / len(sound.joined)
    if typed in sound.initials:
        return 0.7 + 0.2 * len(typed) / len(sound.initials)
    if len(set(typed)) < 3 or len(typed) < 4:  # a key held down is no word
        return 0.0
    near = _shared(query.heard, key.heard)
    return 0.75 * near if near >= 0.7 else 0.0


def _alike_words(query: _Query, key: _Key) -> float:
    text, other = query.text, key.text
    if len(text) > 1 and f" {text}" in f" {other}":
        return 0.85 + 0.1 * len(text) / len(other)
    near = _shared(query.pairs, key.pairs) if len(text) > 3 else 0.0
    return 0.75 * near if near >= 0.8 else 0.0

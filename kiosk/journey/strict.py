"""Turn plain TOML tables into frozen values and list every mistake on the way, not only the first.

Not responsible for what the values mean (kiosk.journey.lint).
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.structs import FieldInfo

from kiosk.journey.model import STEP_TYPES, Text
from kiosk.texts import text_mistakes

_T = TypeVar("_T")


class Reader:
    """Collects mistakes of one file; `read` gives None when the value cannot be built."""

    def __init__(self, where: str) -> None:
        self._where = where
        self.mistakes: list[str] = []

    def complain(self, path: str, mistake: str) -> None:
        """Note a mistake at a place of the file."""
        self.mistakes.append(f"{self._where}: {path}: {mistake}" if path else f"{self._where}: {mistake}")

    def read(self, kind: type[_T], value: object, path: str = "") -> _T | None:
        """`value` as a `kind`; every mistake inside it is noted."""
        found = self._value(kind, value, path)
        return found if isinstance(found, kind) else None

    def _value(self, kind: Any, value: object, path: str) -> object:
        if kind is Text:
            return self._text(value, path)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(kind, value, path)
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if origin is tuple and isinstance(value, list):
            return self._list(inner[0], value, path)
        if origin is dict and isinstance(value, dict):
            return {name: self._value(inner[1], item, f"{path}.{name}") for name, item in value.items()}
        if origin is types.UnionType and len(inner) == 2 and inner[1] is type(None):
            return self._value(inner[0], value, path)
        return self._plain(kind, value, path)

    def _plain(self, kind: Any, value: object, path: str) -> object:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            self.complain(path, str(error))
            return None

    def _text(self, value: object, path: str) -> Text | None:
        if not isinstance(value, dict):
            self.complain(path, "must be a text in three languages")
            return None
        mistakes = text_mistakes(value)
        for mistake in mistakes:
            self.complain(path, mistake)
        return None if mistakes else msgspec.convert(value, Text)

    def _list(self, kind: Any, values: list[object], path: str) -> tuple[object, ...]:
        steps = typing.get_origin(kind) is types.UnionType
        read = self._step if steps else lambda value, place: self._value(kind, value, place)
        return tuple(read(value, f"{path}[{_name(value, index)}]") for index, value in enumerate(values, 1))

    def _step(self, value: object, path: str) -> object:
        table = value if isinstance(value, dict) else {}
        kind = STEP_TYPES.get(str(table.get("kind", "")))
        if kind is None:
            self.complain(path, f"kind {table.get('kind')!r} is not a step; known: {', '.join(STEP_TYPES)}")
            return None
        return self._struct(kind, {name: item for name, item in table.items() if name != "kind"}, path)

    def _struct(self, kind: type[msgspec.Struct], value: object, path: str) -> object:
        if not isinstance(value, dict):
            self.complain(path, "must be a table")
            return None
        before = len(self.mistakes)
        hints, fields = _shape(kind)
        for name in value.keys() - fields.keys():
            self.complain(_join(path, name), "is not a key we know")
        built: dict[str, object] = {}
        for name, field in fields.items():
            if name in value:
                built[field.name] = self._value(hints[field.name], value[name], _join(path, name))
            elif field.required:
                self.complain(_join(path, name), "is missing")
        return kind(**built) if len(self.mistakes) == before else None


def _name(value: object, index: int) -> str:
    """What a writer would call an entry: its id where it has one, for a used fragment changes the numbers."""
    said = value.get("id", value.get("code", "")) if isinstance(value, dict) else ""
    return said if isinstance(said, str) and said else str(index)


@functools.cache  # of a few dozen kinds; finding the hints takes longer than all the rest
def _shape(kind: type[msgspec.Struct]) -> tuple[Mapping[str, Any], Mapping[str, FieldInfo]]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    return typing.get_type_hints(kind), fields


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name

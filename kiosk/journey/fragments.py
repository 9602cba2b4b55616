"""What services share, written once: phrases by name, and fragments (steps with parameters) that a service uses.

Works on plain TOML trees before they become values; gives the expanded tree and every mistake as a line. Pure.
Not responsible for what the keys mean (kiosk.journey.strict) nor for reading files (kiosk.journey.catalogue).

- "@name" as a whole value: the phrase of services/shared/phrases.toml, a text in three languages.
- `use = "name"`: a fragment, services/shared/<name>.toml. In a step: its steps stand there instead, the step's other
  keys are its parameters. At the top of a service: a shape, its parameters stand in [with], its [service] gives the
  keys that the service leaves out, and its step `slot = "questions"` is where the service's own steps go.
- "$name" as a whole value: the parameter (a list inside a list is spliced in; an absent optional one vanishes).
  "${name}" inside a sentence: a word, or a text's own language.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Tree = dict[str, Any]
_PHRASE = re.compile(r"@([a-z][a-z0-9_]*)")
_WHOLE = re.compile(r"\$([a-z][a-z0-9_]*)")
_INSIDE = re.compile(r"\$\{([a-z][a-z0-9_]*)\}")
_DEEPEST = 4
_GONE = object()
DEFAULT_SLOT = "questions"
_OF_A_FRAGMENT = frozenset({"about", "parameters", "service", "steps"})
_OF_A_PARAMETER = frozenset({"about", "default", "optional"})


@dataclass(frozen=True)
class Library:
    """What can be used: phrases and fragments by name."""

    phrases: Mapping[str, Tree] = field(default_factory=dict)
    fragments: Mapping[str, Tree] = field(default_factory=dict)


def expand(tree: Tree, library: Library) -> tuple[Tree, list[str]]:
    """The tree with nothing shared left in it, and what was wrong on the way."""
    mistakes: list[str] = []
    grown = _Grower(library, mistakes)
    plain = grown.phrases(copy.deepcopy(tree))
    if "use" in plain or "with" in plain:
        plain = grown.shape(plain)
    if isinstance(plain.get("steps"), list):
        plain["steps"] = grown.steps(plain["steps"], 0)
    return plain, mistakes


def library_mistakes(library: Library) -> list[str]:
    """What is wrong with the fragments themselves, whoever uses them."""
    mistakes: list[str] = []
    for name, fragment in library.fragments.items():
        where = f"services/shared/{name}.toml"
        declared = fragment.get("parameters", {})
        mistakes += [f"{where}: {key} is not a key of a fragment" for key in fragment.keys() - _OF_A_FRAGMENT]
        if not fragment.get("about"):
            mistakes.append(f"{where}: about: say in one line what it is for")
        for parameter, spec in declared.items():
            if not isinstance(spec, dict) or not spec.get("about") or spec.keys() - _OF_A_PARAMETER:
                mistakes.append(f"{where}: parameters.{parameter}: needs about, and may have default or optional")
        used = _used({"steps": fragment.get("steps", []), "service": fragment.get("service", {})})
        mistakes += [
            f"{where}: ${parameter} is not among its parameters" for parameter in sorted(used - declared.keys())
        ]
        mistakes += [f"{where}: parameters.{name_} is used nowhere" for name_ in sorted(declared.keys() - used)]
    return mistakes


def _used(value: object) -> set[str]:
    if isinstance(value, str):
        whole = _WHOLE.fullmatch(value)
        return {whole[1]} if whole else set(_INSIDE.findall(value))
    if isinstance(value, dict):
        return {name for item in value.values() for name in _used(item)}
    if isinstance(value, list):
        return {name for item in value for name in _used(item)}
    return set()


class _Grower:
    """Expands one tree; collects mistakes."""

    def __init__(self, library: Library, mistakes: list[str]) -> None:
        self._library = library
        self._mistakes = mistakes

    def phrases(self, value: Any) -> Any:
        """Every "@name" replaced by its phrase."""
        if isinstance(value, str):
            found = _PHRASE.fullmatch(value)
            if found is None:
                return value
            if found[1] not in self._library.phrases:
                self._mistakes.append(f"@{found[1]} is not a phrase of services/shared/phrases.toml")
            return copy.deepcopy(self._library.phrases.get(found[1], value))
        if isinstance(value, dict):
            return {name: self.phrases(item) for name, item in value.items()}
        return [self.phrases(item) for item in value] if isinstance(value, list) else value

    def shape(self, tree: Tree) -> Tree:
        """A service on the shape that it uses."""
        name, given = str(tree.pop("use", "")), tree.pop("with", {})
        filled = self._filled(name, given if isinstance(given, dict) else {}, f"use = {name!r}")
        if filled is None:
            return tree
        own = tree.get("steps", [])
        slots = {step.get("slot", DEFAULT_SLOT) for step in own if isinstance(step, dict)}
        there = {step["slot"] for step in filled["steps"] if "slot" in step}
        self._mistakes += [f"steps: the shape {name} has no slot {slot!r}" for slot in sorted(slots - there)]
        steps = [inner for step in filled["steps"] for inner in _in_slot(step, own)]
        return {**filled["service"], **tree, "steps": steps}

    def steps(self, steps: list[Any], depth: int) -> list[Any]:
        """Steps with every used fragment in its place."""
        grown: list[Any] = []
        for step in steps:
            if not isinstance(step, dict) or "use" not in step:
                grown.append(step)
                continue
            given = {key: value for key, value in step.items() if key not in {"use", "when", "slot"}}
            where = f"steps: use = {step['use']!r}"
            if depth >= _DEEPEST:
                self._mistakes.append(f"{where}: fragments use one another in a circle")
                continue
            filled = self._filled(str(step["use"]), given, where)
            inner = self.steps(filled["steps"], depth + 1) if filled else []
            grown += [_under(one, str(step.get("when", ""))) for one in inner]
        return grown

    def _filled(self, name: str, given: Tree, where: str) -> Tree | None:
        """A fragment's steps and service keys with its parameters in their places."""
        fragment = self._library.fragments.get(name)
        if fragment is None:
            known = ", ".join(sorted(self._library.fragments))
            self._mistakes.append(f"{where}: there is no such fragment; known: {known}")
            return None
        declared: Tree = fragment.get("parameters", {})
        self._mistakes += [
            f"{where}: {key} is not one of its parameters" for key in sorted(given.keys() - declared.keys())
        ]
        values = {key: spec["default"] for key, spec in declared.items() if "default" in spec} | given
        missing = [key for key, spec in declared.items() if key not in values and not spec.get("optional")]
        self._mistakes += [f"{where}: {key} is missing: {declared[key].get('about', '')}" for key in missing]
        body = {"steps": fragment.get("steps", []), "service": fragment.get("service", {})}
        return dict[str, Any](_fill(self.phrases(copy.deepcopy(body)), self.phrases(values), ""))


def _in_slot(step: Tree, own: list[Any]) -> list[Any]:
    if "slot" not in step:
        return [step]
    mine = [one for one in own if isinstance(one, dict) and one.get("slot", DEFAULT_SLOT) == step["slot"]]
    return [{key: value for key, value in one.items() if key != "slot"} for one in mine]


def _under(step: Any, when: str) -> Any:
    """A step that takes place only under the condition of the one that used its fragment."""
    if not when or not isinstance(step, dict):
        return step
    own = step.get("when", "")
    return {**step, "when": f"({when}) && ({own})" if own else when}


def _fill(value: Any, values: Tree, language: str) -> Any:
    if isinstance(value, str):
        whole = _WHOLE.fullmatch(value)
        if whole is not None:
            return copy.deepcopy(values[whole[1]]) if whole[1] in values else _GONE
        return _INSIDE.sub(lambda found: _word(values.get(found[1], ""), language), value)
    if isinstance(value, dict):
        filled = {name: _fill(item, values, name) for name, item in value.items()}
        return {name: item for name, item in filled.items() if item is not _GONE}
    if isinstance(value, list):
        return _fill_list(value, values)
    return value


def _fill_list(items: list[Any], values: Tree) -> list[Any]:
    filled: list[Any] = []
    for item in items:
        found = _fill(item, values, "")
        if isinstance(item, str) and isinstance(found, list):
            filled += found
        elif found is not _GONE:
            filled.append(found)
    return filled


def _word(value: Any, language: str) -> str:
    """A parameter inside a sentence: in the sentence's own language where it has languages."""
    return str(value.get(language, "")) if isinstance(value, dict) else str(value)

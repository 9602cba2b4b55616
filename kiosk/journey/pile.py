"""The files of a catalogue being read one by one, with all mistakes of their form.

Not responsible for what the definitions mean together (kiosk.journey.lint).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from kiosk.journey.fragments import Library, expand, library_mistakes
from kiosk.journey.model import STEP_ROLES, Named, Overlay, PublicTable, Service, Site, Text, kind_of
from kiosk.journey.strict import Reader

if TYPE_CHECKING:
    from kiosk.journey.catalogue import Catalogue

_T = TypeVar("_T")
SHARED = "shared"
"""The folder of services/ that is no department: phrases and fragments."""


def with_needs(service: Service) -> Service:
    """The service with the device roles that its steps work with, where its file names none."""
    if service.needs:
        return service
    roles = dict.fromkeys(STEP_ROLES[kind].value for kind in map(kind_of, service.steps) if kind in STEP_ROLES)
    return msgspec.structs.replace(service, needs=tuple(roles))


class _Codes(msgspec.Struct, frozen=True):
    entries: tuple[Named, ...]


class _Sites(msgspec.Struct, frozen=True):
    places: tuple[Site, ...]
    day: str = ""


class _Hot(msgspec.Struct, frozen=True):
    street: tuple[str, ...] = ()
    bank: tuple[str, ...] = ()
    hall: tuple[str, ...] = ()


class _Words(msgspec.Struct, frozen=True):
    same: tuple[tuple[str, ...], ...]


class _RecordWords(msgspec.Struct, frozen=True):
    words: tuple[Text, ...]


class Pile:
    """Files being read; `mistakes` of their form."""

    def __init__(self, files: Mapping[str, bytes], former: Catalogue | None) -> None:
        self._files = files
        self.mistakes: list[str] = []
        self.library = self._library()
        shared = {path for path in files if is_shared(path)}
        known = former is not None and shared == {path for path in former.sources if is_shared(path)}
        self._former = former if known and former is not None and self._same(former, shared) else None

    def services(self) -> dict[str, Service]:
        """By id."""
        services: dict[str, Service] = {}
        for path in self._under("services"):
            if not is_shared(path):
                service = self._service(path)
                if service is not None:
                    services[service.id] = service
        if not services and not self.mistakes:
            self.mistakes.append("services: no services found")
        return services

    def overlays(self) -> list[Overlay]:
        """Districts' and streets'. A street's file has one more word in its name: civil.aid.chebei.toml."""
        overlays: list[Overlay] = []
        for path in self._under("districts"):
            _, district, name = path.removesuffix(".toml").split("/")
            overlay = self._read(path, Overlay, self.library)
            if overlay is None:
                continue
            own = name.rpartition(".")[0] if overlay.street else name
            if (overlay.district, overlay.service.replace("/", ".")) != (district, own):
                self.mistakes.append(f"{path}: district and service do not match the file's place")
            overlays.append(overlay)
        return overlays

    def codes(self, name: str) -> dict[str, Named]:
        """One table of codes."""
        table = self._read(f"codes/{name}.toml", _Codes)
        return {entry.code: entry for entry in table.entries} if table else {}

    def sites(self) -> tuple[tuple[Site, ...], str]:
        """Other places, and the day on which the list was true."""
        table = self._read("codes/places.toml", _Sites)
        return (table.places, table.day) if table else ((), "")

    def words(self) -> tuple[tuple[str, ...], ...]:
        """Words that mean the same; a configuration may do without."""
        path = "codes/words.toml"
        table = self._read(path, _Words) if path in self._files else None
        return table.same if table else ()

    def record_words(self) -> dict[str, Text]:
        """The words of records by the office's own; a configuration may do without."""
        path = "codes/record_words.toml"
        table = self._read(path, _RecordWords) if path in self._files else None
        return {word.hans: word for word in table.words} if table else {}

    def hot(self) -> dict[str, tuple[str, ...]]:
        """What stands in front by kind of site; a configuration may do without."""
        path = "codes/hot.toml"
        table = self._read(path, _Hot) if path in self._files else None
        return {"street": table.street, "bank": table.bank, "hall": table.hall} if table else {}

    def public(self) -> dict[str, PublicTable]:
        """Public data by its dataset."""
        names = [path.split("/")[2].removesuffix(".toml") for path in self._under("codes") if "/public/" in path]
        found = {name: self._read(f"codes/public/{name}.toml", PublicTable, self.library) for name in names}
        return {name: table for name, table in found.items() if table is not None}

    def _library(self) -> Library:
        trees: dict[str, dict[str, Any]] = {}
        for path in self._under("services"):
            tree = self._tree(path) if is_shared(path) else None
            if tree is not None:
                trees[path.split("/")[2].removesuffix(".toml")] = tree
        library = Library(trees.pop("phrases", {}), trees)
        self.mistakes += library_mistakes(library)
        return library

    def _service(self, path: str) -> Service | None:
        own_id = path.removeprefix("services/").removesuffix(".toml")
        if self._former is not None and self._same(self._former, {path}) and own_id in self._former.services:
            return self._former.services[own_id]
        service = self._read(path, Service, self.library)
        if service is None:
            return None
        if service.id != own_id:
            self.mistakes.append(f"{path}: id: {service.id} does not match the file's place")
        return with_needs(service)

    def _under(self, top: str) -> list[str]:
        return sorted(p for p in self._files if p.startswith(f"{top}/") and p.count("/") == 2 and p.endswith(".toml"))

    def _same(self, former: Catalogue, paths: Iterable[str]) -> bool:
        return all(former.sources.get(path) == self._files[path] for path in paths)

    def _tree(self, path: str) -> dict[str, Any] | None:
        try:
            return tomllib.loads(self._files[path].decode("utf-8"))
        except KeyError:
            self.mistakes.append(f"{path}: is not there")
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            self.mistakes.append(f"{path}: cannot be read: {error}")
        return None

    def _read(self, path: str, kind: type[_T], library: Library | None = None) -> _T | None:
        tree = self._tree(path)
        if tree is None:
            return None
        if library is not None:
            tree, wrong = expand(tree, library)
            self.mistakes += [f"{path}: {mistake}" for mistake in wrong]
        reader = Reader(path)
        found = reader.read(kind, tree)
        self.mistakes += reader.mistakes
        return found


def is_shared(path: str) -> bool:
    return path.startswith(f"services/{SHARED}/")

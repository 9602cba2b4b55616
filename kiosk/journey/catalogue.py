"""Load the catalogue: services, district overlays and codes, judged as a whole; all mistakes at once.

Not responsible for where definitions come from (offline_cache) nor for what rules mean (kiosk.journey.rules).
Folder: services/<department>/<id>.toml, services/shared/*.toml (kiosk.journey.fragments),
districts/<code>/<department>.<id>.toml, codes/*.toml, codes/public/<dataset>.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kiosk.journey import lint
from kiosk.journey.fragments import Library, expand, library_mistakes
from kiosk.journey.model import OVERLAID, STEP_ROLES, Named, Overlay, PublicTable, Service, Site, kind_of
from kiosk.journey.strict import Reader
from kiosk.texts import Texts
from kiosk.views import Language

_T = TypeVar("_T")
CITY = "440100"
SHARED = "shared"
"""The folder of services/ that is no department: phrases and fragments."""
_FOLDERS = ("services", "districts", "codes")
_PATTERNS = ("services/*/*.toml", "districts/*/*.toml", "codes/*.toml", "codes/public/*.toml")


class CatalogueError(Exception):
    """The catalogue cannot be used; `mistakes` holds all of them, one a line in the message."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Resolved:
    """A service as it is in one district: the city's, or with an overlay in force."""

    service: Service
    overlay: Overlay | None


@dataclass(frozen=True)
class Catalogue:
    """All services by id, overlays by (district, service), and the code tables."""

    services: Mapping[str, Service]
    overlays: Mapping[tuple[str, str], Overlay]
    districts: Mapping[str, Named]
    departments: Mapping[str, Named]
    groups: Mapping[str, Named]
    sites: tuple[Site, ...]
    audiences: Mapping[str, Named] = field(default_factory=dict)
    licences: Mapping[str, Named] = field(default_factory=dict)
    public: Mapping[str, PublicTable] = field(default_factory=dict)
    sites_day: str = ""
    words: tuple[tuple[str, ...], ...] = ()
    """Words that mean the same to somebody who searches."""
    hot: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The services in front, by kind of site, in their order."""
    sources: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    """The files it was read from, by path: what did not change need not be read again."""

    def resolve(self, service_id: str, district: str, today: str) -> Resolved:
        """The rules of a service in a district on a day: the district's own, else the city's."""
        service = self.services[service_id]
        overlay = self.overlays.get((district, service_id))
        if overlay is None or not overlay.in_force(today):
            return Resolved(service, None)
        changes: dict[str, Any] = {
            "tables": {**service.tables, **overlay.tables},
            "figures": {**service.figures, **overlay.figures},
        }
        changes |= {name: value for name in OVERLAID if (value := getattr(overlay, name)) is not None}
        return Resolved(msgspec.structs.replace(service, **changes), overlay)

    def district_code(self, said: str) -> str:
        """The code of a district given by code or by name in any language; "" when it is none of ours."""
        if said in self.districts:
            return said
        names = ((code, named.name) for code, named in self.districts.items())
        return next((code for code, name in names if said and said in {name.hans, name.hant, name.en}), "")

    def district_name(self, code: str, language: Language) -> str:
        """The name of a district; an unknown code unchanged."""
        named = self.districts.get(code)
        return named.name.of(language) if named else code


def load_catalogue(folder: Path, texts: Texts) -> Catalogue:
    """Read and judge the configuration in `folder`; CatalogueError lists every mistake."""
    return read_catalogue(config_files(folder), texts)


def config_files(folder: Path) -> dict[str, bytes]:
    """The files of a configuration folder that a catalogue is read from, by path."""
    found = [path for pattern in _PATTERNS for path in sorted(folder.glob(pattern))]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def read_catalogue(files: Mapping[str, bytes], texts: Texts, former: Catalogue | None = None) -> Catalogue:
    """Read and judge files by their path; CatalogueError lists every mistake.

    `former` was judged with the same texts: what did not change since is taken from it.
    """
    pile = _Pile(files, former)
    sites, sites_day = pile.sites()
    catalogue = Catalogue(
        services=pile.services(),
        overlays=pile.overlays(),
        districts=pile.codes("districts"),
        departments=pile.codes("departments"),
        groups=pile.codes("groups"),
        sites=sites,
        sites_day=sites_day,
        audiences=pile.codes("audiences"),
        licences=pile.codes("licences"),
        public=pile.public(),
        words=pile.words(),
        hot=pile.hot(),
        sources={path: body for path, body in files.items() if path.split("/")[0] in _FOLDERS},
    )
    mistakes = pile.mistakes + lint.mistakes_of(catalogue, texts, unchanged(catalogue, former))
    if mistakes:
        raise CatalogueError(mistakes)
    return catalogue


def library_of(files: Mapping[str, bytes]) -> Library:
    """What the services of these files share."""
    return _Pile(files, None).library


def unchanged(catalogue: Catalogue, former: Catalogue | None) -> frozenset[str]:
    """The services that need not be judged again: neither they nor any code that they may name changed."""
    if former is None or _codes_of(catalogue) != _codes_of(former):
        return frozenset()
    return frozenset(id for id, service in catalogue.services.items() if former.services.get(id) is service)


def _codes_of(catalogue: Catalogue) -> dict[str, bytes]:
    return {path: body for path, body in catalogue.sources.items() if path.startswith("codes/")}


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


class _Pile:
    """Files being read; `mistakes` of their form."""

    def __init__(self, files: Mapping[str, bytes], former: Catalogue | None) -> None:
        self._files = files
        self.mistakes: list[str] = []
        self.library = self._library()
        shared = {path for path in files if _is_shared(path)}
        known = former is not None and shared == {path for path in former.sources if _is_shared(path)}
        self._former = former if known and former is not None and self._same(former, shared) else None

    def services(self) -> dict[str, Service]:
        """By id."""
        services: dict[str, Service] = {}
        for path in self._under("services"):
            if not _is_shared(path):
                service = self._service(path)
                if service is not None:
                    services[service.id] = service
        if not services and not self.mistakes:
            self.mistakes.append("services: no services found")
        return services

    def overlays(self) -> dict[tuple[str, str], Overlay]:
        """By district and service."""
        overlays: dict[tuple[str, str], Overlay] = {}
        for path in self._under("districts"):
            _, district, name = path.removesuffix(".toml").split("/")
            overlay = self._read(path, Overlay, self.library)
            if overlay is None:
                continue
            if (overlay.district, overlay.service.replace("/", ".")) != (district, name):
                self.mistakes.append(f"{path}: district and service do not match the file's place")
            overlays[overlay.district, overlay.service] = overlay
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
            tree = self._tree(path) if _is_shared(path) else None
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


def _is_shared(path: str) -> bool:
    return path.startswith(f"services/{SHARED}/")

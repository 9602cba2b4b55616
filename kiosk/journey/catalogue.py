"""Load the catalogue: services, district overlays and codes, judged as a whole; all mistakes at once.

Not responsible for where definitions come from (offline_cache) nor for what rules mean (kiosk.journey.rules).
Folder: services/<department>/<id>.toml, services/shared/*.toml (kiosk.journey.fragments),
districts/<code>/<department>.<id>.toml, codes/*.toml, codes/public/<dataset>.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
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
    mistakes: list[str] = []
    library = load_library(folder, mistakes)
    services = _services(folder, library, mistakes)
    overlays = _overlays(folder, library, mistakes)
    codes = folder / "codes"
    catalogue = Catalogue(
        services=services,
        overlays=overlays,
        districts=_codes(codes / "districts.toml", mistakes),
        departments=_codes(codes / "departments.toml", mistakes),
        groups=_codes(codes / "groups.toml", mistakes),
        sites=_sites(codes / "places.toml", mistakes),
        audiences=_codes(codes / "audiences.toml", mistakes),
        licences=_codes(codes / "licences.toml", mistakes),
        public=_public(codes / "public", library, mistakes),
    )
    mistakes += lint.mistakes_of(catalogue, texts)
    if mistakes:
        raise CatalogueError(mistakes)
    return catalogue


def load_library(folder: Path, mistakes: list[str]) -> Library:
    """What services share: phrases and fragments."""
    trees: dict[str, dict[str, Any]] = {}
    for path in sorted((folder / "services" / SHARED).glob("*.toml")):
        tree = _tree(path, f"services/{SHARED}/{path.name}", mistakes)
        if tree is not None:
            trees[path.stem] = tree
    library = Library(trees.pop("phrases", {}), trees)
    mistakes += library_mistakes(library)
    return library


def _services(folder: Path, library: Library, mistakes: list[str]) -> dict[str, Service]:
    services: dict[str, Service] = {}
    for path in sorted((folder / "services").glob("*/*.toml")):
        if path.parent.name == SHARED:
            continue
        where = f"services/{path.parent.name}/{path.name}"
        service = _read(path, where, Service, mistakes, library)
        if service is None:
            continue
        if service.id != f"{path.parent.name}/{path.stem}":
            mistakes.append(f"{where}: id: {service.id} does not match the file's place")
        services[service.id] = with_needs(service)
    if not services and not mistakes:
        mistakes.append(f"{folder}: no services found")
    return services


def with_needs(service: Service) -> Service:
    """The service with the device roles that its steps work with, where its file names none."""
    if service.needs:
        return service
    roles = dict.fromkeys(STEP_ROLES[kind].value for kind in map(kind_of, service.steps) if kind in STEP_ROLES)
    return msgspec.structs.replace(service, needs=tuple(roles))


def _overlays(folder: Path, library: Library, mistakes: list[str]) -> dict[tuple[str, str], Overlay]:
    overlays: dict[tuple[str, str], Overlay] = {}
    for path in sorted((folder / "districts").glob("*/*.toml")):
        where = f"districts/{path.parent.name}/{path.name}"
        overlay = _read(path, where, Overlay, mistakes, library)
        if overlay is None:
            continue
        if (overlay.district, overlay.service.replace("/", ".")) != (path.parent.name, path.stem):
            mistakes.append(f"{where}: district and service do not match the file's place")
        overlays[overlay.district, overlay.service] = overlay
    return overlays


def _public(folder: Path, library: Library, mistakes: list[str]) -> dict[str, PublicTable]:
    found = {
        path.stem: _read(path, f"codes/public/{path.name}", PublicTable, mistakes, library)
        for path in sorted(folder.glob("*.toml"))
    }
    return {name: table for name, table in found.items() if table is not None}


class _Codes(msgspec.Struct, frozen=True):
    entries: tuple[Named, ...]


class _Sites(msgspec.Struct, frozen=True):
    places: tuple[Site, ...]


def _codes(path: Path, mistakes: list[str]) -> dict[str, Named]:
    table = _read(path, f"codes/{path.name}", _Codes, mistakes)
    return {entry.code: entry for entry in table.entries} if table else {}


def _sites(path: Path, mistakes: list[str]) -> tuple[Site, ...]:
    table = _read(path, f"codes/{path.name}", _Sites, mistakes)
    return table.places if table else ()


def _tree(path: Path, where: str, mistakes: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        mistakes.append(f"{where}: cannot be read: {error}")
        return None


def _read(path: Path, where: str, kind: type[_T], mistakes: list[str], library: Library | None = None) -> _T | None:
    tree = _tree(path, where, mistakes)
    if tree is None:
        return None
    if library is not None:
        tree, wrong = expand(tree, library)
        mistakes += [f"{where}: {mistake}" for mistake in wrong]
    reader = Reader(where)
    found = reader.read(kind, tree)
    mistakes += reader.mistakes
    return found

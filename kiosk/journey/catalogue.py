"""Load the catalogue: services, district overlays and codes, judged as a whole; all mistakes at once.

Not responsible for where definitions come from (offline_cache) nor for what rules mean (kiosk.journey.rules).
Folder: services/<department>/<id>.toml, districts/<code>/<department>.<id>.toml, codes/*.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kiosk.journey import lint
from kiosk.journey.model import Named, Overlay, Service, Site
from kiosk.journey.strict import Reader
from kiosk.texts import Texts
from kiosk.views import Language

_T = TypeVar("_T")
CITY = "440100"


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

    def resolve(self, service_id: str, district: str, today: str) -> Resolved:
        """The rules of a service in a district on a day: the district's own, else the city's."""
        service = self.services[service_id]
        overlay = self.overlays.get((district, service_id))
        if overlay is None or not overlay.in_force(today):
            return Resolved(service, None)
        changes: dict[str, Any] = {"tables": {**service.tables, **overlay.tables}}
        if overlay.summary is not None:
            changes["summary"] = overlay.summary
        if overlay.promise_days is not None:
            changes["promise_days"] = overlay.promise_days
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
    services = _services(folder, mistakes)
    overlays = _overlays(folder, mistakes)
    codes = folder / "codes"
    catalogue = Catalogue(
        services=services,
        overlays=overlays,
        districts=_codes(codes / "districts.toml", mistakes),
        departments=_codes(codes / "departments.toml", mistakes),
        groups=_codes(codes / "groups.toml", mistakes),
        sites=_sites(codes / "places.toml", mistakes),
    )
    mistakes += lint.mistakes_of(catalogue, texts)
    if mistakes:
        raise CatalogueError(mistakes)
    return catalogue


def _services(folder: Path, mistakes: list[str]) -> dict[str, Service]:
    services: dict[str, Service] = {}
    for path in sorted((folder / "services").glob("*/*.toml")):
        where = f"services/{path.parent.name}/{path.name}"
        service = _read(path, where, Service, mistakes)
        if service is None:
            continue
        if service.id != f"{path.parent.name}/{path.stem}":
            mistakes.append(f"{where}: id: {service.id} does not match the file's place")
        services[service.id] = service
    if not services and not mistakes:
        mistakes.append(f"{folder}: no services found")
    return services


def _overlays(folder: Path, mistakes: list[str]) -> dict[tuple[str, str], Overlay]:
    overlays: dict[tuple[str, str], Overlay] = {}
    for path in sorted((folder / "districts").glob("*/*.toml")):
        where = f"districts/{path.parent.name}/{path.name}"
        overlay = _read(path, where, Overlay, mistakes)
        if overlay is None:
            continue
        if (overlay.district, overlay.service.replace("/", ".")) != (path.parent.name, path.stem):
            mistakes.append(f"{where}: district and service do not match the file's place")
        overlays[overlay.district, overlay.service] = overlay
    return overlays


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


def _read(path: Path, where: str, kind: type[_T], mistakes: list[str]) -> _T | None:
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        mistakes.append(f"{where}: cannot be read: {error}")
        return None
    reader = Reader(where)
    found = reader.read(kind, tree)
    mistakes += reader.mistakes
    return found

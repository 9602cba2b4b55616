"""Load the catalogue: services, district overlays and codes, judged as a whole; all mistakes at once.

Not responsible for where definitions come from (offline_cache) nor for what rules mean (kiosk.journey.rules).
Folder: services/<department>/<id>.toml, services/shared/*.toml (kiosk.journey.fragments),
districts/<code>/<department>.<id>.toml, codes/*.toml, codes/public/<dataset>.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from kiosk.journey import lint
from kiosk.journey.fragments import Library
from kiosk.journey.model import OVERLAID, Named, Overlay, PublicTable, Service, Site, Text
from kiosk.journey.pile import Pile
from kiosk.texts import Texts
from kiosk.views import Language

CITY = "440100"
_FOLDERS = ("services", "districts", "codes")
_PATTERNS = ("services/*/*.toml", "districts/*/*.toml", "codes/*.toml", "codes/public/*.toml")


class CatalogueError(Exception):
    """The catalogue cannot be used; `mistakes` holds all of them, one a line in the message."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Resolved:
    """A service as it is in one place. `overlay` is the nearest one in force: the street's, the district's, or none."""

    service: Service
    overlay: Overlay | None


@dataclass(frozen=True)
class Catalogue:
    """All services by id, overlays by (district, service), streets' by (district, street, service), and the codes."""

    services: Mapping[str, Service]
    overlays: Mapping[tuple[str, str], Overlay]
    districts: Mapping[str, Named]
    departments: Mapping[str, Named]
    groups: Mapping[str, Named]
    sites: tuple[Site, ...]
    streets: Mapping[tuple[str, str, str], Overlay] = field(default_factory=dict)
    audiences: Mapping[str, Named] = field(default_factory=dict)
    licences: Mapping[str, Named] = field(default_factory=dict)
    public: Mapping[str, PublicTable] = field(default_factory=dict)
    sites_day: str = ""
    words: tuple[tuple[str, ...], ...] = ()
    """Words that mean the same to somebody who searches."""
    record_words: Mapping[str, Text] = field(default_factory=dict, repr=False)
    """What stands in looked-up records (labels, states), by the office's own word."""
    hot: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The services in front, by kind of site, in their order."""
    sources: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    """The files it was read from, by path: what did not change need not be read again."""

    def resolve(self, service_id: str, district: str, today: str, street: str = "") -> Resolved:
        """The rules of a service in a place on a day: the street's own over the district's own over the city's."""
        service, nearest = self.services[service_id], None
        for overlay in (
            self.overlays.get((district, service_id)),
            self.streets.get((district, street, service_id)) if street else None,
        ):
            if overlay is not None and overlay.in_force(today):
                service, nearest = _overlaid(service, overlay), overlay
        return Resolved(service, nearest)

    def record_word(self, said: str, language: Language) -> str:
        """A word of a looked-up record in the citizen's language; unchanged where we have none."""
        word = self.record_words.get(said)
        return word.of(language) if word else said

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


def _overlaid(service: Service, overlay: Overlay) -> Service:
    changes: dict[str, Any] = {
        "tables": {**service.tables, **overlay.tables},
        "figures": {**service.figures, **overlay.figures},
    }
    changes |= {name: value for name in OVERLAID if (value := getattr(overlay, name)) is not None}
    return msgspec.structs.replace(service, **changes)


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
    pile = Pile(files, former)
    sites, sites_day = pile.sites()
    overlays = pile.overlays()
    catalogue = Catalogue(
        services=pile.services(),
        overlays={(o.district, o.service): o for o in overlays if not o.street},
        streets={(o.district, o.street, o.service): o for o in overlays if o.street},
        districts=pile.codes("districts"),
        departments=pile.codes("departments"),
        groups=pile.codes("groups"),
        sites=sites,
        sites_day=sites_day,
        audiences=pile.codes("audiences"),
        licences=pile.codes("licences"),
        public=pile.public(),
        words=pile.words(),
        record_words=pile.record_words(),
        hot=pile.hot(),
        sources={path: body for path, body in files.items() if path.split("/")[0] in _FOLDERS},
    )
    mistakes = pile.mistakes + lint.mistakes_of(catalogue, texts, unchanged(catalogue, former))
    if mistakes:
        raise CatalogueError(mistakes)
    return catalogue


def library_of(files: Mapping[str, bytes]) -> Library:
    """What the services of these files share."""
    return Pile(files, None).library


def unchanged(catalogue: Catalogue, former: Catalogue | None) -> frozenset[str]:
    """The services that need not be judged again: neither they nor any code that they may name changed."""
    if former is None or _codes_of(catalogue) != _codes_of(former):
        return frozenset()
    return frozenset(id for id, service in catalogue.services.items() if former.services.get(id) is service)


def _codes_of(catalogue: Catalogue) -> dict[str, bytes]:
    return {path: body for path, body in catalogue.sources.items() if path.startswith("codes/")}

"""`kiosk catalogue find`: what the search answers, and how well it does on a list of everyday queries."""

from __future__ import annotations

import argparse
import time
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from kiosk.commands.shell import OK, Subcommands, add, bad, show
from kiosk.folders import CONFIG
from kiosk.journey.catalogue import Catalogue, CatalogueError, load_catalogue
from kiosk.journey.finding import Finder
from kiosk.texts import TextError, load_texts
from kiosk.views import Language

FIRST = 3
"""The wanted service must be among so many."""
MANY = 1_200


@dataclass(frozen=True)
class Score:
    """How a list of queries did: `counted` of `queries` have their service in the catalogue."""

    queries: int
    counted: int
    found: int
    missed: tuple[str, ...]
    typical_ms: float
    p99_ms: float

    @property
    def share(self) -> float:
        """Of those counted, 0 to 1."""
        return self.found / self.counted if self.counted else 0.0


def add_find(parts: Subcommands) -> None:
    """Add the sub-command."""
    example = "kiosk catalogue find 打社保"
    find = add(parts, "find", "what the search answers; with --queries how well", example, run_find)
    find.add_argument("query", nargs="?", default="")
    find.add_argument("--queries", type=Path, metavar="FILE", help="TOML: query = number of the wanted service")
    find.add_argument("--language", choices=[language.value for language in Language], default="zh-Hans")
    find.add_argument("--config", type=Path, default=CONFIG, help="folder with services, districts, codes, texts")


def run_find(options: argparse.Namespace) -> int:
    """Exit status 0; 2 without a query, or for a list or a catalogue that cannot be read."""
    try:
        catalogue = load_catalogue(options.config, load_texts(options.config / "texts"))
        wanted = queries_of(options.queries) if options.queries else {}
    except (CatalogueError, TextError, OSError, tomllib.TOMLDecodeError) as error:
        return bad(str(error))
    if wanted:
        return _tell(options.json, catalogue, wanted)
    if not options.query:
        return bad("give a QUERY, or --queries FILE")
    found = Finder(catalogue).find(options.query)
    lines = [f"{name}  {catalogue.services[name].title.of(Language(options.language))}" for name in found]
    show(options.json, {"found": found}, lines or ["nothing"])
    return OK


def queries_of(path: Path) -> dict[str, tuple[int, ...]]:
    """Every query of a list with the numbers of the services that are right."""
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    found: dict[str, tuple[int, ...]] = {}
    for table in tree.values():
        found |= {query: (right,) if isinstance(right, int) else tuple(right) for query, right in table.items()}
    return found


def score_of(finder: Finder, catalogue: Catalogue, wanted: dict[str, tuple[int, ...]]) -> Score:
    """Ask every query whose service is there, and look at the first few answers."""
    by_number = {service.no: service.id for service in catalogue.services.values() if service.no}
    counted, found, missed, times = 0, 0, list[str](), list[float]()
    for query, numbers in wanted.items():
        right = {by_number[number] for number in numbers if number in by_number}
        if not right:
            continue
        counted += 1
        begun = time.perf_counter()
        answers = finder.find(query, FIRST)
        times.append(1000 * (time.perf_counter() - begun))
        if right & set(answers):
            found += 1
        else:
            missed.append(query)
    times.sort()
    typical, p99 = (times[len(times) // 2], times[len(times) * 99 // 100]) if times else (0.0, 0.0)
    return Score(len(wanted), counted, found, tuple(missed), round(typical, 1), round(p99, 1))


def enlarged(catalogue: Catalogue, count: int = MANY) -> Catalogue:
    """The catalogue with copies under other names until it holds `count` services: only for measuring."""
    services, round_ = dict(catalogue.services), 0
    while len(services) < count:
        round_ += 1
        for service in list(catalogue.services.values())[: count - len(services)]:
            other = msgspec.structs.replace(service, id=f"{service.id}-{round_}", no=0)
            services[other.id] = other
    return replace(catalogue, services=services)


def _tell(as_json: bool, catalogue: Catalogue, wanted: dict[str, tuple[int, ...]]) -> int:
    keystrokes = {query[:end]: numbers for query, numbers in wanted.items() for end in range(1, len(query) + 1)}
    score = score_of(Finder(catalogue), catalogue, wanted)
    few = score_of(Finder(catalogue), catalogue, keystrokes)
    large = enlarged(catalogue)
    many = score_of(Finder(large), large, keystrokes)
    told = {
        "services": len(catalogue.services),
        "queries": score.queries,
        "counted": score.counted,
        "found_among_first_3": score.found,
        "share_percent": round(100 * score.share, 1),
        "missed": list(score.missed),
        "keystroke_ms": {"typical": few.typical_ms, "p99": few.p99_ms},
        f"keystroke_ms_at_{MANY}_services": {"typical": many.typical_ms, "p99": many.p99_ms},
    }
    show(as_json, told, [f"{name}: {value}" for name, value in told.items()])
    return OK

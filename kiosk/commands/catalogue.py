"""`kiosk catalogue lint|show`: judge the definitions, see a service as citizens will. The rest: catalogue_publish."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from kiosk.commands.catalogue_find import add_find
from kiosk.commands.catalogue_publish import add_publishing
from kiosk.commands.catalogue_table import add_table
from kiosk.commands.catalogue_terminal import add_status
from kiosk.commands.catalogue_tools import add_tools
from kiosk.folders import CONFIG
from kiosk.journey.catalogue import Catalogue, CatalogueError, load_catalogue
from kiosk.journey.dates import is_date
from kiosk.journey.model import kind_of
from kiosk.texts import TextError, load_texts
from kiosk.views import Language

BAD_INPUT = 2
MISTAKES = 1


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-commands."""
    catalogue = commands.add_parser("catalogue", help="look at and publish the service definitions")
    actions = catalogue.add_subparsers(title="actions", required=True, metavar="ACTION")
    lint = actions.add_parser(
        "lint", help="list every mistake in the definitions", epilog="example: kiosk catalogue lint --json"
    )
    _common(lint)
    lint.set_defaults(run=run_lint)
    show = actions.add_parser(
        "show",
        help="one service as it is in a district; without SERVICE the list",
        epilog="example: kiosk catalogue show civil/longevity-allowance --district 440112 --on 2026-03-05",
    )
    show.add_argument("service", nargs="?", default="", help="for example hrss/enrolment-certificate")
    show.add_argument("--district", default="440100", help="GB/T 2260 code (default: the city's rule)")
    show.add_argument("--street", default="", help="a street of the district, by name, for example 车陂街")
    show.add_argument("--on", default="2026-01-01", help="the day that counts, YYYY-MM-DD (default 2026-01-01)")
    show.add_argument("--language", choices=[language.value for language in Language], default="zh-Hans")
    _common(show)
    show.set_defaults(run=run_show)
    add_find(actions)
    add_publishing(actions)
    add_status(actions)
    add_table(actions)
    add_tools(actions)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=CONFIG, help="folder with services, districts, codes, texts")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run_lint(options: argparse.Namespace) -> int:
    """Exit status 0 when clean, 1 with mistakes, 2 when there is nothing to judge."""
    if not options.config.is_dir():
        return _bad_input(f"{options.config} is not a folder")
    catalogue, mistakes = load_judged(options.config)
    if options.json:
        services = sorted(catalogue.services) if catalogue else []
        print(json.dumps({"services": services, "mistakes": mistakes}, ensure_ascii=False))
    else:
        print("\n".join(mistakes) if mistakes else f"{len(catalogue.services) if catalogue else 0} services, clean")
    return MISTAKES if mistakes else 0


def run_show(options: argparse.Namespace) -> int:
    """Exit status 0; 1 when the catalogue has mistakes; 2 for an unknown service, district or day."""
    catalogue, mistakes = load_judged(options.config)
    if catalogue is None:
        print("\n".join(mistakes), file=sys.stderr)
        return MISTAKES
    if not options.service:
        return _print(options.json, {"services": _list(catalogue, Language(options.language))})
    if options.service not in catalogue.services:
        return _bad_input(f"{options.service} is not a service; known: {', '.join(catalogue.services)}")
    if options.district not in {"440100", *catalogue.districts}:
        return _bad_input(f"{options.district} is not a district code; known: {', '.join(catalogue.districts)}")
    if not is_date(options.on):
        return _bad_input(f"{options.on} is not a date (YYYY-MM-DD)")
    return _print(options.json, describe(catalogue, options))


def describe(catalogue: Catalogue, options: argparse.Namespace) -> dict[str, Any]:
    """A service in a district, ready to print."""
    language = Language(options.language)
    resolved = catalogue.resolve(options.service, options.district, options.on, options.street)
    service, overlay = resolved.service, resolved.overlay
    shown: dict[str, Any] = {
        "id": service.id,
        "title": service.title.of(language),
        "version": service.version,
        "district": catalogue.district_name(options.district, language),
        "rule": ("street" if overlay.street else "district") if overlay else "city",
        "identity": f"{service.identity}: {', '.join(service.factors) or 'nobody is asked'}",
        "offline": service.offline,
        "condition": service.accept_condition.of(language),
        "fee": service.fee.of(language),
        "minutes": service.minutes,
        "demo": service.demo,
        "by law": [" ".join(filter(None, (law.name.of(language), law.number, law.article))) for law in service.by_law],
        "materials": [material.name.of(language) for material in service.materials],
        "figures": [
            f"{name}: {figure.value}{figure.unit.of(language)} since {figure.since}{' (演示)' if figure.demo else ''}"
            for name, figure in service.figures.items()
        ],
        "sources": [f"{source.what}: {source.where} ({source.seen})" for source in service.sources],
        "needs": list(service.needs),
        "steps": [f"{step.id} ({kind_of(step)})" for step in service.steps],
    }
    for name, bands in service.tables.items():
        shown[f"table {name}"] = [f"{band.first}-{band.last}: {band.value}" for band in bands]
    if overlay is not None:
        shown |= {"valid_from": overlay.valid_from, "basis": overlay.basis.of(language)}
    return shown


def _list(catalogue: Catalogue, language: Language) -> list[str]:
    return [f"{service.id}  {service.title.of(language)}" for service in catalogue.services.values()]


def load_judged(folder: Path) -> tuple[Catalogue | None, list[str]]:
    """The catalogue in a folder, or every mistake in it."""
    try:
        return load_catalogue(folder, load_texts(folder / "texts")), []
    except CatalogueError as error:
        return None, error.mistakes
    except TextError as error:
        return None, [f"texts/{line}" for line in str(error).splitlines()]


def _print(as_json: bool, shown: dict[str, Any]) -> int:
    if as_json:
        print(json.dumps(shown, ensure_ascii=False))
        return 0
    for name, value in shown.items():
        lines = (value or ["-"]) if isinstance(value, list) else [value]
        print(f"{name}: {lines[0]}" if len(lines) == 1 else "\n  ".join([f"{name}:", *lines]))
    return 0


def _bad_input(line: str) -> int:
    print(line, file=sys.stderr)
    return BAD_INPUT

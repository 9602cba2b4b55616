"""`kiosk catalogue new|preview|schema`: what a district officer writes a service with."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from kiosk.commands.catalogue_new import template_of
from kiosk.commands.shell import FAILED, OK, Subcommands, add, bad, show
from kiosk.folders import CONFIG
from kiosk.journey.catalogue import CatalogueError, config_files, library_of, load_catalogue
from kiosk.journey.context import Context, TerminalFacts
from kiosk.journey.elements import schema
from kiosk.texts import TextError, load_texts
from kiosk.views import Language

SCHEMA = Path("schema") / "service.schema.json"
SAMPLE_PLACE = {"zh-Hans": "预览（演示）", "zh-Hant": "預覽（演示）", "en": "Preview (demo)"}
_ID = re.compile(r"[a-z][a-z0-9-]{0,30}/[a-z][a-z0-9-]{0,60}")


def add_tools(parts: Subcommands) -> None:
    """Add the sub-commands."""
    new = add(
        parts, "new", "write a commented template", "kiosk catalogue new civil/wedding-booking --shape booking", run_new
    )
    new.add_argument("service", help="DEPARTMENT/NAME: where the file goes, a-z 0-9 and hyphens")
    new.add_argument("--shape", default="application", help="a shape of services/shared/ (default: application)")
    _config(new)
    example = "kiosk catalogue preview hrss/enrolment-certificate --out .data/preview"
    preview = add(parts, "preview", "walk a service with sample answers, a picture of every page", example, run_preview)
    preview.add_argument("service", help="for example hrss/enrolment-certificate")
    preview.add_argument("--out", type=Path, required=True, help="folder for the pictures and index.html")
    preview.add_argument("--language", choices=[language.value for language in Language], default="zh-Hans")
    preview.add_argument("--district", default="440106", help="GB/T 2260 code of the terminal (default: Tianhe)")
    preview.add_argument("--size", default="1080x1920", help="WIDTHxHEIGHT in pixels")
    _config(preview)
    words = "print the JSON Schema for editors; --write puts it into config/schema"
    made = add(parts, "schema", words, "kiosk catalogue schema --write", run_schema)
    made.add_argument("--write", action="store_true")
    _config(made)


def _config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=CONFIG, help="folder with services, districts, codes, texts")


def run_new(options: argparse.Namespace) -> int:
    """Exit status 0; 2 for a name that cannot be, a file that is there, or a shape that is not."""
    if not _ID.fullmatch(options.service):
        return bad(f"{options.service}: must be DEPARTMENT/NAME in a-z 0-9 and hyphens")
    path = options.config / "services" / f"{options.service}.toml"
    if path.exists():
        return bad(f"{path} is there already")
    library = library_of(config_files(options.config))
    shapes = {name: part for name, part in library.fragments.items() if "service" in part}
    if options.shape not in shapes:
        return bad(f"{options.shape} is not a shape; known: {', '.join(sorted(shapes))}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(template_of(options.service, options.shape, shapes[options.shape]), encoding="utf-8")
    show(options.json, {"written": str(path)}, [f"{path}: fill in what stands in brackets, then: kiosk catalogue lint"])
    return OK


def run_schema(options: argparse.Namespace) -> int:
    """Exit status 0."""
    text = json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"
    if not options.write:
        print(text, end="")
        return OK
    path = options.config / SCHEMA
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    show(options.json, {"written": str(path)}, [str(path)])
    return OK


def run_preview(options: argparse.Namespace) -> int:
    """Exit status 0; 1 when the catalogue has mistakes or the service does not reach its end; 2 for bad input."""
    size = re.fullmatch(r"([0-9]{3,4})x([0-9]{3,4})", options.size)
    if size is None:
        return bad(f"{options.size!r} is not WIDTHxHEIGHT in pixels, for example 1080x1920")
    try:
        texts = load_texts(options.config / "texts")
        catalogue = load_catalogue(options.config, texts)
    except (CatalogueError, TextError) as error:
        return _failed(str(error))
    if options.service not in catalogue.services:
        return bad(f"{options.service} is not a service; known: {', '.join(catalogue.services)}")
    if options.district not in catalogue.districts:
        return bad(f"{options.district} is not a district code; known: {', '.join(catalogue.districts)}")
    context = Context(catalogue, texts, TerminalFacts("PREVIEW", options.district, SAMPLE_PLACE))
    return _paint(options, context, (int(size[1]), int(size[2])))


def _paint(options: argparse.Namespace, context: Context, size: tuple[int, int]) -> int:
    from kiosk.preview.pictures import Painter, pictures, sheet
    from kiosk.preview.sample_terminal import SampleTerminal
    from kiosk.preview.walk import StuckError, Walker

    face, page = pictures()
    terminal = SampleTerminal(options.config / "samples" / "datasets", page, face)
    walker = Walker(context, terminal, Language(options.language), ink=page)
    options.out.mkdir(parents=True, exist_ok=True)
    painter, written, stuck = Painter(context.texts, size), list[Path](), ""
    try:
        for number, view in enumerate(walker.walk(options.service), 1):
            written.append(options.out / f"{number:02}-{type(view).__name__.removesuffix('View').lower()}.png")
            painter.paint(view, written[-1])
    except StuckError as error:
        stuck = str(error)
    finally:
        painter.close()
    index = options.out / "index.html"
    index.write_text(sheet(options.service, written), encoding="utf-8")
    if stuck:
        return _failed(stuck)
    show(options.json, {"pages": [path.name for path in written]}, [f"{len(written)} pages and {index}"])
    return OK


def _failed(line: str) -> int:
    bad(line)
    return FAILED

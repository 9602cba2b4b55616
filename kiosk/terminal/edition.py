"""One edition of what this terminal offers: services, overlays, codes and texts, judged as a whole.

Not responsible for where the files come from (librarian) nor for what a rule means (kiosk.journey.lint).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kiosk.journey.catalogue import Catalogue, CatalogueError, load_catalogue, read_catalogue, unchanged
from kiosk.journey.context import Context, TerminalFacts
from kiosk.journey.rehearsal import rehearse
from kiosk.texts import TextError, Texts, load_texts, read_texts

FLOOR_FILE = "catalogue.toml"


class EditionError(Exception):
    """The files make no edition; `mistakes` are all of them."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Edition:
    """A version's number and what is in it. `text_files` are what its texts were read from."""

    version: int
    catalogue: Catalogue
    texts: Texts
    text_files: Mapping[str, bytes]


class _Floor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int = 0


def floor_edition(config: Path) -> Edition:
    """What came with the program. Its number is the published version that the folder is a copy of, 0: none.

    Raises CatalogueError, TextError: then the program itself is not whole.
    """
    told = tomllib.loads((config / FLOOR_FILE).read_text(encoding="utf-8"))
    texts = load_texts(config / "texts")
    return Edition(msgspec.convert(told, _Floor).version, load_catalogue(config, texts), texts, {})


def read_edition(
    version: int, files: Mapping[str, bytes], floor: Edition, former: Edition, terminal: TerminalFacts
) -> Edition:
    """Judge a version's files as a whole: texts, definitions, and whether the engine can show them. EditionError.

    What did not change since `former` is not judged again.
    """
    text_files = {path: body for path, body in files.items() if path.startswith("texts/")}
    same = text_files == former.text_files
    try:
        texts = former.texts if same else (read_texts(text_files).over(floor.texts) if text_files else floor.texts)
        known = former.catalogue if same else None
        catalogue = read_catalogue(files, texts, known)
    except TextError as error:
        raise EditionError(str(error).splitlines()) from error
    except CatalogueError as error:
        raise EditionError(error.mistakes) from error
    fresh = sorted(catalogue.services.keys() - unchanged(catalogue, known))
    if mistakes := rehearse(Context(catalogue, texts, terminal), fresh):
        raise EditionError(mistakes)
    return Edition(version, catalogue, texts, text_files)

"""What stays the same during a session: catalogue, texts, and who and where this terminal is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kiosk.journey.catalogue import Catalogue
from kiosk.journey.finding import Finder
from kiosk.texts import Texts


@dataclass(frozen=True)
class TerminalFacts:
    """This terminal. `place` has a name for each language; `district` is a GB/T 2260 code."""

    id: str
    district: str
    place: Mapping[str, str]
    help_phone: str = "12345"
    site: str = "street"


@dataclass(frozen=True)
class Context:
    """Everything immutable that the engine may look at."""

    catalogue: Catalogue
    texts: Texts
    terminal: TerminalFacts
    city: str = "广州市"

    @cached_property
    def finder(self) -> Finder:
        """The search over this catalogue, built when somebody searches for the first time."""
        return Finder(self.catalogue)

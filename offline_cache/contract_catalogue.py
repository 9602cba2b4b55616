"""What other processes may ask of the store about the signed catalogue, and what it tells them.

Not responsible for what the files mean: whoever reads them judges them, and says so with `JudgeCatalogue`.
"""

from __future__ import annotations

import msgspec


class CatalogueCommand(msgspec.Struct, frozen=True, tag=True):
    """Base of the commands about the catalogue."""


class ReadCatalogue(CatalogueCommand, frozen=True):
    """A part of a version that is kept → CataloguePage. `version` 0: the active one; `after`: the last path seen."""

    version: int = 0
    after: str = ""


class JudgeCatalogue(CatalogueCommand, frozen=True):
    """The application takes a version, or refuses it for these mistakes → Ok. The centre is told.

    A version that is refused gives its place back to the one before it, and is never made active again by itself.
    """

    version: int
    mistakes: tuple[str, ...] = ()


class CatalogueFile(msgspec.Struct, frozen=True):
    """One file of a version."""

    path: str
    body: bytes

    def __repr__(self) -> str:
        return f"CatalogueFile({self.path}, {len(self.body)} bytes)"


class CataloguePage(msgspec.Struct, frozen=True, tag=True):
    """Files of one version in the order of their paths; `more`: ask again after the last of them."""

    version: int
    files: tuple[CatalogueFile, ...]
    more: bool = False


class CatalogueStatus(msgspec.Struct, frozen=True, tag=True):
    """How the catalogue stands; a notice when it changes. `version` 0: none is active, the program's own is used.

    `withdrawn` services may not be begun. `stale_since` (ISO) is when the newest signed timestamp ended, if it has:
    what is here stays in use. `withdrawals_late`: a newer list of withdrawals was announced than the one that came.
    `problem`: no_root, or refused_REASON (offline_cache.catalogue.refused).
    """

    version: int = 0
    kept: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    withdrawn: tuple[str, ...] = ()
    stepped_back_from: int = 0
    stale_since: str = ""
    withdrawals_late: bool = False
    problem: str = ""

"""Answers the contract's commands about the catalogue. Not responsible for how it is kept fresh (keeper)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from kiosk.ipc import Control
from offline_cache.administration import RollBackCatalogue
from offline_cache.catalogue.keeper import CatalogueKeeper
from offline_cache.catalogue.refused import UnknownVersionError
from offline_cache.catalogue.store import CatalogueStore
from offline_cache.contract import Ok
from offline_cache.contract_catalogue import CatalogueFile, CataloguePage, JudgeCatalogue, ReadCatalogue
from offline_cache.errors import InvalidCommand
from offline_cache.owner import Owner

log = logging.getLogger(__name__)
MISTAKES_LOGGED = 20
_T = TypeVar("_T")


class CatalogueService:
    """Reads, judges and steps back; whoever listens hears of it at once, the centre when it can."""

    def __init__(self, owner: Owner, keeper: CatalogueKeeper) -> None:
        self._owner, self._keeper = owner, keeper
        self.carriers: Mapping[type[Any], Callable[[Any, Control], Any]] = {
            ReadCatalogue: self._read,
            JudgeCatalogue: self._judge,
            RollBackCatalogue: self._roll_back,
        }

    def _read(self, command: ReadCatalogue, control: Control) -> CataloguePage:
        page = self._run(lambda catalogue: catalogue.page(command.version, command.after), control)
        files = tuple(CatalogueFile(path, body) for path, body in page.files)
        return CataloguePage(page.version, files, page.more)

    def _judge(self, command: JudgeCatalogue, control: Control) -> Ok:
        for mistake in command.mistakes[:MISTAKES_LOGGED]:
            log.warning("catalogue %d: %s", command.version, mistake[:200])
        return self._change(lambda catalogue: catalogue.judge(command.version, not command.mistakes), control)

    def _roll_back(self, command: RollBackCatalogue, control: Control) -> Ok:
        return self._change(lambda catalogue: catalogue.roll_back(command.version), control)

    def _change(self, work: Callable[[CatalogueStore], None], control: Control) -> Ok:
        self._run(work, control)
        self._keeper.announce(self._run(self._keeper.status_of, control))
        self._keeper.report()
        return Ok()

    def _run(self, work: Callable[[CatalogueStore], _T], control: Control) -> _T:
        try:
            return self._owner.run(lambda store: work(store.catalogue), control)
        except UnknownVersionError as error:
            raise InvalidCommand("unknown_version") from error

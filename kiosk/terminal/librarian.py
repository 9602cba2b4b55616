"""Fetches the edition that the store has active, judges it, and hands it to the shell. On a thread of its own.

Not responsible for when it is used: a session keeps the one it began with. What cannot be used is refused as a whole,
and the store is told; the edition that is in use stays.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from kiosk.ipc import ConnectionLost, NoAnswer, RemoteError
from kiosk.journey.context import TerminalFacts
from kiosk.terminal.edition import Edition, EditionError, read_edition
from offline_cache.contract import AnyStoreCommand
from offline_cache.contract_catalogue import CataloguePage, CatalogueStatus, JudgeCatalogue, ReadCatalogue

log = logging.getLogger(__name__)
ASK_WITHIN_S = 10.0
LOGGED = 20
Ask = Callable[[AnyStoreCommand, float], Any]
"""Asks the store and waits; raises RemoteError, ConnectionLost, NoAnswer."""
_NO_STORE = (RemoteError, ConnectionLost, NoAnswer)


class Librarian:
    """`deliver` gets each edition that is to be used from now on; the first one always comes, if only the floor."""

    def __init__(self, floor: Edition, terminal: TerminalFacts, ask: Ask, deliver: Callable[[Edition], None]) -> None:
        self._floor = self._current = floor
        self._terminal, self._ask, self._deliver = terminal, ask, deliver
        self._refused: dict[int, tuple[str, ...]] = {}
        self._wanted: int | None = None
        self._delivered = False
        self._changed = threading.Condition()
        self._closing = False
        threading.Thread(target=self._run, name="librarian", daemon=True).start()

    def follow(self, status: CatalogueStatus) -> None:
        """The store has this version active. Returns at once."""
        with self._changed:
            self._wanted = status.version
            self._changed.notify_all()

    def close(self) -> None:
        """Judge nothing more."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._wanted is not None)
                if self._closing:
                    return
                wanted, self._wanted = self._wanted, None
            if wanted is not None and not (self._delivered and wanted == self._current.version):
                self._change_to(wanted)

    def _change_to(self, version: int) -> None:
        try:
            self._use(self._floor if version <= self._floor.version else self._judged(version))
        except EditionError as error:
            for mistake in error.mistakes[:LOGGED]:
                log.error("catalogue %d refused: %s", version, mistake)
            self._use(self._current)
        except _NO_STORE as error:
            log.warning("catalogue %d cannot be had: %s", version, str(error) or type(error).__name__)
            if isinstance(error, RemoteError):  # the store is there and cannot: with what we have, until it can
                self._use(self._current)

    def _use(self, edition: Edition) -> None:
        if edition is not self._current or not self._delivered:
            log.info("catalogue %d with %d services", edition.version, len(edition.catalogue.services))
            self._current, self._delivered = edition, True
            self._deliver(edition)

    def _judged(self, version: int) -> Edition:
        """The edition, the store having been told that it is fit; EditionError, the store having been told why not."""
        mistakes = self._refused.get(version)
        try:
            if mistakes is not None:
                raise EditionError(list(mistakes))
            edition = self._read(version, self._files(version))
        except EditionError as error:
            self._refused[version] = tuple(error.mistakes)
            self._ask(JudgeCatalogue(version, tuple(error.mistakes[:LOGGED])), ASK_WITHIN_S)
            raise
        self._ask(JudgeCatalogue(version), ASK_WITHIN_S)
        return edition

    def _read(self, version: int, files: Mapping[str, bytes]) -> Edition:
        try:
            return read_edition(version, files, self._floor, self._current, self._terminal)
        except EditionError:
            raise
        except Exception as error:  # no definition, however odd, may keep the terminal from serving
            log.exception("catalogue %d cannot be judged", version)
            raise EditionError([f"cannot be judged: {type(error).__name__}"]) from error

    def _files(self, version: int) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        after, more = "", True
        while more:
            page = self._ask(ReadCatalogue(version, after), ASK_WITHIN_S)
            assert isinstance(page, CataloguePage)
            files |= {file.path: file.body for file in page.files}
            after, more = (page.files[-1].path if page.files else after), page.more and bool(page.files)
        return files

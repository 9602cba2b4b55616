"""What the signed catalogue costs a line and a terminal (K5): 3,000 services, one in a hundred of them changed.

Bytes are those of HTTP with its headers and signatures, on a real connection; TLS and TCP come on top. Times are from
the question to the centre, or from the technician's command, to the end of what is named.
"""

from __future__ import annotations

import threading
import time

from kiosk.bench.figures.catalogue_rig import City, Line, in_memory, line_to, services
from kiosk.bench.figures.figure import Figure, ms
from kiosk.folders import CONFIG
from kiosk.ipc import Control
from kiosk.journey.context import TerminalFacts
from kiosk.terminal.edition import Edition, floor_edition
from kiosk.terminal.librarian import Librarian
from offline_cache.administration import RollBackCatalogue

SERVICES = 3000
MOST_POLL_B, MOST_CHANGE_KB, MOST_BACK_S = 1024.0, 60.0, 5.0
JUDGED_WITHIN_S = 900.0
POLLS = 5
"""The smallest counts: the store's reports and its telemetry go over the same line."""
_PLACE = {"zh-Hans": "x", "zh-Hant": "x", "en": "x"}


class Application:
    """The terminal's side: waits until an edition is ready to be shown."""

    def __init__(self, line: Line) -> None:
        self._ready = threading.Condition()
        self._edition: Edition | None = None
        self._line = line
        facts = TerminalFacts("GZ-TH-0001", "440106", _PLACE)
        ask = line.store.service.execute
        self._librarian = Librarian(
            floor_edition(CONFIG), facts, lambda command, within_s: ask(command, Control(within_s)), self._take
        )
        line.store.catalogue.on_change = self._librarian.follow

    def wait_for(self, version: int) -> float:
        """Seconds until this version can be shown."""
        began = time.monotonic()
        self._librarian.follow(self._line.status())
        with self._ready:
            self._ready.wait_for(lambda: self._edition and self._edition.version == version, JUDGED_WITHIN_S)
        return time.monotonic() - began

    def close(self) -> None:
        """Judge nothing more."""
        self._librarian.close()

    def _take(self, edition: Edition) -> None:
        with self._ready:
            self._edition = edition
            self._ready.notify_all()


def measure(rounds: int) -> list[Figure]:
    """Sizes once, for they are the same each time; `rounds` is not needed."""
    return measure_city(SERVICES)


def measure_city(count: int) -> list[Figure]:
    """The figures of a city with `count` services."""
    with in_memory() as folder:
        city = City(folder)
        city.publish(services(count))
        with line_to(city, folder) as line:
            return _measured(city, line, count)


def _measured(city: City, line: Line, count: int) -> list[Figure]:
    application = Application(line)
    whole_s, whole_b, _ = _asked(line)
    judged_s = application.wait_for(1)
    poll_s, poll_b, sent_b = min((_asked(line) for _ in range(POLLS)), key=lambda poll: poll[1] + poll[2])
    city.publish(services(count, frozenset(range(0, count, 100))))
    delta_s, delta_b, _ = _asked(line)
    changed_s = application.wait_for(2)
    line.relay.close()  # from here there is no line
    began = time.monotonic()
    line.store.service.execute(RollBackCatalogue(1), Control(60.0))
    store_s = time.monotonic() - began
    back_s = store_s + application.wait_for(1)
    application.close()
    return [
        Figure("unchanged catalogue poll", poll_b + sent_b, "bytes", MOST_POLL_B, {"sent": sent_b, "ms": ms(poll_s)}),
        Figure(f"1 % of {count} services", _kb(delta_b), "KB", MOST_CHANGE_KB, {"whole_kb": _kb(whole_b)}),
        Figure("verified, written, made active", ms(delta_s), "ms", None, {"whole_ms": ms(whole_s)}),
        Figure("judged by the application", round(changed_s, 2), "s", None, {"whole_s": round(judged_s, 2)}),
        Figure("step back without a line", round(back_s, 2), "s", MOST_BACK_S, {"store_ms": ms(store_s)}),
    ]


def _asked(line: Line) -> tuple[float, int, int]:
    """Seconds, bytes received and bytes sent of one question to the centre and what it led to."""
    line.store.catalogue.trust_root()
    line.relay.reset()
    began = time.monotonic()
    line.store.catalogue.client.refresh()
    return time.monotonic() - began, line.relay.received, line.relay.sent


def _kb(size: int) -> float:
    return round(size / 1024, 1)

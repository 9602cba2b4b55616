"""Slow retrieval: a centre that drips has as long as the caller gives it, and what is held stays in use."""

from __future__ import annotations

import datetime
import socket
import threading
import time
from pathlib import Path

import pytest

from offline_cache.catalogue.fetch import CentreFetch
from offline_cache.errors import NotInTime
from offline_cache.line.http import CentreAddress, Exchanger
from offline_cache.trust.request_signature import RequestSigner
from tests.offline.catalogue_city import City, Screen


def test_slow_retrieval_ends_at_the_deadline(tmp_path: Path, memory: Path) -> None:
    city = City(tmp_path)
    city.publish()
    screen = Screen(memory / "store", city)
    screen.client.refresh()
    before = screen.store.active()
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_drip, args=(listener, ended))
        thread.start()
        address = CentreAddress(f"http://127.0.0.1:{listener.getsockname()[1]}", "GZ-TH-0001")
        signer = RequestSigner("GZ-TH-0001", lambda: datetime.datetime.now(datetime.UTC))
        fetch = CentreFetch(Exchanger(address, lambda _: None, signer), within_s=0.5)
        screen.client._fetch = fetch
        began = time.monotonic()
        with pytest.raises(NotInTime):
            screen.client.refresh()
        assert time.monotonic() - began < 20
        ended.set()
        thread.join(10)
    assert screen.store.active() == before
    screen.close()


def _drip(listener: socket.socket, ended: threading.Event) -> None:
    """One byte at a time, for as long as anybody listens."""
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 200 OK\r\nDoorstep-Centre: 1\r\nContent-Length: 9999\r\n\r\n")
        try:
            while not ended.wait(0.05):
                connection.sendall(b"x")
        except OSError:
            return

"""IPP over HTTP to one printer: a request out, an answer in, with a deadline.

http.client and not requests: that one belongs to the only process with a way to the centre.
"""

from __future__ import annotations

import http.client
import itertools
from collections.abc import Sequence
from urllib.parse import urlsplit

from drivers.contract.errors import DeviceOffline, DeviceTimeout, ProtocolError
from drivers.document_printer.ipp import (
    URI,
    Attribute,
    IppAnswer,
    decode_answer,
    encode_request,
)

ANSWER_LIMIT_BYTES = 1024 * 1024


class IppClient:
    """Talks to the printer at `url` (ipp://host[:port]/path)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "ipp" or not parts.hostname:
            raise ValueError(f"{url!r} is not of the form ipp://host[:631]/path")
        self._host, self._port, self._path = parts.hostname, parts.port or 631, parts.path or "/"
        self._url = url
        self._ids = itertools.count(1)

    def ask(
        self,
        operation: int,
        attributes: Sequence[Attribute] = (),
        job: Sequence[Attribute] = (),
        document: bytes = b"",
        within_s: float = 3.0,
    ) -> IppAnswer:
        """One exchange on a fresh connection."""
        target = Attribute(URI, "printer-uri", (self._url,))
        body = encode_request(operation, next(self._ids), (target, *attributes), job)
        connection = http.client.HTTPConnection(self._host, self._port, timeout=within_s)
        try:
            connection.request("POST", self._path, body + document, {"Content-Type": "application/ipp"})
            answer = connection.getresponse()
            data = answer.read(ANSWER_LIMIT_BYTES)
        except TimeoutError as error:
            raise DeviceTimeout("the printer does not answer") from error
        except http.client.HTTPException as error:
            raise ProtocolError(f"not an HTTP answer: {type(error).__name__}", cause="http") from error
        except OSError as error:
            raise DeviceOffline(f"{self._host}:{self._port} cannot be reached: {error}") from error
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise ProtocolError(f"HTTP status {answer.status}", cause="http")
        return decode_answer(data)

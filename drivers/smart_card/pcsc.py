"""A thin, typed layer over PC/SC (winscard): contexts, readers, changes, one card at a time.

Not responsible for waiting or for threads (monitor, session). pyscard's own monitors are not used: they die, one
silently, when pcscd restarts. Codes are compared as unsigned 32-bit numbers, as the PC/SC specification writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import smartcard.scard as scard

from drivers.contract.errors import DeviceError, DeviceOffline, InvalidMedia, NoMedia, ProtocolError

PNP = "\\\\?PnP?\\Notification"
NO_SERVICE, SERVICE_STOPPED, RPC_ERROR = 0x8010001D, 0x8010001E, 0x80100013
NO_READERS, UNKNOWN_READER, READER_GONE = 0x8010002E, 0x80100009, 0x80100017
TIMEOUT, CANCELLED = 0x8010000A, 0x80100002
REMOVED, NO_CARD, RESET, UNPOWERED, MUTE = 0x80100069, 0x8010000C, 0x80100068, 0x80100067, 0x80100066
UNSUPPORTED_CARD, INVALID_HANDLE = 0x80100065, 0x80100003
SHARING_VIOLATION, DENIED = 0x8010000B, 0x8010006A
_SERVICE_CODES = {NO_SERVICE, SERVICE_STOPPED, RPC_ERROR, INVALID_HANDLE}
_READER_CODES = {NO_READERS, UNKNOWN_READER, READER_GONE}
_CARD_CODES = {REMOVED, NO_CARD, RESET, UNPOWERED}
SERVICE_LOST, READER_MISSING, IN_USE = "service_lost", "reader_missing", "in_use"


@dataclass(frozen=True)
class Slot:
    """A reader as seen at one moment. `events` counts what happened to its card: a card that was swapped shows."""

    present: bool
    mute: bool
    events: int
    atr: bytes
    raw: int


class Context:
    """One connection to the PC/SC service, for one thread. Raises DeviceOffline when there is no service."""

    def __init__(self) -> None:
        result, self._handle = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        _demand_service(result)

    def close(self) -> None:
        """Let go of it; never raises."""
        scard.SCardReleaseContext(self._handle)

    def readers(self) -> list[str]:
        """Names of all readers; empty when there is none."""
        result, names = scard.SCardListReaders(self._handle, [])
        if _unsigned(result) in _READER_CODES:
            return []
        _demand_service(result)
        return list(names)

    def wait(self, reader: str, known: Slot | None, within_s: float) -> Slot | None:
        """The slot once it differs from `known`, or the list of readers has changed; None after `within_s`.

        An empty `reader` waits for readers only.
        """
        states: list[Any] = [(PNP, 0)]
        if reader:
            states.append((reader, known.raw if known is not None else scard.SCARD_STATE_UNAWARE))
        result, seen = scard.SCardGetStatusChange(self._handle, int(within_s * 1000), states)
        if _unsigned(result) in {TIMEOUT, CANCELLED}:
            return None
        _demand_service(result)
        return _slot(seen[1]) if reader else None

    def connect(self, reader: str) -> Card:
        """Power the card up, for us alone."""
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        result, handle, protocol = scard.SCardConnect(self._handle, reader, scard.SCARD_SHARE_EXCLUSIVE, protocols)
        _demand(result)
        return Card(handle, protocol)


class Card:
    """A powered card."""

    def __init__(self, handle: int, protocol: int) -> None:
        self._handle = handle
        self._pci = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1

    def transmit(self, command: bytes) -> bytes:
        """One command, one answer. PC/SC knows no deadline here: whoever calls must be able to wait."""
        result, answer = scard.SCardTransmit(self._handle, self._pci, list(command))
        _demand(result)
        return bytes(byte & 0xFF for byte in answer)

    def close(self) -> None:
        """Power the card down: what a PIN opened is closed again. Never raises."""
        scard.SCardDisconnect(self._handle, scard.SCARD_UNPOWER_CARD)


def failure(code: int) -> DeviceError:
    """The typed error of a PC/SC code."""
    code = _unsigned(code)
    evidence = f"{code:08X}"
    if code in _SERVICE_CODES:
        return DeviceOffline("the PC/SC service (pcscd) does not run", cause=SERVICE_LOST, code=evidence)
    if code in _READER_CODES:
        return DeviceOffline("the smart-card reader is not connected", cause=READER_MISSING, code=evidence)
    if code in _CARD_CODES:
        return NoMedia("the card was taken out", code=evidence)
    if code in {MUTE, UNSUPPORTED_CARD}:
        return InvalidMedia("the card does not answer to reset: is it the wrong way round?", code=evidence)
    if code == SHARING_VIOLATION:
        return DeviceOffline("another program holds the card in the reader", cause=IN_USE, code=evidence)
    return ProtocolError(f"the card does not work with this reader: {_words(code)}", cause="pcsc", code=evidence)


def _demand(result: int) -> None:
    if result != scard.SCARD_S_SUCCESS:
        raise failure(result)


def _demand_service(result: int) -> None:
    """The same for calls that concern no card: whatever goes wrong there is the service's."""
    if result == scard.SCARD_S_SUCCESS:
        return
    error = failure(result)
    if not isinstance(error, DeviceOffline):
        refused = _unsigned(result) == DENIED  # also said in the moment in which the service dies
        words = "ends, or its policy (polkit) refuses us" if refused else f"refuses: {_words(_unsigned(result))}"
        hint = f"the PC/SC service (pcscd) {words}"
        error = DeviceOffline(hint, cause=SERVICE_LOST, code=f"{_unsigned(result):08X}")
    raise error


def _slot(state: Sequence[Any]) -> Slot:
    _, flags, atr = state
    present = bool(flags & scard.SCARD_STATE_PRESENT)
    mute = bool(flags & scard.SCARD_STATE_MUTE)
    return Slot(
        present, mute, flags >> 16 & 0xFFFF, bytes(byte & 0xFF for byte in atr), flags & ~scard.SCARD_STATE_CHANGED
    )


def _words(code: int) -> str:
    return str(scard.SCardGetErrorMessage(code)).split("(")[0].strip().rstrip(".")


def _unsigned(code: int) -> int:
    return code & 0xFFFFFFFF

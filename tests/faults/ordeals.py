"""What each device goes through in a campaign: its faults, how they are taken back, and the commands meanwhile.

A new role is one function here and one line in ORDEALS.
"""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from drivers.contract.base import Command
from drivers.contract.commands import (
    GetReport,
    PrintDocument,
    PrintReceipt,
    ProbeCard,
    ReadIdCard,
    SelfTest,
    StartPreview,
    StopPreview,
    TakePhoto,
)
from drivers.contract.panel import FlashRate, GuideLight, SetGuideLight
from drivers.contract.scanner import ScanCode
from drivers.contract.smart_card import ReadBankCard, ReadSocialSecurityCard
from drivers.contract.values import CutBlock, QrBlock, Receipt, TextBlock
from tests.drivers.vectors import RESIDENT
from tests.wire.conftest import Twin
from tests.wire.papers import pdf
from tests.wire.pcsc import Pcsc

WIRE_FAULTS = (
    "silent",
    "slow",
    "garbage",
    "byte_at_a_time",
    "bad_checksum",
    "truncated",
    "wrong_length",
    "stale",
    "noise",
)
"""Every fault of drivers.virtual.faults that is taken back by naming "none"; vanish is unplug here."""
KILLED, STOPPED = "killed", "stopped"
"""Faults of the host instead of the device."""


@dataclass(frozen=True)
class Fault:
    """`begin` makes it, `end` takes it back."""

    name: str
    begin: Callable[[], object] = lambda: None
    end: Callable[[], object] = lambda: None


WELL = Fault("well")
"""No fault, so that a good device is seen to work meanwhile."""


@dataclass(frozen=True)
class Ordeal:
    """One device: its table in the profile, its faults, and commands with deadlines of `within_s`."""

    role: str
    table: Mapping[str, Any]
    faults: tuple[Fault, ...]
    commands: tuple[Callable[[], Command], ...]
    within_s: tuple[float, float] = (0.1, 0.6)
    always: bool = False
    """Only the faults that are named here, and always one."""

    def pick(self, dice: random.Random) -> tuple[Fault, ...]:
        """What goes wrong: of twenty, two kills of the host and one stop; one time in ten two things at once."""
        if self.always:
            return (dice.choice(self.faults),)
        fate = dice.random()
        first = Fault(KILLED) if fate < 0.1 else Fault(STOPPED) if fate < 0.15 else dice.choice((WELL, *self.faults))
        return (first, dice.choice(self.faults)) if dice.random() < 0.1 else (first,)


def free_port() -> str:
    """One that nobody gets by chance while its device is unplugged: below those that the kernel gives away."""
    for port in range(20000 + os.getpid() % 1000 * 10, 32000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return str(port)
    raise RuntimeError("no free port")


def id_card(start: Callable[..., Twin]) -> Ordeal:
    """A SAM_V reader with a card on it."""
    device = start("id_card", "--port", free_port())

    def put() -> None:
        device.do("POST", "/card", text_block=RESIDENT.hex())

    put()
    lifted = Fault("card lifted", lambda: device.do("DELETE", "/card"), put)
    return Ordeal(
        "id_card",
        {"driver": "sam_v", "port": f"socket://127.0.0.1:{device.port}"},
        (*_common(device), *_common(device)[-1:], lifted, _named(device, "sam_failed")),
        (ReadIdCard, ReadIdCard, ProbeCard, GetReport, SelfTest),
    )


def receipt(start: Callable[..., Twin]) -> Ordeal:
    """An ESC/POS printer."""
    device = start("receipt_printer", "--port", free_port())
    slip = Receipt((TextBlock("办理回执：㛃𠮷"), QrBlock("https://example.org/1"), CutBlock()))

    def paper(state: str) -> Fault:
        return Fault(f"paper {state}", lambda: device.do("POST", "/paper", state=state), lambda: _refill(device))

    return Ordeal(
        "receipt",
        {"driver": "escpos", "port": f"tcp://127.0.0.1:{device.port}"},
        (*_common(device), paper("out"), paper("near_end"), _named(device, "cover_open")),
        (lambda: PrintReceipt(slip), lambda: PrintReceipt(slip), GetReport, SelfTest),
    )


def document(start: Callable[..., Twin]) -> Ordeal:
    """An IPP printer."""
    device = start("document_printer", "--port", free_port(), "--seconds-per-sheet", "0.05")
    paper = PrintDocument(pdf(2), hold_s=0.3)

    def end() -> None:
        device.do("POST", "/fault", fault="none")
        device.do("POST", "/clear")
        device.do("POST", "/tray", tray="main", sheets=250)
        device.do("POST", "/toner", percent=80)

    own = [
        Fault(name, lambda name=name: device.fault(name), end)
        for name in ("media-jam", "cover-open", "http-error", "busy", "drip")
    ]
    empty = Fault("tray empty", lambda: device.do("POST", "/tray", tray="main", sheets=0), end)
    trapped = Fault("jam at sheet 2", lambda: device.do("POST", "/jam", at_sheet=2), end)
    return Ordeal(
        "document",
        {"driver": "ipp", "port": f"ipp://127.0.0.1:{device.port}/ipp/print"},
        (*_common(device, end), *own, empty, trapped),
        (lambda: paper, lambda: paper, GetReport, SelfTest),
        (0.2, 1.0),
    )


def camera(start: Callable[..., Twin]) -> Ordeal:
    """An MJPEG camera."""
    device = start("camera", "--port", free_port())
    own = [_named(device, name) for name in ("frozen", "black", "bright", "slow")]
    return Ordeal(
        "camera",
        {"driver": "opencv", "port": f"http://127.0.0.1:{device.port}/stream"},
        (*own, _unplugged(device)),
        (StartPreview, TakePhoto, StopPreview, GetReport),
        (0.2, 0.8),
    )


def smart_card(start: Callable[..., Twin], service: Pcsc) -> Ordeal:
    """A card in a reader of a real PC/SC service."""
    device = start("smart_card", "--port", str(service.port))

    def put() -> None:
        device.do("POST", "/card", kind="social_security", name="张㛃")

    put()
    out = Fault("card out", lambda: device.do("DELETE", "/card"), put)
    swap = Fault("card swapped", lambda: device.do("POST", "/swap"), put)
    pulled = Fault("card pulled", lambda: device.do("POST", "/pull", after=2), put)
    restarted = Fault("service restarted", service.kill, service.start)
    wire = [_named(device, name) for name in ("silent", "garbage", "truncated", "stale", "no_status", "endless_61")]
    return Ordeal(
        "smart_card",
        {"driver": "pcsc", "port": "any"},
        (*wire, out, swap, pulled, restarted),
        (ReadSocialSecurityCard, ReadSocialSecurityCard, ReadBankCard, GetReport),
    )


def scanner(start: Callable[..., Twin]) -> Ordeal:
    """A Newland module, which confirms what it is told, with a code in front of it."""
    device = start("scanner", "--family", "newland", "--port", free_port())

    def hold() -> None:
        device.do("POST", "/code", text="https://example.org/1")

    hold()
    away = Fault("no code", lambda: device.do("DELETE", "/code"), hold)
    own = [_named(device, name) for name in ("nak", "wrong_ack", "no_trigger_answer", "two_bursts", "too_long")]
    return Ordeal(
        "scanner",
        {"driver": "newland", "port": f"socket://127.0.0.1:{device.port}"},
        (*_common(device), *own, away),
        (ScanCode, ScanCode, GetReport),
    )


def panel(start: Callable[..., Twin]) -> Ordeal:
    """A board with doors, lights and a pad."""
    device = start("panel", "--port", free_port())
    own = [_named(device, name) for name in ("refuse", "wrong_light", "event_lost")]
    restart = Fault("restarted", lambda: device.do("POST", "/restart"))
    flood = Fault("flood", lambda: device.do("POST", "/flood", events=500, a_second=2000))
    return Ordeal(
        "panel",
        {"driver": "doorstep", "port": f"socket://127.0.0.1:{device.port}"},
        (*_common(device), *own, restart, flood),
        (lambda: SetGuideLight(GuideLight.ID_CARD, FlashRate.QUICK), GetReport),
    )


ORDEALS: tuple[tuple[Callable[[Callable[..., Twin]], Ordeal], int], ...] = (
    (id_card, 5),
    (receipt, 5),
    (document, 3),
    (camera, 3),
    (scanner, 5),
    (panel, 6),
)
"""Every role but the smart card, and its share of the events: quick devices have more."""
SMART_CARD_SHARE = 3


def _named(device: Twin, name: str, end: Callable[[], object] | None = None) -> Fault:
    return Fault(name, lambda: device.fault(name), end or (lambda: device.fault("none")))


def _unplugged(device: Twin) -> Fault:
    return Fault("unplugged", lambda: device.do("POST", "/unplug"), lambda: device.do("POST", "/plug"))


def _common(device: Twin, end: Callable[[], object] | None = None) -> tuple[Fault, ...]:
    return (*(_named(device, name, end) for name in WIRE_FAULTS), _unplugged(device))


def _refill(device: Twin) -> None:
    device.do("POST", "/paper", state="ok")
    device.fault("none")

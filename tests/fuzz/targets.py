"""Every parser of bytes that come from outside, as something a fuzzer can call. A new parser is one line in TARGETS.

A parser may raise its typed errors and nothing else, and no input may keep it for longer than this processor needs for
SLOWEST_LOOPS rounds of an empty loop (about a fifth of a second on a machine of 2020). Where an answer may arrive in
portions, the first byte of the input says how large they are, and the outcome has to be the same as when all comes at
once.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.contract.errors import DeviceError, InvalidMedia, ProtocolError
from kiosk.ipc.messages import NOT_UNDERSTOOD
from tests.fuzz import cards, lines, local, paper, wires
from tests.fuzz.portions import Seeds

SLOWEST_LOOPS, TRIES = 8_000_000, 3
SURELY_QUICK_S = 0.1
YARDSTICK_LOOPS = 1_000_000


class TooSlow(Exception):
    """An input kept its parser for longer than SLOWEST_LOOPS take here."""


@dataclass(frozen=True)
class Target:
    """`name` is part.parser, `errors` what it may raise.

    `longest`: of what a reader would hand it at once, or enough to go everywhere in it.
    """

    name: str
    parse: Callable[[bytes], object]
    seeds: Seeds
    errors: tuple[type[Exception], ...] = (ProtocolError,)
    longest: int = 4096

    @property
    def part(self) -> str:
        """Whose parser it is."""
        return self.name.partition(".")[0]

    def try_input(self, data: bytes) -> None:
        """Raises what must not come out, or TooSlow when no try was quick: the garbage collector may fall into one."""
        if all(self._is_slow(data) for _ in range(TRIES)):
            raise TooSlow(f"{self.name} takes too long for {len(data)} bytes: {data[:64].hex(' ')} …")

    def _is_slow(self, data: bytes) -> bool:
        took_s = self._took_s(data)
        return took_s > SURELY_QUICK_S and took_s > _yardstick_s() * SLOWEST_LOOPS / YARDSTICK_LOOPS

    def _took_s(self, data: bytes) -> float:
        began = time.thread_time()  # of the processor: the machine has other work too
        with contextlib.suppress(*self.errors):
            self.parse(data)
        return time.thread_time() - began


def _yardstick_s() -> float:
    began = time.thread_time()
    for _ in range(YARDSTICK_LOOPS):
        pass
    return time.thread_time() - began


TARGETS = (
    Target("id_card.frames", cards.sam_v_frames, cards.SAM_V_FRAMES, ()),
    Target("id_card.layouts", cards.layout, cards.LAYOUTS, (InvalidMedia,), 326),
    Target("id_card.sam_v", cards.sam_v_module, cards.SAM_V_TALKS, (DeviceError,)),
    Target("id_card.multi_card_frames", cards.multi_card_frames, cards.MULTI_CARD_FRAMES, ()),
    Target("id_card.multi_card", cards.multi_card_module, cards.MULTI_CARD_TALKS, (DeviceError,)),
    Target("smart_card.tlv", cards.tlv_tree, cards.TLV),
    Target("smart_card.bank", cards.bank, cards.BANK, (DeviceError,)),
    Target("smart_card.social_security", cards.social, cards.SOCIAL, (DeviceError,)),
    Target("smart_card.technician", cards.technician_card, cards.TECHNICIAN, (DeviceError,)),
    Target("receipt.demultiplexer", paper.demultiplexer, paper.STATUS_STREAMS, (), 256),
    Target("receipt.status_words", paper.status_words, paper.STATUS_WORDS, (), 64),
    Target("receipt.conversation", paper.conversation, paper.TALKS, (DeviceError,), 256),
    Target("document.ipp", paper.ipp, paper.IPP),
    Target("document.supplies", paper.supplies, paper.SUPPLIES, (), 512),
    Target("scanner.gm65", wires.gm65_replies, wires.GM65, ()),
    Target("scanner.newland", wires.newland_replies, wires.NEWLAND, ()),
    Target("scanner.nt0861", wires.nt0861_replies, wires.NT0861),
    Target("scanner.serial", wires.serial_scanner, wires.SCANS, (DeviceError,)),
    Target("scanner.keys", wires.typed_keys, wires.KEYS, ()),
    Target("panel.frames", wires.panel_frames, wires.PANEL, (), 512),
    Target("panel.bodies", wires.panel_bodies, wires.PANEL_BODIES),
    Target("transport.telnet", wires.telnet_stream, wires.TELNET, (), 512),
    Target("transport.addresses", wires.addresses, wires.ADDRESSES, (ValueError,), 256),
    Target("own.client", local.envelopes_to_client, local.TO_CLIENT, NOT_UNDERSTOOD),
    Target("own.server", local.envelopes_to_server, local.TO_SERVER, NOT_UNDERSTOOD),
    Target("own.camera_ring", local.frame_ring, local.FRAME_HEADS, (), 64),
    Target("own.history", local.history, local.HISTORIES, ()),
    Target("line.signed_text", lines.signed_text, lines.SIGNED, (), 512),
    Target("line.parcel", lines.parcel, lines.PARCELS, lines.PARCEL_ERRORS, 1024),
    Target("line.request_signature", lines.request_signature, lines.SIGNATURES, lines.REFUSED, 512),
    Target("line.slip", lines.slip, lines.SLIPS, (), 512),
)
BY_NAME = {target.name: target for target in TARGETS}

"""Reading a full card through host and driver, over a line of 115200 and of 9600 baud.

`wire` is how long the answers alone take on such a line, `loop` what a bare loop of writes and reads needs for the
same requests on the same line. Only the twin's answers are paced.
"""

from __future__ import annotations

import os
import select
import tempfile
import time
import tty
from pathlib import Path

from drivers.contract.commands import ReadIdCard
from drivers.contract.values import IdCard
from drivers.id_card.frames import AnswerParser, Command, encode_request
from kiosk.bench.figures.figure import Figure, ms
from kiosk.bench.figures.rig import Device, RigError, one_host
from kiosk.bench.quantile import quantile

BAUDS = (115200, 9600)
AT_MOST = 1.10
"""Of the wire's own time."""
_BITS_A_BYTE = 10
_REQUESTS = (Command.FIND_CARD, Command.SELECT_CARD, Command.READ_TEXT_PHOTO, Command.READ_NEW_ADDRESS)
_ROUNDS_LIMIT = {9600: 5}


def measure(rounds: int) -> list[Figure]:
    """One figure a speed."""
    return [_at(baud, min(rounds, _ROUNDS_LIMIT.get(baud, rounds))) for baud in BAUDS]


def _at(baud: int, rounds: int) -> Figure:
    with tempfile.TemporaryDirectory(prefix="figures-") as folder:
        port = str(Path(folder) / "tty")
        with Device("id_card", "--pty", port, "--baud", str(baud), "--no-lift") as device:
            device.do("POST", "/card", text_block=sample_block().hex())
            answers = [_bare(port) for _ in range(rounds)]
            with one_host("id_card", {"driver": "sam_v", "port": port, "baud": baud}) as host:
                times = []
                for _ in range(rounds):
                    began = time.monotonic()
                    card = host.client.call(ReadIdCard(), 60.0)
                    times.append(time.monotonic() - began)
                    if not isinstance(card, IdCard):
                        raise RigError("the card was not read")
    wire_s = answers[0][1] * _BITS_A_BYTE / baud
    loop_s = quantile([took for took, _ in answers], 0.5)
    read_s = quantile(times, 0.5)
    beside = {"read_ms": ms(read_s), "wire_ms": ms(wire_s), "loop_ms": ms(loop_s), "rounds": float(rounds)}
    return Figure(f"full card at {baud}", round(read_s / wire_s, 3), "of the wire", AT_MOST, beside)


def _bare(port: str) -> tuple[float, int]:
    """Time and bytes of the same answers, without a driver."""
    line = os.open(port, os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(line)
        began, heard = time.monotonic(), 0
        for command in _REQUESTS:
            os.write(line, encode_request(command))
            parser, answer = AnswerParser(), None
            while answer is None:
                if not select.select([line], [], [], 10.0)[0]:
                    raise RigError("the virtual reader is silent")
                data = os.read(line, 4096)
                heard += len(data)
                answer = parser.feed(data)
        return time.monotonic() - began, heard
    finally:
        os.close(line)


def sample_block() -> bytes:
    """The text of a resident card that nobody has; its number's check character is right."""
    fields = (
        ("张三", 15),
        ("1", 1),
        ("01", 2),
        ("19491231", 8),
        ("广东省广州市天河区车陂街一号", 35),
        ("11010519491231002X", 18),
        ("广州市公安局天河分局", 15),
        ("20200101", 8),
        ("20400101", 8),
        ("", 18),
    )
    return "".join(text.ljust(width) for text, width in fields).encode("utf-16-le")

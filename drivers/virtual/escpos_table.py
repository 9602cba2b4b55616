"""How long each ESC/POS command is, so that what this printer does not do is skipped and not printed as text.

Not responsible for what commands mean. Parameter counts from Epson's command reference, as other encoders use them.
"""

from __future__ import annotations

from collections.abc import Callable


class Starved(Exception):
    """More bytes are needed to know where the command ends."""


_FIXED: dict[bytes, int] = {
    **dict.fromkeys((b"\t", b"\n", b"\x0c", b"\r", b"\x18", b"\x00"), 1),
    # ESC
    **dict.fromkeys((b"\x1b\x0c", b"\x1b2", b"\x1b<", b"\x1b@", b"\x1bL", b"\x1bS", b"\x1bi", b"\x1bm", b"\x1bv"), 2),
    **dict.fromkeys((b"\x1b" + bytes([second]) for second in b" !%-3=?AEGJKMRTUVadertu{"), 3),
    **dict.fromkeys((b"\x1b$", b"\x1b\\", b"\x1bc"), 4),
    b"\x1bp": 5,
    b"\x1bW": 10,
    # FS
    **dict.fromkeys((b"\x1c&", b"\x1c."), 2),
    **dict.fromkeys((b"\x1c!", b"\x1c-", b"\x1cC", b"\x1cW"), 3),
    **dict.fromkeys((b"\x1c?", b"\x1cS", b"\x1cp"), 4),
    b"\x1c2": 4 + 72,
    # GS
    **dict.fromkeys((b"\x1d:", b"\x1dc"), 2),
    **dict.fromkeys((b"\x1d" + bytes([second]) for second in b"!#/BEHITabfhrwx\xe0"), 3),
    **dict.fromkeys((b"\x1d$", b"\x1dL", b"\x1dP", b"\x1dW", b"\x1d\\"), 4),
    **dict.fromkeys((b"\x1d^", b"\x1de"), 5),
    b"\x1d\xe1": 2,
}


def size_of(data: bytes | bytearray, start: int = 0) -> int:
    """Bytes of the command or character at `start`; 0 when no table knows it; Starved when it is cut short."""
    first = _at(data, start)
    if first >= 0x80:
        second = _at(data, start + 1)
        return 2 if second >= 0x40 else 1  # the second byte of a Chinese character is never a control
    if first == 0x10:
        return _real_time(data, start)
    if first not in b"\x1b\x1c\x1d":
        return 1
    head = bytes([first, _at(data, start + 1)])
    if head in _FIXED:
        size = _FIXED[head]
    elif head in _COUNTED:
        size = _COUNTED[head](data, start)
    else:
        return 0
    _at(data, start + size - 1)
    return size


def _at(data: bytes | bytearray, index: int) -> int:
    if index >= len(data):
        raise Starved
    return data[index]


def _word(data: bytes | bytearray, index: int, size: int = 2) -> int:
    _at(data, index + size - 1)
    return int.from_bytes(data[index : index + size], "little")


def _real_time(data: bytes | bytearray, start: int) -> int:
    """DLE EOT n, DLE ENQ n, DLE DC4 fn."""
    second = _at(data, start + 1)
    if second in {0x04, 0x05}:
        number = _at(data, start + 2)
        size = 4 if second == 0x04 and number in {7, 8, 18} else 3
        _at(data, start + size - 1)
        return size
    if second == 0x14:
        size = {1: 5, 2: 5, 3: 5, 6: 4, 7: 4, 8: 10}.get(_at(data, start + 2), 3)
        _at(data, start + size - 1)
        return size
    return 1


def _until_nul(data: bytes | bytearray, index: int) -> int:
    end = data.find(0, index)
    if end < 0:
        raise Starved
    return end + 1


def _bit_image(data: bytes | bytearray, start: int) -> int:
    """ESC * m nL nH d…"""
    mode = _at(data, start + 2)
    return 5 + _word(data, start + 3) * (3 if mode in {32, 33} else 1)


def _user_characters(data: bytes | bytearray, start: int) -> int:
    """ESC & y c1 c2 [x d…]…"""
    rows, first, last = (_at(data, start + at) for at in (2, 3, 4))
    size = 5
    for _ in range(max(0, last - first + 1)):
        size += 1 + rows * _at(data, start + size)
    return size


def _raster(data: bytes | bytearray, start: int) -> int:
    """GS v 0 m xL xH yL yH d…"""
    return 8 + _word(data, start + 4) * _word(data, start + 6)


def _graphics(data: bytes | bytearray, start: int) -> int:
    """GS 8 L p1 p2 p3 p4 …"""
    return 7 + _word(data, start + 3, 4)


def _counted(data: bytes | bytearray, start: int) -> int:
    """GS ( X pL pH …, FS ( X pL pH …, ESC ( X pL pH …"""
    return 5 + _word(data, start + 3)


def _cut(data: bytes | bytearray, start: int) -> int:
    """GS V m [n]"""
    return 3 if _at(data, start + 2) in {0, 1, 48, 49} else 4


def _bar_code(data: bytes | bytearray, start: int) -> int:
    """GS k m d… NUL, GS k m n d…"""
    if _at(data, start + 2) <= 6:
        return _until_nul(data, start + 3) - start
    return 4 + _at(data, start + 3)


def _down_loaded(data: bytes | bytearray, start: int) -> int:
    """GS * x y d…"""
    return 4 + _at(data, start + 2) * _at(data, start + 3) * 8


def _counter(data: bytes | bytearray, start: int) -> int:
    """GS C 0 n m, GS C 1 …, GS C 2 nL nH, GS C ; …"""
    third = _at(data, start + 2)
    if third in b";":
        return _until_nul(data, start + 3) - start
    return {0x30: 5, 0x31: 9, 0x32: 5}.get(third, 3)


def _maintenance(data: bytes | bytearray, start: int) -> int:
    """GS g 0 m nL nH, GS g 2 m nL nH"""
    return 6


def _variable_raster(data: bytes | bytearray, start: int) -> int:
    """GS Q 0 m xL xH yL yH d…"""
    return 8 + _word(data, start + 4) * ((_word(data, start + 6) + 7) // 8)


def _user_memory(data: bytes | bytearray, start: int) -> int:
    """FS g 1 m a1 a2 a3 a4 nL nH d…, FS g 2 m a1 a2 a3 a4 nL nH"""
    return 10 + (_word(data, start + 8) if _at(data, start + 2) == 0x31 else 0)


def _stored_images(data: bytes | bytearray, start: int) -> int:
    """FS q n [xL xH yL yH d…]…"""
    size = 3
    for _ in range(_at(data, start + 2)):
        size += 4 + _word(data, start + size) * _word(data, start + size + 2) * 8
    return size


def _tabs(data: bytes | bytearray, start: int) -> int:
    """ESC D n… NUL"""
    return _until_nul(data, start + 2) - start


def _star(data: bytes | bytearray, start: int) -> int:
    """ESC GS …: the line mode of Star's printers."""
    third = _at(data, start + 2)
    if third == 0x29:
        return 6 + _word(data, start + 4)
    if third == 0x79:
        fourth = _at(data, start + 3)
        if fourth == 0x44:
            return 7 + _word(data, start + 5)
        return {0x53: 6, 0x50: 4, 0x49: 4}.get(fourth, 4)
    return {0x41: 5, 0x50: 4, 0x61: 4, 0x74: 4, 0x68: 5, 0x03: 6, 0x19: 5}.get(third, 4)


_COUNTED: dict[bytes, Callable[[bytes | bytearray, int], int]] = {
    b"\x1b*": _bit_image,
    b"\x1b&": _user_characters,
    b"\x1b(": _counted,
    b"\x1bD": _tabs,
    b"\x1b\x1d": _star,
    b"\x1c(": _counted,
    b"\x1cg": _user_memory,
    b"\x1cq": _stored_images,
    b"\x1d(": _counted,
    b"\x1d*": _down_loaded,
    b"\x1d8": _graphics,
    b"\x1dC": _counter,
    b"\x1dQ": _variable_raster,
    b"\x1dV": _cut,
    b"\x1dg": _maintenance,
    b"\x1dk": _bar_code,
    b"\x1dv": _raster,
}

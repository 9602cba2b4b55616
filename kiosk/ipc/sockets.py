"""Ending a connection while other threads are inside it.

Closing a descriptor does not wake a thread that blocks in it, and lets the kernel give its number to another
file, which that thread would then write to. So connections are shut down; the last reference closes them.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from multiprocessing.connection import Connection


def hang_up(connection: Connection) -> None:
    """Shut the connection down: whoever reads sees its end, whoever writes gets an error. Safe to repeat."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as peer:
        peer.shutdown(socket.SHUT_RDWR)


def limit_sending(peer: socket.socket, within_s: float) -> None:
    """Let a send that makes no progress for `within_s` seconds fail with OSError."""
    whole_s = int(within_s)
    timeval = struct.pack("ll", whole_s, int((within_s - whole_s) * 1_000_000))
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)

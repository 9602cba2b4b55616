"""How much the host of a role may take: a driver that leaks memory or descriptors ends alone, and nobody else suffers.

RLIMIT_DATA counts what a process may write and shares with nobody (heap, anonymous maps, stacks of threads); code and
libraries do not count. Past it allocations fail: Python raises MemoryError, which is a bug like another and ends the
host; the supervisor starts it again.

Measured with the virtual devices at work, in MiB of data: 142 for any host (threads' stacks, most of it never touched),
185 for a slip of 40 lines, 200 for 20 pages printed and drawn, 330 for a preview. The limits leave room for four times
as much and more: they are there for what grows without end. A host that can open no descriptor any more gives no sign
of life (drivers.liveness).
"""

from __future__ import annotations

import resource
from collections.abc import Mapping

from drivers.contract.status import DeviceRole

MIB = 1024 * 1024
LIMIT_MIB: Mapping[DeviceRole, int] = {
    DeviceRole.ID_CARD: 512,
    DeviceRole.SMART_CARD: 512,
    DeviceRole.RECEIPT: 768,
    DeviceRole.DOCUMENT: 1536,
    DeviceRole.CAMERA: 2048,
    DeviceRole.DOCUMENT_CAMERA: 2048,
    DeviceRole.SCANNER: 512,
    DeviceRole.PANEL: 512,
}
DESCRIPTORS = 256
"""The busiest host, a camera's, has fewer than 40 open."""


def limit_resources(role: DeviceRole) -> None:
    """Hold this process to its role's limits; lower ones that are set already stay."""
    _limit(resource.RLIMIT_DATA, LIMIT_MIB[role] * MIB)
    _limit(resource.RLIMIT_NOFILE, DESCRIPTORS)


def _limit(what: int, wanted: int) -> None:
    _, hard = resource.getrlimit(what)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(what, (allowed, allowed))

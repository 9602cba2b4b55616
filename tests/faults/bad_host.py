"""The real host with a driver that misbehaves: `python -m tests.faults.bad_host KIND ROLE --socket … --config …`."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping

import drivers.host
import drivers.limits
import drivers.liveness
from drivers.contract.commands import (
    Acknowledged,
    DeviceCommand,
    DeviceNotice,
    DeviceResult,
    TestReport,
)
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from kiosk.ipc import Control

LEAK_LIMIT_MIB = 256
LONG_S = 4.5
"""How long the command of the slow driver takes: longer than the watchdogs of the tests."""


class Quiet:
    """A driver that is well."""

    role = DeviceRole.SMART_CARD

    def report(self, control: Control) -> DeviceReport:
        return DeviceReport(self.role, DeviceState.ONLINE)

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        return Acknowledged()

    def self_test(self, control: Control) -> TestReport:
        return TestReport(True, ())

    def close(self) -> None:
        pass


class NeverBack(Quiet):
    """Its self-test never ends, whatever its deadline says."""

    def self_test(self, control: Control) -> TestReport:
        while True:
            time.sleep(60)


class HoldsTheInterpreter(Quiet):
    """Its self-test never lets another thread of its process run again."""

    def self_test(self, control: Control) -> TestReport:
        import ctypes

        ctypes.PyDLL(None).pause()  # a C call that keeps the interpreter's lock
        raise AssertionError("pause() came back")


class Slow(Quiet):
    """Its self-test takes long, and is allowed to."""

    def self_test(self, control: Control) -> TestReport:
        control.wait(LONG_S)
        return TestReport(True, ())


class Leaks(Quiet):
    """Keeps everything it ever had."""

    def watch(self, tell: Callable[[DeviceNotice], None]) -> None:
        threading.Thread(target=self._leak, daemon=True).start()

    def _leak(self) -> None:
        kept = []
        while True:
            kept.append(b"x" * (4 << 20))
            time.sleep(0.005)


class LeaksDescriptors(Quiet):
    """Opens and never closes."""

    def watch(self, tell: Callable[[DeviceNotice], None]) -> None:
        threading.Thread(target=self._leak, daemon=True).start()

    def _leak(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                os.dup(0)
            time.sleep(0.002)


class Floods(Quiet):
    """Tells news without end."""

    def watch(self, tell: Callable[[DeviceNotice], None]) -> None:
        threading.Thread(target=self._flood, args=(tell,), daemon=True).start()

    def _flood(self, tell: Callable[[DeviceNotice], None]) -> None:
        number = 0
        while True:
            number += 1
            tell(DeviceReport(self.role, DeviceState.ONLINE, hint=f"{number} {'x' * 2000}"))


class ThreadDies(Quiet):
    """A thread of its own dies of a bug when it is asked for a self-test."""

    def self_test(self, control: Control) -> TestReport:
        threading.Thread(target=lambda: 1 // 0, daemon=True).start()
        return TestReport(True, ())


KINDS: Mapping[str, type[Quiet]] = {
    "quiet": Quiet,
    "never_back": NeverBack,
    "holds_the_interpreter": HoldsTheInterpreter,
    "slow": Slow,
    "leaks": Leaks,
    "leaks_descriptors": LeaksDescriptors,
    "floods": Floods,
    "thread_dies": ThreadDies,
}


def main() -> int:
    """Host the bad driver."""
    kind = KINDS[sys.argv.pop(1)]
    drivers.host.build_driver = lambda role, config, folder: kind()
    drivers.liveness.OVERDUE_S = 0.5
    drivers.limits.LIMIT_MIB = dict.fromkeys(DeviceRole, LEAK_LIMIT_MIB)
    return drivers.host.main()


if __name__ == "__main__":
    sys.exit(main())

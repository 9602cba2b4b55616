"""The smart-card driver: waits for a card, has one of the applications read it, and tells the reader's state.

Not responsible for PC/SC (pcsc), for watching (monitor) nor for a card's content (social_security, bank, technician).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from drivers.contract.commands import (
    CardSeen,
    DeviceCommand,
    DeviceNotice,
    DeviceResult,
    GetReport,
    TestReport,
    TestStep,
)
from drivers.contract.errors import (
    DeviceError,
    DeviceFault,
    DeviceOffline,
    DeviceTimeout,
    InvalidMedia,
    NoMedia,
    ProtocolError,
    UnsupportedCommand,
)
from drivers.contract.smart_card import ProveTechnician, ReadBankCard, ReadSocialSecurityCard, TechnicianProof
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, MediaState
from drivers.smart_card import bank, social_security, technician
from drivers.smart_card.apdu import Send
from drivers.smart_card.atr import kind_of
from drivers.smart_card.monitor import Monitor, Sight
from drivers.smart_card.session import NotYetThere, Sessions
from kiosk.ipc import Control, DeadlineExceeded

T = TypeVar("T")
FIRST_SIGHT_S = 2.0
TURN_S = 0.1
NOTICED_WITHIN_S = 0.6


class PcscReader:
    """The reader whose PC/SC name contains `name`; any reader when it is empty."""

    role = DeviceRole.SMART_CARD

    def __init__(self, name: str) -> None:
        self._tell: Callable[[DeviceNotice], None] = lambda notice: None
        self._monitor = Monitor(name, self._seen)
        self._sessions = Sessions()

    def watch(self, tell: Callable[[DeviceNotice], None]) -> None:
        """Cards, readers and the service come and go: tell it when it happens."""
        self._tell = tell
        self._monitor.start()

    def report(self, control: Control) -> DeviceReport:
        """The state as watched; asks nothing of the card."""
        return self._describe(self._look(control))

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """ReadSocialSecurityCard, ReadBankCard, ProveTechnician and GetReport."""
        match command:
            case ReadSocialSecurityCard():
                return self._with_card(social_security.read, control)
            case ReadBankCard():
                return self._with_card(lambda send: bank.read(send, command.whole_number), control)
            case ProveTechnician():
                return self._with_card(_prover(command), control)
            case GetReport():
                return self.report(control)
            case _:
                raise UnsupportedCommand(f"{type(command).__name__} is not for a smart-card reader")

    def self_test(self, control: Control) -> TestReport:
        """Is the service there, the reader, a card?"""
        sight = self._monitor_started().sight(min(FIRST_SIGHT_S, control.remaining_s))
        trouble = sight.trouble if sight is not None else DeviceTimeout("nothing was seen yet")
        cause = trouble.evidence.get("cause") if trouble is not None else ""
        lost = sight is None or cause == "service_lost"
        steps = [_step("PC/SC service", "runs", lost, trouble, "start pcscd, then look at its log")]
        if not lost:
            name = sight.reader if sight is not None else ""
            advice = "check cable and power of the reader, then replace it"
            steps.append(_step("reader", name, not name, trouble, advice))
        if sight is not None and sight.slot is not None:
            seen = "none in the reader" if not sight.card else "mute" if sight.slot.mute else kind_of(sight.slot.atr)
            advice = "put the card in the other way round, or try another one" if sight.slot.mute else ""
            steps.append(TestStep("card", seen, not sight.slot.mute, advice))
        return TestReport(all(step.passed for step in steps), tuple(steps))

    def close(self) -> None:
        """Stop watching; the next command begins again."""
        self._monitor.close()

    def _with_card(self, work: Callable[[Send], T], control: Control) -> T:
        """Wait for a card and do the work on it.

        NoMedia when none came or it was pulled, InvalidMedia when it speaks nonsense, DeviceTimeout when it is mute.
        """
        told = False
        while True:
            try:
                control.check()
                sight = self._wait_card(control)
            except DeadlineExceeded:
                raise NoMedia("no card within the deadline") from None
            if not told:
                control.emit(CardSeen())
            told = True
            try:
                return self._sessions.run(sight.reader, work, control)
            except DeadlineExceeded:
                raise DeviceTimeout("the card does not answer") from None
            except NotYetThere:
                self._monitor.wait_change(sight, min(TURN_S, control.remaining_s))
            except (ProtocolError, DeviceFault) as error:
                self._blame(error, sight, control)
                # The reader is well; a report of its own must not suffer for one citizen's card.
                raise InvalidMedia(error.hint, **error.evidence) from error

    def _blame(self, error: DeviceError, sight: Sight, control: Control) -> None:
        """A card pulled in the middle of an answer first looks like noise; NoMedia once the reader has noticed."""
        if error.evidence.get("cause") in {"pcsc", "truncated"}:
            self._monitor.wait_change(sight, min(NOTICED_WITHIN_S, control.remaining_s))
            if self._monitor.sight() != sight:
                raise NoMedia("the card was taken out while it was read") from error

    def _wait_card(self, control: Control) -> Sight:
        while True:
            sight = self._look(control)
            if sight.card:
                return sight
            self._monitor.wait_change(sight, min(TURN_S, control.remaining_s))
            control.check()

    def _look(self, control: Control) -> Sight:
        """What is seen; DeviceOffline when there is no service or no reader."""
        sight = self._monitor_started().sight(min(FIRST_SIGHT_S, control.remaining_s))
        if sight is None:
            control.check()
            raise DeviceOffline("the PC/SC service does not answer", cause="service_lost")
        if sight.trouble is not None:
            raise sight.trouble
        return sight

    def _monitor_started(self) -> Monitor:
        self._monitor.start()
        return self._monitor

    def _seen(self, sight: Sight) -> None:
        self._tell(self._describe(sight))

    def _describe(self, sight: Sight) -> DeviceReport:
        if sight.trouble is not None:
            error = sight.trouble
            return DeviceReport(self.role, DeviceState.OFFLINE, reason=error.kind, hint=error.hint)
        media = MediaState.PRESENT if sight.card else MediaState.NOT_PRESENT
        return DeviceReport(self.role, DeviceState.ONLINE, media, model=sight.reader)


def _prover(command: ProveTechnician) -> Callable[[Send], TechnicianProof]:
    """The work of a proof; UnsupportedCommand for a challenge or PIN that no card could take."""
    if len(command.challenge) != technician.CHALLENGE_BYTES:
        raise UnsupportedCommand(f"a challenge has {technician.CHALLENGE_BYTES} bytes")
    try:
        technician.padded_pin(command.pin)
    except ValueError as error:
        raise UnsupportedCommand(str(error)) from None
    return lambda send: technician.prove(send, command.challenge, command.pin)


def _step(tried: str, well: str, failed: bool, trouble: DeviceError | None, advice: str) -> TestStep:
    if not failed:
        return TestStep(tried, well, True)
    return TestStep(tried, trouble.hint if trouble is not None else "not seen", False, advice)

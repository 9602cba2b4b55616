"""The smart-card driver against real pcscd and a virtual card, through every misfortune."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from drivers.contract.commands import DeviceNotice
from drivers.contract.errors import (
    DeviceOffline,
    DeviceTimeout,
    InvalidMedia,
    NoMedia,
    PinBlocked,
    UnsupportedCommand,
    WrongPin,
)
from drivers.contract.smart_card import (
    BankCard,
    ProveTechnician,
    ReadBankCard,
    ReadSocialSecurityCard,
    SocialSecurityCard,
    TechnicianProof,
)
from drivers.contract.status import DeviceReport, DeviceState, MediaState
from drivers.smart_card.reader import PcscReader
from kiosk.ipc import Cancelled, Control
from tests.wire.conftest import Twin
from tests.wire.pcsc import Pcsc

WITHIN_S = 8.0
"""pcscd itself looks for vpcd's card only every 0.4 s."""


@pytest.fixture
def service(pcsc_service: Pcsc) -> Pcsc:
    return pcsc_service


@pytest.fixture
def card(service: Pcsc, twin: Callable[..., Twin]) -> Iterator[Twin]:
    device = twin("smart_card", "--port", str(service.port))
    yield device
    device.do("DELETE", "/card")


class Watched:
    """A driver and what it told by itself."""

    def __init__(self) -> None:
        self.driver = PcscReader("00 00")
        self._told: queue.Queue[DeviceReport] = queue.Queue()
        self.driver.watch(self._hear)

    def _hear(self, notice: DeviceNotice) -> None:
        assert isinstance(notice, DeviceReport)
        self._told.put(notice)

    def wait_for(self, state: DeviceState, media: MediaState = MediaState.UNKNOWN) -> DeviceReport:
        while (report := self._told.get(timeout=WITHIN_S)).state is not state or (
            media is not MediaState.UNKNOWN and report.media is not media
        ):
            pass
        return report

    def forget(self) -> None:
        while not self._told.empty():
            self._told.get()


@pytest.fixture
def watched(card: Twin) -> Iterator[Watched]:
    one = Watched()
    one.wait_for(DeviceState.ONLINE, MediaState.NOT_PRESENT)
    yield one
    one.driver.close()


def test_a_social_security_card_is_read_when_it_is_put_in(watched: Watched, card: Twin) -> None:
    threading.Timer(0.3, lambda: card.do("POST", "/card", kind="social_security", name="张㛃")).start()
    read = watched.driver.execute(ReadSocialSecurityCard(), Control(WITHIN_S))
    assert isinstance(read, SocialSecurityCard)
    assert (read.name, read.number) == ("张㛃", "11010519491231002X")
    watched.wait_for(DeviceState.ONLINE, MediaState.PRESENT)
    card.do("DELETE", "/card")
    watched.wait_for(DeviceState.ONLINE, MediaState.NOT_PRESENT)


@pytest.mark.parametrize("t0", [False, True])
def test_a_bank_card_tells_its_number_masked(watched: Watched, card: Twin, t0: bool) -> None:
    card.do("POST", "/card", kind="bank", t0=t0)
    read = watched.driver.execute(ReadBankCard(), Control(WITHIN_S))
    assert isinstance(read, BankCard)
    assert (read.masked, read.number) == ("622202*********0128", "")


def test_a_technician_proves_and_the_card_counts_wrong_pins(watched: Watched, card: Twin) -> None:
    key = card.do("POST", "/card", kind="technician")["public_key"]
    proof = watched.driver.execute(ProveTechnician(bytes(range(32)), "246810"), Control(WITHIN_S))
    assert isinstance(proof, TechnicianProof)
    assert proof.public_key.hex() == key
    for left in ("2", "1"):
        with pytest.raises(WrongPin) as caught:
            watched.driver.execute(ProveTechnician(bytes(32), "0000"), Control(WITHIN_S))
        assert caught.value.evidence["tries_left"] == left
    for _ in range(2):
        with pytest.raises(PinBlocked):
            watched.driver.execute(ProveTechnician(bytes(32), "0000"), Control(WITHIN_S))


@pytest.mark.parametrize("command", [ProveTechnician(b"short", "1234"), ProveTechnician(bytes(32), "x")])
def test_a_proof_that_no_card_could_give_is_refused_before_any_card_is_asked(
    watched: Watched, card: Twin, command: ProveTechnician
) -> None:
    card.do("POST", "/card", kind="technician")
    with pytest.raises(UnsupportedCommand):
        watched.driver.execute(command, Control(WITHIN_S))
    assert card.do("GET", "/")["commands"] == 0


def test_a_card_of_another_kind_is_invalid(watched: Watched, card: Twin) -> None:
    card.do("POST", "/card", kind="foreign")
    with pytest.raises(InvalidMedia):
        watched.driver.execute(ReadSocialSecurityCard(), Control(WITHIN_S))


def test_no_card_is_no_media_at_the_deadline(watched: Watched) -> None:
    started = time.monotonic()
    with pytest.raises(NoMedia):
        watched.driver.execute(ReadBankCard(), Control(0.5))
    assert 0.4 < time.monotonic() - started < 1.0


@pytest.mark.parametrize("after", range(8))
def test_a_card_pulled_at_any_step_is_no_media(watched: Watched, card: Twin, after: int) -> None:
    card.do("POST", "/card", kind="social_security")
    card.do("POST", "/pull", after=after)
    with pytest.raises(NoMedia):
        watched.driver.execute(ReadSocialSecurityCard(), Control(WITHIN_S))
    card.do("POST", "/card", kind="social_security")
    assert watched.driver.execute(ReadSocialSecurityCard(), Control(WITHIN_S)) is not None


@pytest.mark.parametrize(
    "fault",
    ["garbage", "no_status", "endless_61", "endless_6c", "sw_6a82", "sw_6982", "sw_6f00", "truncated"],
)
def test_a_card_that_speaks_nonsense_is_invalid_and_the_reader_stays_well(
    watched: Watched, card: Twin, fault: str
) -> None:
    card.do("POST", "/card", kind="bank")
    card.fault(fault)
    with pytest.raises(InvalidMedia):
        watched.driver.execute(ReadBankCard(), Control(WITHIN_S))
    assert watched.driver.report(Control(WITHIN_S)).state is DeviceState.ONLINE
    card.fault("none")
    assert watched.driver.execute(ReadBankCard(), Control(WITHIN_S)) is not None


def test_a_mute_card_is_a_timeout_and_the_next_card_is_read(watched: Watched, card: Twin) -> None:
    card.do("POST", "/card", kind="bank")
    watched.wait_for(DeviceState.ONLINE, MediaState.PRESENT)
    card.fault("silent")
    started = time.monotonic()
    with pytest.raises(DeviceTimeout):
        watched.driver.execute(ReadBankCard(), Control(1.0))
    assert time.monotonic() - started < 1.2
    card.do("DELETE", "/card")
    watched.wait_for(DeviceState.ONLINE, MediaState.NOT_PRESENT)
    card.fault("none")
    card.do("POST", "/card", kind="bank")
    assert watched.driver.execute(ReadBankCard(), Control(WITHIN_S)) is not None


def test_waiting_for_a_card_can_be_cancelled(watched: Watched) -> None:
    control = Control(60)
    timer = threading.Timer(0.3, control.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        watched.driver.execute(ReadBankCard(), control)
    assert time.monotonic() - started < 0.3 + 0.2


def test_a_command_of_another_role_is_refused(watched: Watched) -> None:
    from drivers.contract.scanner import ScanCode

    with pytest.raises(UnsupportedCommand):
        watched.driver.execute(ScanCode(), Control(1))


def test_twenty_deaths_of_the_service_are_told_and_its_card_is_seen_each_time(
    service: Pcsc, watched: Watched, card: Twin
) -> None:
    card.do("POST", "/card", kind="bank")
    watched.wait_for(DeviceState.ONLINE, MediaState.PRESENT)
    for number in range(20):
        watched.forget()
        service.kill()
        assert "PC/SC service" in watched.wait_for(DeviceState.OFFLINE).hint
        service.start()
        watched.wait_for(DeviceState.ONLINE, MediaState.PRESENT)
        if number % 5 == 0:
            assert watched.driver.execute(ReadBankCard(), Control(WITHIN_S)) is not None


def test_without_a_service_commands_fail_at_once_and_the_self_test_says_what_to_do(
    service: Pcsc, watched: Watched
) -> None:
    service.kill()
    watched.wait_for(DeviceState.OFFLINE)
    with pytest.raises(DeviceOffline):
        watched.driver.execute(ReadBankCard(), Control(WITHIN_S))
    tested = watched.driver.self_test(Control(WITHIN_S))
    assert not tested.passed
    assert "pcscd" in tested.steps[0].advice
    service.start()
    watched.wait_for(DeviceState.ONLINE)
    assert watched.driver.self_test(Control(WITHIN_S)).passed


def test_a_reader_that_is_not_there_is_told_apart_from_a_lost_service(service: Pcsc) -> None:
    driver = PcscReader("no such reader")
    with pytest.raises(DeviceOffline) as caught:
        driver.report(Control(WITHIN_S))
    assert caught.value.evidence["cause"] == "reader_missing"
    assert driver.self_test(Control(WITHIN_S)).steps[-1].tried == "reader"
    driver.close()

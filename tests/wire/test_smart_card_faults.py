"""Rarer misfortunes of smart cards: swapped, mute twice, a service that hangs or starts late."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from drivers.contract.commands import CardSeen
from drivers.contract.errors import DeviceError, DeviceOffline, DeviceTimeout, InvalidMedia, NoMedia, ProtocolError
from drivers.contract.smart_card import BankCard, ReadBankCard, ReadSocialSecurityCard, SocialSecurityCard
from drivers.contract.status import DeviceState, MediaState
from drivers.smart_card import pcsc
from drivers.smart_card.reader import PcscReader
from kiosk.ipc import Cancelled, Control
from tests.wire.conftest import Twin
from tests.wire.pcsc import Pcsc, two_free_ports
from tests.wire.test_smart_card import WITHIN_S, Watched, card, service, watched  # noqa: F401  # fixtures

pytestmark = pytest.mark.usefixtures("card")


def test_a_card_swapped_for_one_of_the_same_type_is_noticed(watched: Watched, card: Twin) -> None:  # noqa: F811
    card.do("POST", "/card", kind="bank")
    watched.wait_for(DeviceState.ONLINE, MediaState.PRESENT)
    assert watched.driver.execute(ReadBankCard(), Control(WITHIN_S)) is not None
    watched.forget()
    card.do("POST", "/swap", number="6217000010001234569")
    watched.wait_for(DeviceState.ONLINE, MediaState.NOT_PRESENT)
    watched.wait_for(DeviceState.ONLINE, MediaState.PRESENT)
    read = watched.driver.execute(ReadBankCard(whole_number=True), Control(WITHIN_S))
    assert isinstance(read, BankCard)
    assert read.number == "6217000010001234569"


@pytest.mark.parametrize("after", range(8))
def test_a_card_swapped_in_the_middle_never_gives_two_people_in_one(
    watched: Watched,  # noqa: F811
    card: Twin,  # noqa: F811
    after: int,
) -> None:
    card.do("POST", "/card", kind="social_security", name="甲", number="11010519491231002X")
    card.do("POST", "/swap", after=after, name="乙", number="110105200001010010", sex="2", birth="20000101")
    first = {"甲": ("11010519491231002X", "1949-12-31"), "乙": ("110105200001010010", "2000-01-01")}
    try:
        read = watched.driver.execute(ReadSocialSecurityCard(), Control(WITHIN_S))
    except (NoMedia, InvalidMedia, ProtocolError):
        return  # whatever else it raised would fail this test
    assert isinstance(read, SocialSecurityCard)
    assert first[read.name] == (read.number, read.birth)


def test_a_mute_card_that_stays_is_a_timeout_each_time_and_no_other_fault(watched: Watched, card: Twin) -> None:  # noqa: F811
    card.do("POST", "/card", kind="bank")
    watched.wait_for(DeviceState.ONLINE, MediaState.PRESENT)
    card.fault("silent")
    for _ in range(5):
        started = time.monotonic()
        with pytest.raises(DeviceTimeout):
            watched.driver.execute(ReadBankCard(), Control(0.7))
        assert time.monotonic() - started < 0.7 + 0.2
    card.do("DELETE", "/card")
    watched.wait_for(DeviceState.ONLINE, MediaState.NOT_PRESENT)
    card.fault("none")
    card.do("POST", "/card", kind="bank")
    assert watched.driver.execute(ReadBankCard(), Control(WITHIN_S)) is not None


def test_a_command_to_a_mute_card_can_be_cancelled(watched: Watched, card: Twin) -> None:  # noqa: F811
    card.do("POST", "/card", kind="bank")
    watched.wait_for(DeviceState.ONLINE, MediaState.PRESENT)
    card.fault("silent")
    control = Control(60)
    threading.Timer(0.4, control.cancel).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        watched.driver.execute(ReadBankCard(), control)
    assert time.monotonic() - started < 0.4 + 0.2


def test_a_service_that_hangs_is_offline_and_not_an_empty_reader(service: Pcsc, watched: Watched, card: Twin) -> None:  # noqa: F811
    service.hold()
    try:
        with pytest.raises(DeviceOffline) as caught:
            watched.driver.execute(ReadBankCard(), Control(WITHIN_S))
        assert "hangs" in caught.value.hint
        for _ in range(6):  # as its host does after each failure: no thread more for each
            watched.driver.close()
            with pytest.raises(DeviceError):
                watched.driver.execute(ReadBankCard(), Control(0.1))
        assert sum("smart-card" in thread.name for thread in threading.enumerate()) <= 9
    finally:
        service.go_on()
    card.do("POST", "/card", kind="bank")
    assert watched.driver.execute(ReadBankCard(), Control(WITHIN_S)) is not None


def test_a_card_is_told_once_a_command(watched: Watched, card: Twin) -> None:  # noqa: F811
    told: list[object] = []
    card.do("POST", "/card", kind="bank")
    watched.driver.execute(ReadBankCard(), Control(WITHIN_S, told.append))
    assert told == [CardSeen()]


def test_a_driver_that_starts_before_the_service_finds_it(service: Pcsc) -> None:  # noqa: F811
    service.kill()
    driver = PcscReader("00 00")
    try:
        with pytest.raises(DeviceOffline) as caught:
            driver.report(Control(WITHIN_S))
        assert caught.value.evidence["cause"] == "service_lost"
    finally:
        service.start()
    ends = time.monotonic() + WITHIN_S
    state = None
    while state is not DeviceState.ONLINE and time.monotonic() < ends:
        try:
            state = driver.report(Control(WITHIN_S)).state
        except DeviceOffline:
            driver._monitor.wait_change(None, 0.05)
    driver.close()
    assert state is DeviceState.ONLINE


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (pcsc.MUTE, InvalidMedia),
        (pcsc.UNSUPPORTED_CARD, InvalidMedia),
        (pcsc.REMOVED, NoMedia),
        (pcsc.NO_SERVICE, DeviceOffline),
        (pcsc.NO_READERS, DeviceOffline),
        (pcsc.SHARING_VIOLATION, DeviceOffline),
    ],
)
def test_each_code_of_the_service_is_typed(code: int, error: type[DeviceError]) -> None:
    assert type(pcsc.failure(code - (1 << 32))) is error


def test_a_service_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    code = (
        "import sys, signal\nfrom pathlib import Path\n"
        "from drivers.virtual.smart_card_service import PcscService\n"
        "service = PcscService(Path(sys.argv[1]), int(sys.argv[2])); service.start()\n"
        "print(service._process.pid, flush=True); signal.pause()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "pcsc"), str(two_free_ports())]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    group = int(program.stdout.readline())
    program.kill()
    program.wait(10)
    program.stdout.close()
    control = Control(10)
    while any(_group_of(path) == group for path in Path("/proc").iterdir() if path.name.isdigit()):
        control.wait(0.05)


def _group_of(process: Path) -> int:
    try:
        fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[2])

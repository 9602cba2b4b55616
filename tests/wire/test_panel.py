"""The panel board against its virtual twin, over its wire, through every misfortune."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.build import build_driver, read_device_config
from drivers.contract.commands import Acknowledged, DeviceNotice, GetReport, ProbeCard
from drivers.contract.driver import Driver, Watching
from drivers.contract.errors import (
    DeviceError,
    DeviceFault,
    DeviceOffline,
    DeviceTimeout,
    ProtocolError,
    UnsupportedCommand,
)
from drivers.contract.panel import FlashRate, GuideLight, KeyPressed, SetGuideLight
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from kiosk.ipc import Cancelled, Control
from tests.wire.conftest import Twin

SECONDS = 15
_opened: list[Driver] = []


@pytest.fixture(autouse=True)
def _close_drivers() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


class Ear:
    """Collects what the driver tells; `until` waits for it."""

    def __init__(self) -> None:
        self.notices: list[DeviceNotice] = []
        self._more = threading.Condition()

    def hear(self, notice: DeviceNotice) -> None:
        with self._more:
            self.notices.append(notice)
            self._more.notify_all()

    def until(self, found: Callable[[list[DeviceNotice]], bool], within_s: float = SECONDS) -> bool:
        with self._more:
            return self._more.wait_for(lambda: found(self.notices), within_s)

    @property
    def keys(self) -> list[KeyPressed]:
        return [notice for notice in self.notices if isinstance(notice, KeyPressed)]

    @property
    def reports(self) -> list[DeviceReport]:
        return [notice for notice in self.notices if isinstance(notice, DeviceReport)]

    def sensor(self, name: str, word: str) -> bool:
        return self.until(lambda _: bool(self.reports) and self.reports[-1].sensors.get(name) == word)


def panel(port: str, ear: Ear | None = None) -> Driver:
    config = read_device_config(DeviceRole.PANEL, {"driver": "doorstep", "port": port})
    driver = build_driver(DeviceRole.PANEL, config, Path())
    assert isinstance(driver, Watching)
    driver.watch((ear or Ear()).hear)
    _opened.append(driver)
    return driver


def on_tcp(device: Twin, ear: Ear | None = None) -> Driver:
    return panel(f"socket://127.0.0.1:{device.port}", ear)


def report(driver: Driver, within_s: float = 3) -> DeviceReport:
    found = driver.execute(GetReport(), Control(within_s))
    assert isinstance(found, DeviceReport)
    return found


def shine(driver: Driver, light: GuideLight, rate: FlashRate) -> None:
    assert driver.execute(SetGuideLight(light, rate), Control(3)) == Acknowledged()


def until(look: Callable[[], bool], within_s: float = SECONDS) -> bool:
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        if look():
            return True
    return look()


@pytest.fixture(scope="module")
def shared_board() -> Iterator[Twin]:
    """One board for the module: a process costs more than most of its tests."""
    board = Twin("panel", "--port", "0")
    yield board
    board.stop()


@pytest.fixture
def board(shared_board: Twin) -> Twin:
    """A board as new."""
    shared_board.do("POST", "/reset")
    return shared_board


def test_the_report_holds_every_sensor(twin: Callable[..., Twin]) -> None:
    board = twin("panel", "--port", "0", "--doors", "2")
    board.do("POST", "/door", door=2, open=True)
    board.do("POST", "/headphones", **{"in": True})
    told = report(on_tcp(board))
    assert (told.state, told.model) == (DeviceState.ONLINE, "Doorstep board 1.4")
    assert told.sensors == {
        "door": "closed",
        "door_2": "open",
        "tilt": "level",
        "proximity": "nobody",
        "headphones": "in",
    }


@pytest.mark.parametrize(
    ("path", "body", "sensor", "word"),
    [
        ("/door", {"open": True}, "door", "open"),
        ("/tilt", {"tilted": True}, "tilt", "tilted"),
        ("/proximity", {"near": True}, "proximity", "somebody"),
        ("/headphones", {"in": True}, "headphones", "in"),
    ],
)
def test_a_change_is_told_by_itself(board: Twin, path: str, body: dict[str, bool], sensor: str, word: str) -> None:
    ear = Ear()
    report(on_tcp(board, ear))
    board.do("POST", path, **body)
    assert ear.sensor(sensor, word)


def test_every_key_is_told_once(board: Twin) -> None:
    ear = Ear()
    report(on_tcp(board, ear))
    for key in "0123456789*#":
        board.do("POST", "/key", key=key)
    assert ear.until(lambda _: len(ear.keys) >= 12)
    assert ear.keys == [KeyPressed(key) for key in "0123456789*#"]


def test_five_held_down_is_told_with_its_time(board: Twin) -> None:
    ear = Ear()
    report(on_tcp(board, ear))
    board.do("POST", "/key", key="5", held_s=2.0)
    assert ear.until(lambda _: len(ear.keys) == 2)
    assert ear.keys == [KeyPressed("5"), KeyPressed("5", 2.0)]


def test_keys_are_told_while_a_command_waits_for_its_answer(board: Twin) -> None:
    ear = Ear()
    driver = on_tcp(board, ear)
    report(driver)
    board.fault("silent")
    asking = threading.Thread(target=lambda: pytest.raises(DeviceTimeout, report, driver))
    asking.start()
    board.do("POST", "/key", key="7")
    assert ear.until(lambda _: ear.keys == [KeyPressed("7")])
    asking.join()


def test_each_light_shines_at_each_rate(board: Twin) -> None:
    driver = on_tcp(board)
    for rate in FlashRate:
        for light in GuideLight:
            shine(driver, light, rate)
        assert board.do("GET", "/lights") == {light.value: rate.value for light in GuideLight}


def test_all_lights_are_out_when_the_driver_closes(board: Twin) -> None:
    driver = on_tcp(board)
    for light in GuideLight:
        shine(driver, light, FlashRate.QUICK)
    driver.close()
    assert set(board.do("GET", "/lights").values()) == {"off"}


def test_the_board_puts_its_lights_out_when_the_host_dies(twin: Callable[..., Twin]) -> None:
    board = twin("panel", "--port", "0", "--watchdog-s", "0.5")
    shine(on_tcp(board), GuideLight.STATUS, FlashRate.CONTINUOUS)
    assert until(lambda: set(board.do("GET", "/lights").values()) == {"off"})


def test_a_lost_event_is_noticed_by_its_number_and_the_state_asked_again(board: Twin) -> None:
    ear = Ear()
    report(on_tcp(board, ear))
    board.fault("event_lost")
    board.do("POST", "/door", open=True)
    board.fault("none")
    board.do("POST", "/key", key="1")
    assert ear.sensor("door", "open")
    assert ear.keys == [KeyPressed("1")]


def test_a_board_as_new_pours_no_more(board: Twin) -> None:
    board.do("POST", "/flood", events=10_000, a_second=2000, what="keys")
    board.do("POST", "/reset")
    ear = Ear()
    driver = on_tcp(board, ear)
    for _ in range(3):
        report(driver)
    board.do("POST", "/key", key="1")
    assert ear.until(lambda _: bool(ear.keys))
    assert ear.keys == [KeyPressed("1")]


def test_a_lost_event_with_nothing_after_it_is_noticed_by_the_heartbeat(board: Twin) -> None:
    ear = Ear()
    report(on_tcp(board, ear))
    board.fault("event_lost")
    board.do("POST", "/tilt", tilted=True)
    assert ear.sensor("tilt", "tilted")


def test_a_board_that_restarts_gets_its_lights_back(board: Twin) -> None:
    ear = Ear()
    driver = on_tcp(board, ear)
    shine(driver, GuideLight.RECEIPT, FlashRate.SLOW)
    board.do("POST", "/restart")
    assert until(lambda: board.do("GET", "/lights")["receipt"] == "slow")
    board.do("POST", "/key", key="3")
    assert ear.until(lambda _: ear.keys == [KeyPressed("3")])


@pytest.mark.parametrize("what", ["sensors", "keys"])
def test_a_thousand_events_a_second_do_no_harm(board: Twin, what: str) -> None:
    ear = Ear()
    driver = on_tcp(board, ear)
    report(driver)
    board.do("POST", "/flood", events=1500, a_second=1000, what=what)
    while board.do("GET", "/")["events"] != 1500 % 256:
        shine(driver, GuideLight.STATUS, FlashRate.MEDIUM)  # commands go on in between
    board.do("POST", "/door", open=True)
    assert ear.sensor("door", "open")
    assert len(ear.notices) < 120


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("silent", DeviceTimeout),
        ("bad_checksum", ProtocolError),
        ("wrong_length", ProtocolError),
        ("truncated", DeviceError),
        ("garbage", ProtocolError),
        ("refuse", DeviceFault),
        ("wrong_light", ProtocolError),
    ],
)
def test_each_fault_is_named(board: Twin, fault: str, error: type[DeviceError]) -> None:
    driver = on_tcp(board)
    report(driver)
    board.fault(fault)
    started = time.monotonic()
    with pytest.raises(error):
        driver.execute(SetGuideLight(GuideLight.STATUS, FlashRate.SLOW), Control(3))
    assert time.monotonic() - started < 1.5
    board.fault("none")
    shine(driver, GuideLight.STATUS, FlashRate.SLOW)


def test_a_state_with_unknown_words_is_not_believed(board: Twin) -> None:
    driver = on_tcp(board)
    report(driver)
    board.fault("wrong_state")
    with pytest.raises(ProtocolError):
        report(driver)


@pytest.mark.parametrize("fault", ["silent", "bad_checksum", "truncated", "garbage", "wrong_length"])
def test_one_bad_answer_is_asked_for_again(board: Twin, fault: str) -> None:
    driver = on_tcp(board)
    report(driver)
    board.do("POST", "/fault", fault=fault, answers=1)
    shine(driver, GuideLight.SCANNER, FlashRate.QUICK)
    assert board.do("GET", "/lights")["scanner"] == "quick"


@pytest.mark.parametrize("fault", ["noise", "stale", "byte_at_a_time"])
def test_some_faults_are_lived_through(board: Twin, fault: str) -> None:
    driver = on_tcp(board)
    board.fault(fault)
    for light in GuideLight:
        shine(driver, light, FlashRate.SLOW)
    assert set(board.do("GET", "/lights").values()) == {"slow"}


def test_an_unplugged_board_is_told_at_once_and_comes_back_with_its_lights(board: Twin) -> None:
    ear = Ear()
    driver = on_tcp(board, ear)
    shine(driver, GuideLight.ID_CARD, FlashRate.QUICK)
    board.do("POST", "/unplug")
    assert ear.until(lambda _: bool(ear.reports) and ear.reports[-1].state is DeviceState.OFFLINE)
    with pytest.raises(DeviceOffline):
        report(driver)
    board.do("POST", "/plug")
    assert report(driver).state is DeviceState.ONLINE
    assert until(lambda: board.do("GET", "/lights")["id_card"] == "quick")


def test_a_board_that_vanishes_while_it_is_asked_is_offline(board: Twin) -> None:
    driver = on_tcp(board)
    report(driver)
    board.do("POST", "/fault", fault="vanish", answers=1)
    with pytest.raises(DeviceOffline):
        report(driver)
    assert until(lambda: _is_back(driver))


def _is_back(driver: Driver) -> bool:
    try:
        return report(driver).state is DeviceState.ONLINE
    except DeviceOffline:
        return False


def test_asking_a_silent_board_can_be_cancelled(board: Twin) -> None:
    driver = on_tcp(board)
    report(driver)
    board.fault("silent")
    control = Control(60)
    cancelled_at: list[float] = []

    def cancel() -> None:
        cancelled_at.append(time.monotonic())
        control.cancel()

    timer = threading.Timer(0.2, cancel)
    timer.start()
    with pytest.raises(Cancelled):
        driver.execute(GetReport(), control)
    assert time.monotonic() - cancelled_at[0] < 0.3
    timer.join()


def test_a_tty_at_9600_carries_it_and_a_vanished_one_is_offline(twin: Callable[..., Twin], tmp_path: Path) -> None:
    board = twin("panel", "--pty", str(tmp_path / "tty"), "--baud", "9600")
    ear = Ear()
    driver = panel(board.port, ear)
    shine(driver, GuideLight.DOCUMENT, FlashRate.CONTINUOUS)
    board.do("POST", "/key", key="#")
    assert ear.until(lambda _: ear.keys == [KeyPressed("#")])
    board.do("POST", "/unplug")
    assert ear.until(lambda _: bool(ear.reports) and ear.reports[-1].state is DeviceState.OFFLINE)
    board.do("POST", "/plug")
    assert report(driver).state is DeviceState.ONLINE


def test_a_network_box_carries_it(twin: Callable[..., Twin]) -> None:
    board = twin("panel", "--rfc2217", "--port", "0")
    driver = panel(f"rfc2217://127.0.0.1:{board.port}")
    shine(driver, GuideLight.DOCUMENT, FlashRate.CONTINUOUS)
    assert board.do("GET", "/")["line"] == "9600 8N1"


def test_the_self_test_lets_each_light_blink_and_leaves_them_as_they_were(board: Twin) -> None:
    driver = on_tcp(board)
    shine(driver, GuideLight.STATUS, FlashRate.SLOW)
    told = driver.self_test(Control(10))
    assert told.passed
    assert [step.tried for step in told.steps] == [
        "version",
        "sensors",
        *(f"light {light}" for light in GuideLight),
    ]
    assert len(board.do("GET", "/")["shone"]) == len(GuideLight)
    lights = board.do("GET", "/lights")
    assert lights.pop("status") == "slow"
    assert set(lights.values()) == {"off"}


def test_the_self_test_of_a_broken_lamp_says_what_to_do(board: Twin) -> None:
    driver = on_tcp(board)
    report(driver)
    board.fault("refuse")
    told = driver.self_test(Control(10))
    assert not told.passed
    assert any("lamp" in step.advice for step in told.steps if not step.passed)


def test_other_commands_are_refused(board: Twin) -> None:
    with pytest.raises(UnsupportedCommand):
        on_tcp(board).execute(ProbeCard(), Control(1))


def test_random_faults_from_a_seed_never_hang_and_the_board_comes_back(board: Twin) -> None:
    driver = on_tcp(board)
    board.do("POST", "/seed", seed=20262, rate=0.5)
    for _ in range(8):
        started = time.monotonic()
        try:
            shine(driver, GuideLight.STATUS, FlashRate.QUICK)
        except DeviceError:
            driver.close()
        assert time.monotonic() - started < 3.4
    board.fault("none")
    assert until(lambda: _is_back(driver))

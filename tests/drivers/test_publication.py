"""Which reports of a device are told to others."""

from __future__ import annotations

from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from drivers.publication import STEADY_S, Publication

ROLE = DeviceRole.RECEIPT
ONLINE = DeviceReport(ROLE, DeviceState.ONLINE)


def gone(reason: str = "offline", hint: str = "") -> DeviceReport:
    return DeviceReport(ROLE, DeviceState.OFFLINE, reason=reason, hint=hint)


def told(reports: list[tuple[float, DeviceReport]]) -> list[DeviceState]:
    publication = Publication(ROLE)
    return [news.state for at, report in reports if (news := publication.judge(report, at)) is not None]


def test_the_same_state_is_told_once() -> None:
    assert told([(0, ONLINE), (1, ONLINE), (2, ONLINE)]) == [DeviceState.ONLINE]


def test_an_outage_is_told_once_however_it_is_worded_and_its_end_once() -> None:
    reports = [(0.0, ONLINE), (1.0, gone(hint="a")), (2.0, gone(hint="b")), (3.0, ONLINE), (4.0, ONLINE)]
    assert told(reports) == [DeviceState.ONLINE, DeviceState.OFFLINE, DeviceState.ONLINE]


def test_an_outage_with_another_reason_is_told() -> None:
    publication = Publication(ROLE)
    publication.judge(gone("timeout"), 0)
    assert publication.judge(gone("offline"), 1) == gone("offline")


def test_a_flapping_device_is_told_as_gone_once_and_as_back_once_it_has_stayed() -> None:
    publication = Publication(ROLE)
    news = []
    for step in range(40):
        at = step * 0.25
        if publication.judge(ONLINE if step % 2 else gone(), at):
            news.append(publication.last.state)
    assert news[-1] is DeviceState.OFFLINE
    assert len(news) <= 6  # the first outages are told at once, then no more
    assert publication.judge(ONLINE, 10.0) is None
    assert publication.judge(ONLINE, 10.0 + STEADY_S) == ONLINE


def test_a_device_that_went_twice_in_an_hour_is_back_at_once() -> None:
    publication = Publication(ROLE)
    for at in (0.0, 1800.0, 3600.0):
        publication.judge(gone(), at)
        assert publication.judge(ONLINE, at + 1) == ONLINE

"""The technician's page: devices, store, outbox, one thing to do next. No personal data. Pure.

Not responsible for who may see it (the shell checks the PIN).
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Literal

from drivers.contract.commands import TestReport
from drivers.contract.health import DeviceHealth
from drivers.contract.status import DeviceReport, DeviceRole, SupplyState
from kiosk.journey.events import World
from kiosk.journey.pages import chrome
from kiosk.journey.readiness import hard_and_soft_roles
from kiosk.journey.turn import Turn
from kiosk.views import DeviceRow, Option, Row, TechnicianView
from offline_cache.contract import StoreStatus
from offline_cache.contract_catalogue import CatalogueStatus

Level = Literal["ok", "warn", "bad"]
FAILURES_SHOWN = 5
CITY_TIME = timezone(timedelta(hours=8))


def technician_page(turn: Turn, report: tuple[str, ...]) -> TechnicianView:
    """Everything a technician needs to decide what to do next."""
    world = turn.session.world
    rows = tuple(_device_row(turn, role) for role in roles_of(turn))
    return TechnicianView(
        chrome=chrome(turn),
        title=turn.say("technician.title"),
        todo=_todo(turn, world, rows),
        devices=rows,
        facts=tuple(_facts(turn, world)),
        actions=_actions(turn, world),
        report=report,
    )


def roles_of(turn: Turn) -> tuple[DeviceRole, ...]:
    """The roles that the services need or that have reported, in a fixed order."""
    needed = {role for service in turn.context.catalogue.services.values() for role in hard_and_soft_roles(service)}
    seen = {report.role for report in turn.session.world.devices}
    return tuple(role for role in DeviceRole if role in needed | seen)


def level_of(report: DeviceReport | None) -> Level:
    """ok, warn (works, but look after it) or bad (does not work)."""
    if report is None or not report.usable:
        return "bad"
    return "warn" if SupplyState.LOW in report.supplies.values() or report.reason else "ok"


def describe(turn: Turn, tested: TestReport) -> tuple[str, ...]:
    """A self-test in lines."""
    head = turn.say("technician.passed" if tested.passed else "technician.not_passed")
    marks = {True: "✓", False: "✗"}
    steps = [f"{marks[step.passed]} {step.tried}: {step.seen} {step.advice}".rstrip() for step in tested.steps]
    return (head, *steps)


def recount(turn: Turn, health: DeviceHealth) -> tuple[str, ...]:
    """A device's history in lines: counts, then the last failures with their city time."""
    counts = health.counters
    shown = {name: str(counts.get(name, 0)) for name in ("commands", "failures", "outages", "starts")}
    lines = [turn.say("technician.history", **shown)]
    if health.mean_between_s is not None:
        lines.append(turn.say("technician.between", minutes=str(max(1, round(health.mean_between_s / 60)))))
    for failure in health.failures[:FAILURES_SHOWN]:
        when = datetime.fromtimestamp(failure.at, CITY_TIME).strftime("%m-%d %H:%M")
        lines.append(f"{when} {failure.kind} ×{failure.times} {failure.hint}".rstrip())
    return tuple(lines)


def _device_row(turn: Turn, role: DeviceRole) -> DeviceRow:
    report = turn.session.world.device(role)
    state = turn.say("technician.silent") if report is None else _state(turn, report)
    hint = report.hint if report is not None else ""
    return DeviceRow(turn.say(f"role.{role}"), level_of(report), state, hint, f"test:{role}")


def _state(turn: Turn, report: DeviceReport) -> str:
    parts = [turn.say(f"state.{report.state}")]
    if report.model:
        parts.append(report.model)
    supplies = sorted(report.supplies.items())
    parts += [f"{turn.say(f'supply_name.{name}')} {turn.say(f'supply.{level}')}" for name, level in supplies]
    if report.sheets_left is not None:
        parts.append(turn.say("technician.sheets", sheets=str(report.sheets_left)))
    parts += [turn.say(f"sensor.{name.split('_')[0]}.{word}") for name, word in sorted(report.sensors.items())]
    return " · ".join(parts)


def _facts(turn: Turn, world: World) -> list[Row]:
    say, store = turn.say, world.store
    rows = [
        Row(say("technician.terminal"), turn.context.terminal.id),
        Row(say("technician.line"), say(f"line.{world.line}")),
        Row(say("technician.public"), say("technician.open" if world.in_service else "technician.closed")),
    ]
    if store is None:
        return [*rows, Row(say("technician.store"), say("technician.silent"))]
    minutes = str(int(store.oldest_s // 60))
    return [
        *rows,
        Row(say("technician.store"), _store_state(turn, store)),
        Row(say("technician.clock"), say(f"technician.clock_{'suspect' if store.clock_suspect else 'ok'}")),
        Row(say("technician.waiting"), str(store.waiting)),
        Row(say("technician.oldest"), say("technician.minutes", minutes=minutes)),
        Row(say("technician.quarantined"), str(store.quarantined)),
        Row(say("technician.journal"), str(store.journal_length)),
        Row(say("technician.catalogue"), _catalogue_state(turn, store.catalogue)),
    ]


def _catalogue_state(turn: Turn, catalogue: CatalogueStatus) -> str:
    """The version, and everything about it that somebody should look into."""
    say = turn.say
    parts = [say("technician.catalogue_version", version=str(catalogue.version))]
    parts += [say("technician.catalogue_stale", since=catalogue.stale_since[:10])] if catalogue.stale_since else []
    parts += [say("technician.catalogue_late")] if catalogue.withdrawals_late else []
    parts += [say("technician.catalogue_refused", version=str(number)) for number in catalogue.refused[-1:]]
    parts += [say("technician.catalogue_withdrawn", count=str(len(catalogue.withdrawn)))] if catalogue.withdrawn else []
    key = f"problem_of_catalogue.{catalogue.problem}"
    parts += [say(key) if key in turn.context.texts else catalogue.problem] if catalogue.problem else []
    return " · ".join(parts)


def _store_state(turn: Turn, store: StoreStatus) -> str:
    if not store.problem:
        return turn.say(f"technician.store_{'ok' if store.accepting else 'stop'}")
    key = f"problem_of_store.{store.problem}"
    return turn.say(key) if key in turn.context.texts else store.problem


def _todo(turn: Turn, world: World, rows: tuple[DeviceRow, ...]) -> str:
    bad = next((row for row in rows if row.level == "bad"), None)
    if world.store is None or not world.store.accepting:
        return turn.say("technician.todo_store")
    if bad is not None:
        return turn.say("technician.todo_device", device=bad.name)
    if world.store.quarantined:
        return turn.say("technician.todo_quarantine")
    warn = next((row for row in rows if row.level == "warn"), None)
    if warn is not None:
        return turn.say("technician.todo_supply", device=warn.name)
    return turn.say("technician.todo_open" if not world.in_service else "technician.todo_nothing")


def _actions(turn: Turn, world: World) -> tuple[Option, ...]:
    switch = "switch_off" if world.in_service else "switch_on"
    return tuple(Option(name, turn.say(f"technician.{name}")) for name in ("retry_outbox", switch, "leave"))

"""What stands on a slip: pure functions from a session to a typed receipt.

Not responsible for printing it, nor for the signed text of its QR code (the store makes that).
"""

from __future__ import annotations

import datetime

from drivers.contract.values import CutBlock, FeedBlock, QrBlock, Receipt, ReceiptBlock, RuleBlock, TextBlock
from kiosk.journey.dates import say_date
from kiosk.journey.model import SlipStep
from kiosk.journey.turn import Turn
from offline_cache.contract import TransactionState

CITY_TIME = datetime.timezone(datetime.timedelta(hours=8))

TOLD_APART = frozenset({"slot_full"})
"""Reasons of the centre for which the citizen can do something at once."""


def is_accepted(turn: Turn) -> bool:
    """Whether the office has accepted this session's application."""
    outcome = turn.citizen.outcome
    return outcome is not None and outcome.state is TransactionState.ACCEPTED


def is_rejected(turn: Turn) -> bool:
    """Whether the office has refused this session's application for good."""
    outcome = turn.citizen.outcome
    return outcome is not None and outcome.state is TransactionState.REJECTED


def rejection(turn: Turn) -> str:
    """Which words tell a refusal: those for its reason, where there are any."""
    outcome = turn.citizen.outcome
    return outcome.reason if outcome is not None and outcome.reason in TOLD_APART else "rejected"


def next_steps(turn: Turn) -> tuple[str, ...]:
    """What happens now, in the citizen's words; other words while the office has not accepted."""
    step = turn.step(SlipStep)
    if is_rejected(turn) and rejection(turn) in TOLD_APART:
        return (turn.say(f"result.{rejection(turn)}.next"),)
    provisional = turn.citizen.accepted is not None and not is_accepted(turn)
    chosen = step.provisional_steps if provisional and step.provisional_steps else step.next_steps
    return tuple(turn.fill(text) for text in chosen)


def build_slip(turn: Turn) -> Receipt:
    """The slip of this session, from top to bottom."""
    blocks: list[ReceiptBlock] = [
        TextBlock(turn.context.terminal.place[turn.session.language], align="centre"),
        TextBlock(turn.say("slip.title"), align="centre", size=2, bold=True),
        RuleBlock(),
        TextBlock(turn.service.title.of(turn.session.language), bold=True),
    ]
    blocks += _application(turn) + _certificate(turn) + _records(turn)
    blocks.append(RuleBlock())
    blocks += [TextBlock(f"{number}. {line}") for number, line in enumerate(next_steps(turn), 1)]
    blocks += _codes(turn)
    phone = turn.context.terminal.help_phone
    foot = turn.say("slip.foot", terminal=turn.context.terminal.id, phone=phone)
    return Receipt((*blocks, TextBlock(foot, align="centre"), FeedBlock(2), CutBlock()))


def _application(turn: Turn) -> list[ReceiptBlock]:
    accepted, outcome = turn.citizen.accepted, turn.citizen.outcome
    if accepted is None:
        return []
    blocks: list[ReceiptBlock] = [
        TextBlock(turn.say("slip.number")),
        TextBlock(accepted.local_number, size=2, bold=True),
        TextBlock(turn.say("slip.time", time=say_time(turn, accepted.accepted_at))),
        TextBlock(turn.say("slip.district", district=district_name(turn))),
    ]
    if is_accepted(turn) and outcome is not None:
        return [*blocks, TextBlock(turn.say("slip.case", number=outcome.case_number), bold=True)]
    state = rejection(turn) if is_rejected(turn) else "provisional"
    return [*blocks, TextBlock(turn.say(f"slip.{state}"), bold=True)]


def _certificate(turn: Turn) -> list[ReceiptBlock]:
    certificate = turn.citizen.certificate
    if certificate is None:
        return []
    sheets = turn.say("slip.sheets", sheets=str(turn.citizen.sheets), of=str(certificate.pages))
    return [
        TextBlock(turn.say("slip.serial", serial=certificate.serial)),
        TextBlock(turn.say("slip.verify", code=certificate.verification_code)),
        TextBlock(sheets),
        TextBlock(turn.say("slip.time", time=say_date(turn.session.today, turn.session.language))),
    ]


def _records(turn: Turn) -> list[ReceiptBlock]:
    blocks: list[ReceiptBlock] = []
    catalogue, language = turn.context.catalogue, turn.session.language
    for record in turn.citizen.records:
        words = [catalogue.record_word(said, language) for said in (record.title, record.state)]
        blocks.append(TextBlock("  ".join(words).rstrip(), bold=True))
        for row in record.rows:
            said = [catalogue.record_word(word, language) for word in (row.label or row.name, row.shown or row.value)]
            blocks.append(TextBlock("  ".join(said)))
    return blocks


def _codes(turn: Turn) -> list[ReceiptBlock]:
    text = slip_code(turn)
    return [TextBlock(turn.say("slip.scan"), align="centre"), QrBlock(text)] if text else []


def slip_code(turn: Turn) -> str:
    """The text of the slip's QR code: the signed slip, or where the certificate is verified."""
    citizen = turn.citizen
    if citizen.accepted is not None:
        return citizen.accepted.slip
    return citizen.certificate.verify_url if citizen.certificate is not None else ""


def district_name(turn: Turn) -> str:
    """The district whose rules counted, by name."""
    return turn.context.catalogue.district_name(turn.scope.district, turn.session.language)


def say_time(turn: Turn, moment: str) -> str:
    """2026年3月5日 14:03 from an ISO moment; what cannot be read is shown as it came."""
    try:
        local = datetime.datetime.fromisoformat(moment).astimezone(CITY_TIME).isoformat()
    except ValueError:
        local = moment
    day = say_date(local[:10], turn.session.language)
    return f"{day} {local[11:16]}".strip()

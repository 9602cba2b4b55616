"""The offices' side of a case: an official's step, its record with the national codes, and what the citizen is told.

Not responsible for what may follow what (kiosk.central.case_rules).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central.case_rules import (
    FULL,
    RECEIVED,
    SPECIAL,
    TO_VERIFY,
    StepNode,
    StepResult,
    is_over,
    next_state,
    node_of,
)
from kiosk.central.database import Database
from kiosk.central.models import CaseEvent, Transaction
from kiosk.central.notices import Notices
from kiosk.central.refusals import Refusal

_ORDINARY = {TO_VERIFY: StepResult.ACCEPTED, RECEIVED: StepResult.AGREED, SPECIAL: StepResult.AGREED}
TOLD = {
    StepResult.ACCEPTED: "您的办件{case}已受理。",
    StepResult.CORRECTIONS: "您的办件{case}还差材料：{reason}。补齐后凭编号到窗口或终端交。",
    StepResult.NOT_OURS: "您的办件{case}不属于本部门办理：{reason}。",
    StepResult.REFUSED: "您的办件{case}没有受理：{reason}。",
    StepResult.SPECIAL: "您的办件{case}进入特别程序：{reason}。所需时间不计入办理期限。",
    StepResult.AGREED: "您的办件{case}已办结，请按约定方式领取结果。",
    StepResult.DENIED: "您的办件{case}已办结，没有同意：{reason}。",
    StepResult.RETURNED: "您的办件{case}已退回：{reason}。需要的话请重新申请。",
}


@dataclass(frozen=True)
class Cases:
    """Decides cases in `database`."""

    database: Database
    clock: Callable[[], datetime.datetime]
    notices: Notices

    def decide(self, case_number: str, result: StepResult, reason: str = "") -> str:
        """Take a step; the new state. Raises NotAllowedError, Refusal 404 for a case that is not there."""
        return self.database.run(lambda session: self._decide(session, case_number, result, reason))

    def advance(self, case_number: str) -> str:
        """The ordinary next step (the sample city has no officials); at the end, and where papers are missing, none."""

        def step(session: Session) -> str:
            case = _case(session, case_number)
            result = _ORDINARY.get(case.state)
            return case.state if result is None else self._decide(session, case_number, result, "")

        return self.database.run(step)

    def _decide(self, session: Session, case_number: str, result: StepResult, reason: str) -> str:
        case = _case(session, case_number)
        taken = _results(session, case_number)
        following = next_state(case.state, result, taken, reason)
        now = self.clock()
        case.state = following
        session.add(
            CaseEvent(
                case_number=case_number,
                at=now,
                state=following,
                result=int(result),
                node=int(node_of(following, not taken)),
                reason=reason.strip(),
            )
        )
        text = TOLD[result].format(case=case_number, reason=reason.strip())
        self.notices.tell(session, case.number, text, now)
        return following


def first_event(case: Transaction, now: datetime.datetime) -> CaseEvent:
    """The record of a state that no official decided; who is taken or turned away at once has the codes of a step."""
    event = CaseEvent(case_number=case.case_number, at=now, state=case.state)
    if case.state == RECEIVED:
        event.result, event.node = int(StepResult.ACCEPTED), int(StepNode.START)
    elif case.state == FULL:
        event.result, event.node = int(StepResult.REFUSED), int(StepNode.ONLY)
    return event


def open_cases(session: Session) -> list[Transaction]:
    """The cases that an office still has to do with, oldest first."""
    query = select(Transaction).where(Transaction.kind == "application").order_by(Transaction.received_at)
    return [case for case in session.scalars(query) if not is_over(case.state)]


def _case(session: Session, case_number: str) -> Transaction:
    wanted = select(Transaction).where(Transaction.case_number == case_number).with_for_update()
    case = session.scalar(wanted)
    if case is None:
        raise Refusal(404, "never_seen")
    return case


def _results(session: Session, case_number: str) -> list[StepResult]:
    query = select(CaseEvent.result).where(CaseEvent.case_number == case_number, CaseEvent.result.is_not(None))
    return [StepResult(result) for result in session.scalars(query) if result is not None]

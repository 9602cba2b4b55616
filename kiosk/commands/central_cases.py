"""`kiosk central cases` and `decide`: what an official does with a case, where no office system is connected.

Exit status: 0 done, 1 the step cannot follow, 2 bad input or no such case.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from kiosk.commands.central_database import settings_of, with_database
from kiosk.commands.shell import BAD_INPUT, FAILED, OK

if TYPE_CHECKING:
    from kiosk.central.database import Database

RESULTS = ("denied", "agreed", "not-ours", "refused", "accepted", "corrections", "special", "returned")
"""In the order of the national codes 0 to 7."""


def register(part: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    """Add the sub-commands."""
    cases = part("cases", "list the cases that an office still has to do with", "--data .data/centre --json")
    cases.add_argument("--json", action="store_true", help="print JSON")
    cases.set_defaults(run=show_cases)
    decide = part(
        "decide",
        "take a step in a case; the citizen is told",
        "440106-20261123-000001 corrections --reason 缺户口簿首页 --data .data/centre",
    )
    decide.add_argument("case", help="the case number")
    decide.add_argument("result", choices=RESULTS, help="national codes 0 to 7 in this order")
    decide.add_argument("--reason", default="", help="told to the citizen; whatever is not a yes needs one")
    decide.add_argument("--demo", action="store_true", help="a sample city: keep the SMS where its page shows it")
    decide.set_defaults(run=decide_case)


def show_cases(options: argparse.Namespace) -> int:
    """List open cases, oldest first; no personal data."""
    from kiosk.central.cases import open_cases

    def show(database: Database) -> int:
        with database.reading() as session:
            rows = [
                {
                    "case": case.case_number,
                    "state": case.state,
                    "service": case.service,
                    "district": case.district,
                    "received_at": case.received_at.isoformat(timespec="seconds"),
                }
                for case in open_cases(session)
            ]
        if options.json:
            print(json.dumps(rows, ensure_ascii=False))
            return OK
        for row in rows:
            print("  ".join(row.values()))
        print(f"{len(rows)} open")
        return OK

    return with_database(options, show)


def decide_case(options: argparse.Namespace) -> int:
    """Take one step."""
    from kiosk.central.app import city_time
    from kiosk.central.case_rules import NotAllowedError, StepResult
    from kiosk.central.cases import Cases
    from kiosk.central.notices import Notices
    from kiosk.central.refusals import Refusal

    result = StepResult(RESULTS.index(options.result))

    def decide(database: Database) -> int:
        cases = Cases(database, city_time, Notices(settings_of(options).demo))
        try:
            print(cases.decide(options.case, result, options.reason))
        except NotAllowedError as error:
            print(f"kiosk: {error}", file=sys.stderr)
            return FAILED
        except Refusal:
            print(f"kiosk: there is no case {options.case}", file=sys.stderr)
            return BAD_INPUT
        return OK

    return with_database(options, decide)

"""`kiosk catalogue keys|publish|rollback|diff|refresh|withdraw|advance`: the signed catalogue of a centre."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.commands.catalogue_terminal import compare, step_back
from kiosk.commands.shell import FAILED, OK, Subcommands, add, bad, show
from kiosk.folders import CONFIG

if TYPE_CHECKING:
    from kiosk.central.catalogue_publish import Publisher
    from kiosk.central.catalogue_repository import Repository


def add_publishing(parts: Subcommands) -> None:
    """Add the sub-commands."""
    keys = add(parts, "keys", "make the keys of a drill", "kiosk catalogue keys --drill .data/keys", run_keys)
    keys.add_argument("--drill", type=Path, required=True, help="folder for all keys: for trying out, not for service")
    publish = _signing(parts, "publish", "publish --config as the next version", "", run_publish)
    publish.add_argument("--config", type=Path, default=CONFIG, help="folder with services, districts, codes, texts")
    text = "an earlier version's content for all again; with --profile at this terminal, without a line"
    rollback = _signing(parts, "rollback", text, " 3", run_rollback, keys_needed=False)
    rollback.add_argument("version", type=int)
    rollback.add_argument("--profile", type=Path, help="a terminal's profile; --data is its data folder then")
    _signing(parts, "refresh", "sign new timestamps; at least once a day", "", run_refresh)
    withdraw = _signing(parts, "withdraw", "withdraw services at once", " hrss/social-security-card", run_withdraw)
    withdraw.add_argument("services", nargs="+", metavar="SERVICE")
    withdraw.add_argument("--lift", action="store_true", help="offer them again")
    diff = add(parts, "diff", "what changed between two versions", "kiosk catalogue diff 3 4 --to .data/out", run_diff)
    diff.add_argument("--profile", type=Path, help="a terminal's profile: two versions that its store in --data keeps")
    diff.add_argument("first", type=int)
    diff.add_argument("second", type=int)
    _place(diff)
    example = "kiosk catalogue advance --data .data/centre"
    advance = add(parts, "advance", "go to the next stage of the rollout (1, 10, 100 %)", example, run_advance)
    advance.add_argument("--data", type=Path, required=True, help="the centre's data folder")
    advance.add_argument("--everybody", action="store_true", help="leave the stages out")
    advance.add_argument("--database", default="", help="SQLAlchemy URL (default: an SQLite file in --data)")


def _signing(
    parts: Subcommands,
    name: str,
    text: str,
    rest: str,
    run: Callable[[argparse.Namespace], int],
    *,
    keys_needed: bool = True,
) -> Any:
    example = f"kiosk catalogue {name}{rest} --keys .data/keys --data .data/centre"
    parser = add(parts, name, text, example, lambda options: _guarded(run, options))
    parser.add_argument("--keys", type=Path, required=keys_needed, help="folder of the keys that sign")
    _place(parser)
    return parser


def _place(parser: Any) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", type=Path, help="folder of the published catalogue")
    where.add_argument("--data", type=Path, help="a centre's data folder: its catalogue is served at once")


def _repository(options: argparse.Namespace) -> Repository:
    from kiosk.central.catalogue_repository import Repository

    return Repository(options.to or options.data / "catalogue")


def _publisher(options: argparse.Namespace) -> Publisher:
    from kiosk.central.catalogue_publish import Publisher

    return Publisher(_repository(options), options.keys, _districts(), datetime.datetime.now(datetime.UTC))


def _districts() -> frozenset[str]:
    from kiosk.central.catalogue_content import district_codes

    return district_codes(CONFIG / "codes" / "districts.toml")


def _guarded(run: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """What an operator can mend is one line and exit status 2."""
    from kiosk.central.catalogue_content import ContentError
    from kiosk.central.catalogue_keys import KeysError
    from kiosk.central.catalogue_repository import RepositoryError

    try:
        return run(options)
    except (ContentError, KeysError, RepositoryError) as error:
        return bad(str(error))
    except OSError as error:
        return bad(f"{error.filename}: {error.strerror}")


def run_keys(options: argparse.Namespace) -> int:
    """Make what is missing."""
    from kiosk.central.catalogue_keys import create_drill_keys

    made = create_drill_keys(options.drill, sorted(_districts()))
    show(options.json, {"made": made}, [f"{len(made)} keys made in {options.drill}"])
    return OK


def run_publish(options: argparse.Namespace) -> int:
    """Judge, then publish; 1 when the definitions have mistakes."""
    from kiosk.central.catalogue_content import read_content
    from kiosk.commands.catalogue import load_judged

    _, mistakes = load_judged(options.config)
    if mistakes:
        show(options.json, {"mistakes": mistakes}, mistakes)
        return FAILED
    return _published(options, _publisher(options).publish(read_content(options.config)))


def run_rollback(options: argparse.Namespace) -> int:
    """Publish old content under a new number: terminals never take a lower one. With --profile: this terminal only."""
    if options.profile is not None and options.data is not None:
        return step_back(options)
    if options.keys is None:
        return bad("--keys, to publish it again, or --profile and --data, to step this terminal back, is needed")
    return _published(options, _publisher(options).publish(_repository(options).content(options.version)))


def _published(options: argparse.Namespace, version: int) -> int:
    show(options.json, {"version": version}, [f"version {version} published"])
    return OK


def run_refresh(options: argparse.Namespace) -> int:
    """Sign anew."""
    versions = _publisher(options).refresh()
    show(options.json, {"versions": versions}, [f"fresh: {', '.join(map(str, versions))}"])
    return OK


def run_withdraw(options: argparse.Namespace) -> int:
    """Add to or take from the list."""
    publisher = _publisher(options)
    named = frozenset(options.services)
    services = publisher.withdrawn() - named if options.lift else publisher.withdrawn() | named
    number = publisher.withdraw(services)
    show(options.json, {"list": number, "withdrawn": sorted(services)}, [f"withdrawn: {', '.join(sorted(services))}"])
    return OK


def run_diff(options: argparse.Namespace) -> int:
    """Say what changed."""
    if options.profile is not None and options.data is not None:
        return compare(options)
    from kiosk.central.catalogue_diff import differences
    from kiosk.central.catalogue_repository import RepositoryError

    try:
        old, new = (_repository(options).content(version) for version in (options.first, options.second))
    except RepositoryError as error:
        return bad(str(error))
    lines = differences(old, new)
    show(options.json, {"differences": lines}, lines or ["no difference"])
    return OK


def run_advance(options: argparse.Namespace) -> int:
    """The next stage, if the terminals' reports allow it; 1 when the rollout is halted."""
    from kiosk.central.catalogue_repository import Repository
    from kiosk.central.catalogue_stages import advance, offer_to_all
    from kiosk.central.database import Database, DatabaseUrlError
    from kiosk.central.settings import CentreSettings

    versions = Repository(options.data / "catalogue").versions()
    if not versions:
        return bad(f"nothing is published in {options.data}")
    try:
        database = Database(CentreSettings(options.data, database=options.database).database_url)
    except DatabaseUrlError as error:
        return bad(str(error))
    go_on = offer_to_all if options.everybody else advance
    state = database.run(lambda session: go_on(session, versions[-1]))
    database.close()
    said = {"version": state.version, "percent": state.percent, "halted": state.halted}
    show(options.json, said, [f"version {state.version}: {state.percent} %{', halted' if state.halted else ''}"])
    return FAILED if state.halted else OK

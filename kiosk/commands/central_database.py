"""How the centre's commands open its database: what stands in the way is one clear line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from kiosk.commands.shell import BAD_INPUT, FAILED

if TYPE_CHECKING:
    from kiosk.central.database import Database
    from kiosk.central.settings import CentreSettings


def with_database(options: argparse.Namespace, work: Callable[[Database], int]) -> int:
    """Open the database, do the work, close it; what stands in the way is one clear line."""
    from sqlalchemy.exc import DBAPIError

    from kiosk.central.database import Database, DatabaseUrlError
    from kiosk.central.locks import BusyError
    from kiosk.central.schema import SchemaTooNewError
    from kiosk.central.signing import KeyFileError

    try:
        try:
            database = Database(settings_of(options).database_url)
        except OSError as error:
            return failed(f"{error.filename or options.data}: {error.strerror}")
        try:
            return work(database)
        finally:
            database.close()
    except (DatabaseUrlError, SchemaTooNewError, KeyFileError) as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except DBAPIError as error:
        return failed(f"the database does not answer: {str(error.orig).splitlines()[0]}")
    except BusyError:
        return failed("another process holds the database; try again")


def settings_of(options: argparse.Namespace) -> CentreSettings:
    """The centre's settings that a command line says."""
    from kiosk.central.settings import CentreSettings

    chosen = {name: getattr(options, name) for name in ("port", "public_url", "demo", "replace_key") if name in options}
    return CentreSettings(options.data, database=options.database, **chosen)


def failed(message: str) -> int:
    """Say why; the exit status."""
    print(message, file=sys.stderr)
    return FAILED

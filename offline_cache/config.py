"""The tables `[store]` and `[centre]` of a terminal's profile, checked strictly; other tables are not ours.

Relative paths are relative to the data folder.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec

from offline_cache.line.http import CentreAddress
from offline_cache.store import Place

_Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]
_TERMINAL = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,6}){1,3}")


class ConfigError(Exception):
    """The profile has a mistake; the text is one line for a technician."""


class StoreTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[store]`: the folder of the database, its key, and how much room to keep for a full disk.

    The key is in `key_file`, or, where `key_credential` is named, in that credential of the service.
    """

    folder: str = "store"
    key_file: str = "store.key"
    key_credential: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{0,80}$")] = ""
    reserve_mb: Annotated[int, msgspec.Meta(ge=0, le=4096)] = 32


class CentreTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[centre]`: where it is, who we are, when its answers count as slow, how often to probe an idle line.

    `code_file`: where a one-time code may be left for the first contact. `ca_file`: the only certificate authority that
    is believed. `catalogue_root`: the city's root of trust for the catalogue, handed over with the terminal.

    A fleet sets `poll_s` so that terminals / poll_s stays far below what the centre can answer; likewise `catalogue_s`,
    how often a terminal asks for a newer catalogue.
    """

    url: str
    terminal: str
    code_file: str = "enrolment.code"
    ca_file: str = ""
    catalogue_root: str = "catalogue-root.json"
    slow_s: _Seconds = 2.0
    poll_s: _Seconds = 5.0
    catalogue_s: _Seconds = 300.0


class Profile(msgspec.Struct, frozen=True):
    """What the store needs of a profile."""

    centre: CentreTable
    store: StoreTable = StoreTable()

    def place(self, data: Path) -> Place:
        """Where the store is."""
        table = self.store
        reserve = table.reserve_mb * 1024 * 1024
        return Place(data / table.folder, data / table.key_file, self.centre.terminal, reserve, table.key_credential)

    def address(self, data: Path) -> CentreAddress:
        """Where the centre is."""
        table = self.centre
        ca_file = data / table.ca_file if table.ca_file else None
        return CentreAddress(table.url, table.terminal, ca_file)


def load_profile(path: Path) -> Profile:
    """Read and check a profile. Raises ConfigError."""
    try:
        profile = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Profile)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{path}: {error}") from error
    if not profile.centre.url.startswith(("http://", "https://")):
        raise ConfigError(f"{path}: centre.url must begin with http:// or https://")
    if not _TERMINAL.fullmatch(profile.centre.terminal):
        raise ConfigError(f"{path}: centre.terminal must look like GZ-TH-0001")
    return profile

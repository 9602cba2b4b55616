"""Publishes this repository's own configuration as the bench's catalogue, with the keys of a drill, before it starts.

So the bench's terminal works with what came over the line, verified, and with nothing else. In service the keys lie
with different people (docs/catalogue.md).
"""

from __future__ import annotations

import datetime
from pathlib import Path

from kiosk.central.catalogue_content import district_codes, read_content
from kiosk.central.catalogue_keys import create_drill_keys
from kiosk.central.catalogue_publish import Publisher
from kiosk.central.catalogue_repository import Repository, UnchangedError
from kiosk.central.catalogue_stages import offer_to_all
from kiosk.central.database import Database
from kiosk.central.settings import CentreSettings
from kiosk.folders import CONFIG

KEYS = "catalogue-keys"
ROOT = "catalogue-root.json"


def publish_own(data: Path, config: Path = CONFIG) -> None:
    """Publish what changed since the last time, to every terminal at once; else sign a new timestamp.

    The centre of `data` does not run yet. The root of trust is left where the terminal's profile looks for it.
    """
    districts = district_codes(config / "codes" / "districts.toml")
    create_drill_keys(data / KEYS, sorted(districts))
    settings = CentreSettings(data / "centre")
    repository = Repository(settings.catalogue)
    publisher = Publisher(repository, data / KEYS, districts, datetime.datetime.now(datetime.UTC))
    try:
        version = publisher.publish(read_content(config))
    except UnchangedError:
        publisher.refresh()
    else:
        database = Database(settings.database_url)
        database.run(lambda session: offer_to_all(session, version))
        database.close()
    root = repository.root(1)
    assert root is not None
    (data / ROOT).write_bytes(root)

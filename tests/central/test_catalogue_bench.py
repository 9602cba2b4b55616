"""The bench's centre offers this repository's own configuration; what changes in it is the next version."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kiosk.bench.publishing import ROOT, publish_own
from kiosk.central.catalogue_content import read_content
from kiosk.central.catalogue_repository import Repository
from kiosk.central.catalogue_stages import state_of
from kiosk.central.database import Database
from kiosk.central.settings import CentreSettings
from kiosk.folders import CONFIG


@pytest.fixture
def config(tmp_path: Path) -> Path:
    for name in ("services", "districts", "codes", "texts", "templates"):
        shutil.copytree(CONFIG / name, tmp_path / "config" / name)
    return tmp_path / "config"


def test_the_repositorys_own_configuration_is_version_1_and_a_change_is_2(tmp_path: Path, config: Path) -> None:
    publish_own(tmp_path, config)
    repository = Repository(tmp_path / "centre" / "catalogue")
    assert repository.content(1) == read_content(config)
    assert (tmp_path / ROOT).read_bytes() == repository.root(1)
    publish_own(tmp_path, config)
    assert repository.versions() == [1]
    assert json.loads(repository.timestamp(1) or b"")["signed"]["version"] == 1_000_001
    (config / "texts" / "extra.toml").write_text('[extra]\nword = { zh-Hans = "x", zh-Hant = "x", en = "x" }\n')
    publish_own(tmp_path, config)
    assert repository.versions() == [1, 2]
    database = Database(CentreSettings(tmp_path / "centre").database_url)
    with database.reading() as session:
        assert state_of(session, 2).percent == 100
    database.close()

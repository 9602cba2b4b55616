"""The centre names a service as the newest published catalogue does, without being started again."""

from __future__ import annotations

from pathlib import Path

from kiosk.central.services import Titles
from tests.offline.catalogue_city import City


def titled(title: str) -> bytes:
    return f'id = "hrss/card"\ntitle = {{ zh-Hans = "{title}" }}\n'.encode()


def test_a_name_is_the_newest_published_one_else_the_centres_own_else_the_id(tmp_path: Path) -> None:
    city = City(tmp_path)
    titles = Titles({"hrss/card": "旧名", "general/own": "自己的"}, city.repository)
    assert [titles.of(name) for name in ("hrss/card", "general/own", "no/such")] == ["旧名", "自己的", "no/such"]
    city.publish(services__hrss__card=titled("新名"))
    assert titles.of("hrss/card") == "新名"
    assert titles.of("general/own") == "自己的"
    city.publish(services__hrss__card=titled("更新的名"))
    assert titles.of("hrss/card") == "更新的名"
    city.publish(services__hrss__card=b'id = "hrss/card"\ntitle = "@phrase"\n')
    assert titles.of("hrss/card") == "旧名"

"""The sample city (演示): people and records made from config/samples/people.toml, once per database.

Datasets without code of their own: config/samples/datasets/<dataset>.toml, generic records.
"""

from __future__ import annotations

import datetime
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from kiosk.central.models import Person, Record

_SOURCES = {
    "name": "公安户籍",
    "phone": "政务服务账户",
    "address": "公安户籍",
    "employer": "人社参保登记",
    "hukou_district": "公安户籍",
    "hukou_street": "公安户籍",
    "bank_name": "人社待遇账户",
    "bank_account": "人社待遇账户",
    "social_security_number": "人社参保登记",
    "parent_name": "卫健出生登记",
    "parent_number": "卫健出生登记",
    "parents": "卫健出生登记",
    "children": "卫健出生登记",
}
_SCHEMES = ("职工基本养老保险", "职工基本医疗保险", "失业保险", "工伤保险", "生育保险")
_LOWEST_BASE, _BASE_STEP = 5284, 730

Sample = Mapping[str, Any]
_NOBODY: Sample = {"number": ""}
"""Whom the records of a dataset with `open = true` are about: anybody may look them up."""


def load_samples(session: Session, path: Path, now: datetime.datetime) -> None:
    """Fill an empty database, with records up to last month; does nothing when people are there already."""
    if session.query(Person).first() is not None:
        return
    samples = tomllib.loads(path.read_text(encoding="utf-8"))["person"]
    last = f"{now.replace(day=1) - datetime.timedelta(days=1):%Y-%m}"
    by_id = {sample["id"]: sample for sample in samples}
    for sample in samples:
        session.add(Person(number=sample["number"], name=_name(sample), fields=_fields(sample, by_id)))
        session.add_all(_insurance(sample, last))
    for file in sorted((path.parent / "datasets").glob("*.toml")):
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        about = [_NOBODY] if table.get("open") else None
        session.add_all(
            _record(file.stem, record, sample)
            for record in table["record"]
            for sample in about or _whose(record, by_id)
        )


def _whose(record: Sample, by_id: Mapping[str, Sample]) -> list[Sample]:
    """The people that a sample record is about: those it names, else everybody."""
    return [by_id[name] for name in record["people"]] if "people" in record else [*by_id.values()]


def _record(dataset: str, record: Sample, sample: Sample) -> Record:
    """A sample record of one person; {tail} in it becomes the end of her number, so that no two are alike."""
    tail = str(sample["number"])[-4:]
    rows = [[label, value.replace("{tail}", tail)] for label, value in record["rows"]]
    return Record(dataset=dataset, number=sample["number"], title=record["title"], state=record["state"], rows=rows)


def _name(sample: Sample) -> str:
    return str(sample.get("name") or sample.get("english_name", ""))


def _fields(sample: Sample, by_id: Mapping[str, Sample]) -> list[dict[str, str]]:
    """What the city knows; fields it does not know are left out."""
    parents = [by_id[parent] for parent in sample.get("parents", [])]
    children = [other for other in by_id.values() if sample["id"] in other.get("parents", [])]
    values = {name: str(sample[name]) for name in _SOURCES if sample.get(name) and name != "parents"}
    values["name"] = _name(sample)
    if sample.get("enrolled_from"):
        values["social_security_number"] = str(sample["number"])
    if parents:
        values["parent_name"], values["parent_number"] = _name(parents[0]), str(parents[0]["number"])
        values["parents"] = json.dumps([_kin(parent) for parent in parents], ensure_ascii=False)
    if children:
        values["children"] = json.dumps([_kin(child) for child in children], ensure_ascii=False)
    return [{"name": name, "value": value, "source": _SOURCES[name]} for name, value in values.items()]


def _kin(sample: Sample) -> dict[str, str]:
    names = ("number", "birth", "hukou_district")
    return {"name": _name(sample)} | {name: str(sample.get(name, "")) for name in names}


def _insurance(sample: Sample, last: str) -> Iterator[Record]:
    """One record a scheme and employment; a month in no employment is a gap."""
    base = _LOWEST_BASE + _BASE_STEP * (sum(map(ord, sample["id"])) % 12)
    for employer, first, until in _employments(sample, last):
        for scheme in _SCHEMES:
            yield Record(
                dataset="social_insurance",
                number=sample["number"],
                title=scheme,
                state="参保缴费",
                period_from=first,
                period_to=until,
                rows=[
                    ["参保单位", employer],
                    ["参保起止", f"{first} 至 {until}"],
                    ["累计月数", f"{months_between(first, until)} 个月"],
                    ["缴费基数", f"¥{base:,}.00"],
                ],
            )


def _employments(sample: Sample, last: str) -> Iterator[tuple[str, str, str]]:
    """(employer, first month, last month), in order."""
    for entry in sample.get("employments", []):
        yield str(entry["employer"]), str(entry["from"]), min(str(entry.get("to") or last), last)
    if not sample.get("employments") and sample.get("enrolled_from"):
        yield str(sample["employer"]), str(sample["enrolled_from"]), last


def months_between(first: str, last: str) -> int:
    """Months from YYYY-MM to YYYY-MM, both counted; 0 when `last` is before `first`."""
    return max(0, (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1)

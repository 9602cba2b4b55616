"""Issues sealed certificates from a person's records, once a key, and lets anyone check them.

A template is two files of config/templates: NAME.toml (which records, which words) and NAME.typ (the page). Those that
list records are read by kiosk.central.papers; the insurance certificate, whose periods overlap, is read here.
The seal is drawn and marked 演示; an electronic signature (PAdES) is not made yet.
"""

from __future__ import annotations

import datetime
import hashlib
import logging
import re
import secrets
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central.database import Database
from kiosk.central.incidents import note
from kiosk.central.models import Certificate, Incident, Person, Record
from kiosk.central.numbers import next_serial
from kiosk.central.papers import SANS, SERIF, page_of, read_papers
from kiosk.central.refusals import Refusal
from kiosk.central.samples import months_between
from kiosk.central.schemas import CertificateIn, Month
from kiosk.central.typeset import TypesetError, Typesetter, qr_svg

log = logging.getLogger(__name__)
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 11
MAX_MONTHS = 60

Demand = Callable[[Session], Person]
"""The person for whom it is asked, proven; Refusal 403."""


class KeyReusedError(Exception):
    """Another request came under this key before."""


@dataclass(frozen=True)
class Wanted:
    """What a certificate is asked to show."""

    period_from: str
    period_to: str
    purpose: str
    monthly: bool


@dataclass(frozen=True)
class Drawn:
    """What a page shows, the layout that shows it, and what its serial begins with."""

    page: dict[str, Any]
    layout: str
    prefix: str


def find_certificate(session: Session, code: str) -> Certificate | None:
    """What was issued under a verification code, typed with or without dashes."""
    bare = re.sub(r"[^0-9A-Za-z]", "", code).upper()
    return session.scalar(select(Certificate).where(Certificate.code == bare)) if valid_code(bare) else None


class Certificates:
    """Issues and finds certificates."""

    def __init__(self, templates: Path, public_url: str, clock: Callable[[], datetime.datetime]) -> None:
        self._folder, self._public_url, self._clock = templates, public_url.rstrip("/"), clock
        self._typesetter = Typesetter(templates)
        self._papers = read_papers(templates)
        self._templates = {
            path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
            for path in templates.glob("*.toml")
            if path.stem not in self._papers
        }

    def issue(self, database: Database, key: str, request: CertificateIn, demand: Demand, terminal: str) -> Certificate:
        """Issue once: the same key gives the same certificate, another request under it is refused (422).

        No transaction is open while the page is typeset, so a serial whose page fails is not used again.
        """
        try:
            return self._issue(database, key, request, demand, terminal)
        except KeyReusedError:
            incident = Incident(at=self._clock(), terminal=terminal, kind="key_reused", key=key)
            database.run(lambda session: note(session, incident))
            raise Refusal(422, "key_reused") from None

    def _issue(
        self, database: Database, key: str, request: CertificateIn, demand: Demand, terminal: str
    ) -> Certificate:
        fingerprint = hashlib.sha256(request.model_dump_json(exclude={"token"}).encode()).hexdigest()
        with database.reading() as session:
            person = demand(session)
            known = _under(session, key, fingerprint)
            if known is not None:
                return known
            drawn = self._drawn(session, request, person)
        made = self._make(database, drawn, terminal)
        made.key, made.fingerprint = key, fingerprint
        made.masked_name = person.name[:1] + "*" * (len(person.name) - 1)
        return database.run(lambda session: _kept(session, made))

    def _drawn(self, session: Session, request: CertificateIn, person: Person) -> Drawn:
        """What the page shows; Refusal 404 for a template that we do not have, or no records."""
        paper = self._papers.get(request.template)
        if paper is not None:
            query = select(Record).where(Record.dataset == paper.dataset, Record.number == person.number)
            found = session.scalars(query.order_by(Record.id)).all()
            return Drawn(page_of(paper, request, person, found), paper.layout, paper.prefix)
        template = self._templates.get(request.template)
        if template is None:
            raise Refusal(404, "unknown_template")
        wanted = _wanted(request)
        records = _records_within(session, template["dataset"], person.number, wanted)
        if not records:
            raise Refusal(404, "no_records")
        return Drawn(_page(template, request.language, person, records, wanted), request.template, template["prefix"])

    def find(self, session: Session, code: str) -> Certificate | None:
        """The certificate of a verification code, typed with or without dashes."""
        return find_certificate(session, code)

    def verify_url(self, certificate: Certificate) -> str:
        """Where anyone can check it."""
        return f"{self._public_url}/verify/{grouped(certificate.code)}"

    def _make(self, database: Database, drawn: Drawn, terminal: str) -> Certificate:
        """Typeset a page under a serial and a code of its own."""
        now, code = self._clock(), new_code()
        serial = database.run(lambda session: next_serial(session, drawn.prefix, now))
        page = drawn.page | {
            "serial": serial,
            "code": grouped(code),
            "qr": qr_svg(f"{self._public_url}/verify/{grouped(code)}"),
            "date": f"{now.year}年{now.month}月{now.day}日",
            "terminal": terminal,
        }
        try:
            pdf = self._typesetter.pdf(drawn.layout, page, now)
        except TypesetError as error:
            log.error("layout %s cannot be typeset for one person: a glyph is missing", drawn.layout)
            raise Refusal(422, "typeset") from error
        with pypdfium2.PdfDocument(pdf) as document:
            pages = len(document)
        return Certificate(
            serial=serial,
            code=code,
            title=page["title"],
            terminal=terminal,
            issued_at=now,
            pages=pages,
            sha256=hashlib.sha256(pdf).hexdigest(),
            pdf=pdf,
        )


def _under(session: Session, key: str, fingerprint: str) -> Certificate | None:
    """The certificate of a key; KeyReusedError when it was another request's."""
    known = session.scalar(select(Certificate).where(Certificate.key == key))
    if known is not None and known.fingerprint != fingerprint:
        raise KeyReusedError
    return known


def _kept(session: Session, made: Certificate) -> Certificate:
    """The certificate of its key: this one, or the one that another request made in the meantime."""
    known = _under(session, made.key, made.fingerprint)
    if known is None:
        session.add(made)
        session.flush()
    return known or made


def new_code() -> str:
    """An unguessable verification code (55 bits) with a check character at its end."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return body + _check(body)


def valid_code(code: str) -> bool:
    """Whether a code can have been typed right."""
    return len(code) == CODE_LENGTH + 1 and set(code) <= set(ALPHABET) and _check(code[:-1]) == code[-1]


def grouped(code: str) -> str:
    """In groups of four, for the eye."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _check(body: str) -> str:
    return ALPHABET[sum((place + 2) * ALPHABET.index(char) for place, char in enumerate(body)) % 31]


def _wanted(request: CertificateIn) -> Wanted:
    values = {pair.name: pair for pair in request.parameters}
    first, last = (values[name].value if name in values else "" for name in ("period_from", "period_to"))
    if not (re.fullmatch(Month, first) and re.fullmatch(Month, last) and first <= last):
        raise Refusal(422, "period")
    monthly = "detail" in values and values["detail"].value == "monthly"
    if monthly and months_between(first, last) > MAX_MONTHS:
        raise Refusal(422, "period_too_long")
    purpose = values["purpose"].shown or values["purpose"].value if "purpose" in values else ""
    return Wanted(first, last, purpose or "—", monthly)


def _records_within(session: Session, dataset: str, number: str, wanted: Wanted) -> list[Record]:
    found = session.scalars(select(Record).where(Record.dataset == dataset, Record.number == number))
    return [
        record for record in found if record.period_from <= wanted.period_to and record.period_to >= wanted.period_from
    ]


def _page(
    template: Mapping[str, Any], language: str, person: Person, records: Sequence[Record], wanted: Wanted
) -> dict[str, Any]:
    """Everything the page shows, in one language."""
    words = {name: sentence[language] for name, sentence in template["words"].items()}
    summary = [_summary_row(record, wanted) for record in records]
    monthly = _monthly_rows(records, wanted, words["paid"])
    return {
        "title": template["title"][language],
        "subtitle": template["subtitle"][language],
        "statement": template["statement"][language].format(name=person.name, number=person.number),
        "name": person.name,
        "number": person.number,
        "period": f"{_month(wanted.period_from)} — {_month(wanted.period_to)}",
        "purpose": wanted.purpose,
        "watermark": words["only_for"].format(purpose=wanted.purpose),
        "columns": template["monthly_columns" if wanted.monthly else "columns"][language],
        "widths": [1.1, 0.8, 2.6, 1.3, 1.1] if wanted.monthly else [2.25, 2.3, 1.1, 1.1, 0.95, 1.35],
        "rows": monthly if wanted.monthly else summary,
        "words": words,
        "seal": template["words"]["issuer"]["zh-Hans"].removesuffix("（演示）"),
        "sans": SANS[language],
        "serif": SERIF[language],
    }


def _summary_row(record: Record, wanted: Wanted) -> list[str]:
    first, last = _overlap(record, wanted)
    rows = dict(record.rows)
    return [
        record.title,
        rows.get("参保单位", ""),
        first,
        last,
        str(months_between(first, last)),
        rows.get("缴费基数", ""),
    ]


def _monthly_rows(records: Sequence[Record], wanted: Wanted, paid: str) -> list[list[str]]:
    rows = []
    for month in _months(wanted.period_from, wanted.period_to):
        running = [record for record in records if record.period_from <= month <= record.period_to]
        if running:
            facts = dict(running[0].rows)
            rows.append([month, str(len(running)), facts.get("参保单位", ""), facts.get("缴费基数", ""), paid])
    return rows


def _months(first: str, last: str) -> list[str]:
    start = int(first[:4]) * 12 + int(first[5:]) - 1
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(start, start + months_between(first, last))]


def _overlap(record: Record, wanted: Wanted) -> tuple[str, str]:
    return max(record.period_from, wanted.period_from), min(record.period_to, wanted.period_to)


def _month(text: str) -> str:
    return f"{text[:4]}年{int(text[5:])}月"

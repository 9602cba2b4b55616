"""A service's form on paper, read off its definition: what it asks, what is to be handed in, room to write and sign.

Every service that takes an application has one, in three languages and with the district's own papers, for it is made
of the same words as the screens. `filled` gives a specimen (样表), marked as such: the person in it is invented.
Pure. Not responsible for typesetting (drivers.document_printer).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from drivers.contract.pages import Box, BoxesPart, FieldPart, HeadingPart, PagePart, Pages, TablePart, TextPart
from kiosk.journey.context import Context
from kiosk.journey.model import (
    BankCardStep,
    GroupStep,
    Material,
    Overlay,
    PhotoStep,
    QuestionStep,
    ReviewStep,
    ScanStep,
    Service,
    SignatureStep,
    Step,
    Text,
)
from kiosk.views import Language

SPECIMEN = ("黄桂香", "440106195003189960", "13000000001", "天河区车陂街演示路10号101房")
"""The invented person of a specimen (演示), the same as in the samples."""
SPECIMEN_MEMBER = ("陈小明", "11010519491231002X")
SPECIMEN_DAY = "2026-03-05"
SPECIMEN_MONTH = "2026-03"
SPECIMEN_CODE = "11370800MB28559184"
BLANK_ROWS = 4
_LONG = 12
"""A label that invites more than a line of text has an answer of more than this many signs."""


@dataclass(frozen=True)
class FormWanted:
    """Which form: of a service, as a district takes it on a day (YYYY-MM-DD), in a language, blank or as specimen."""

    service: str
    district: str
    today: str
    language: Language
    filled: bool = False


def has_form(service: Service) -> bool:
    """Whether there is something to fill in: an application or a yearly review."""
    return service.handle_type in {"application", "review"} and any(_parts_of_steps(service))


def _parts_of_steps(service: Service) -> Iterator[Step]:
    kinds = (QuestionStep, GroupStep, BankCardStep, ScanStep)
    return (step for step in service.steps if isinstance(step, kinds))


def form_of(context: Context, wanted: FormWanted) -> Pages:
    """The form of a service that the catalogue has."""
    return _Form(context, wanted).pages()


class _Form:
    """One form in the making; nothing of it changes."""

    def __init__(self, context: Context, wanted: FormWanted) -> None:
        self._texts, self._language, self._filled = context.texts, wanted.language, wanted.filled
        self._catalogue = context.catalogue
        self._district = wanted.district
        resolved = context.catalogue.resolve(wanted.service, wanted.district, wanted.today)
        self._service, self._overlay = resolved.service, resolved.overlay

    def pages(self) -> Pages:
        """All of it."""
        service = self._service
        department = self._catalogue.departments[service.department].name.of(self._language)
        district = self._catalogue.district_name(self._district, self._language)
        return Pages(
            title=self._say("form.title", service=service.title.of(self._language)),
            subtitle=self._say("form.subtitle", department=department, number=service.no, district=district),
            parts=(*self._applicant(), *self._case(), *self._papers(), *self._end()),
            watermark=self._say("form.specimen") if self._filled else "",
            foot=self._say("form.foot", id=service.id, version=service.version),
            numbers=self._say("form.numbers", page="{page}", pages="{pages}"),
            language=self._language.value,
        )

    def _applicant(self) -> Iterator[PagePart]:
        yield HeadingPart(self._say("form.applicant"))
        if self._overlay is not None:
            yield TextPart(self._own_rule(self._overlay), small=True)
        for key, value in zip(("name", "number", "phone", "address"), SPECIMEN, strict=True):
            yield self._field(self._say(f"form.{key}"), value)

    def _own_rule(self, overlay: Overlay) -> str:
        note, basis = overlay.note.of(self._language), overlay.basis.of(self._language)
        return self._say("form.own_rule", note=note, basis=basis)

    def _case(self) -> Iterator[PagePart]:
        yield HeadingPart(self._say("form.case"))
        for step in self._service.steps:
            match step:
                case QuestionStep():
                    yield from self._question(step)
                case GroupStep():
                    yield self._group(step)
                case BankCardStep():
                    yield self._field(self._words(step.label, step), "6222000000000001")
                case ScanStep():
                    yield self._field(self._words(step.label, step), "YS20260001")
                case PhotoStep():
                    yield FieldPart(self._words(step.name, step), self._say("form.photo"), lines=4)
                case _:
                    continue

    def _question(self, step: QuestionStep) -> Iterator[PagePart]:
        label, hint = self._words(step.label, step), self._say("form.if_so") if step.when or step.optional else ""
        boxes = self._boxes(step)
        if boxes:
            yield BoxesPart(label, boxes, hint)
        elif step.ask in {"period", "months"}:
            blank = self._say("form.from_to", first=self._day(step.ask), last=self._day(step.ask))
            yield FieldPart(label, hint, blank)
        elif step.ask in {"date", "month"}:
            yield FieldPart(label, hint, self._day(step.ask))
        elif step.ask in {"person", "company"}:
            first, second = (
                ("person_name", "person_number") if step.ask == "person" else ("company_name", "company_code")
            )
            values = SPECIMEN_MEMBER if step.ask == "person" else (self._say("form.company"), SPECIMEN_CODE)
            yield self._field(self._say("form.of", part=self._say(f"field.{first}"), whole=label), values[0], hint)
            yield self._field(self._say("form.of", part=self._say(f"field.{second}"), whole=label), values[1], hint)
        else:
            lines = 2 if step.ask == "address" or step.ask == "text" and step.max_length > _LONG else 1
            yield self._field(label, _specimen(step), hint, lines)

    def _boxes(self, step: QuestionStep) -> tuple[Box, ...]:
        """What can be ticked; nothing where only the terminal knows the choices of the day."""
        if step.ask not in {"choice", "choices"}:
            return ()
        named = [choice.label.of(self._language) for choice in step.options]
        if step.options_from == "districts":
            named = [district.name.of(self._language) for district in self._catalogue.districts.values()] + named
        if step.options_from == "places":
            sites = [site for site in self._catalogue.sites if self._service.id in site.books]
            named = [site.name.of(self._language) for site in sites] + named
        if step.options_from in {"records", "departments", "services"}:
            return ()
        return tuple(Box(name, self._filled and number == 0) for number, name in enumerate(named))

    def _group(self, step: GroupStep) -> TablePart:
        columns = tuple(self._words(field.label, step) for field in step.fields)
        row = tuple(self._cell(field) for field in step.fields)
        return TablePart(self._words(step.label, step), columns, (row,) if self._filled else (), BLANK_ROWS)

    def _cell(self, field: QuestionStep) -> str:
        if field.ask == "choice" and field.options:
            return field.options[0].label.of(self._language)
        return " ".join(SPECIMEN_MEMBER) if field.ask == "person" else _specimen(field)

    def _papers(self) -> Iterator[PagePart]:
        materials = self._service.materials
        if materials:
            yield HeadingPart(self._say("form.papers"))
            for material in materials:
                yield TextPart("□ " + self._material(material))

    def _material(self, material: Material) -> str:
        counts = [
            self._say(f"materials.{kind}", count=count)
            for kind, count in (("original", material.originals), ("copy", material.copies))
            if count
        ]
        case = material.case.of(self._language) if material.case is not None else ""
        licence = self._say("form.licence") if material.licences else ""
        words = [word for word in (self._say("service.comma").join(counts), case, licence) if word]
        return self._say(
            "form.material", name=material.name.of(self._language), words=self._say("form.dot").join(words)
        )

    def _end(self) -> Iterator[PagePart]:
        review = next((step for step in self._service.steps if isinstance(step, ReviewStep)), None)
        signed = next((step for step in self._service.steps if isinstance(step, SignatureStep)), None)
        yield HeadingPart(self._say("form.statement"))
        for step in (review, signed):
            if step is not None:
                yield TextPart(self._words(step.statement, step))
        yield FieldPart(self._say("form.signature"), lines=2)
        yield FieldPart(self._say("form.day"), value=self._day("date"))
        yield TextPart(self._say("form.note"), small=True)

    def _field(self, label: str, value: str, hint: str = "", lines: int = 1) -> FieldPart:
        return FieldPart(label, hint, value if self._filled else "", lines)

    def _day(self, ask: str) -> str:
        month = ask in {"month", "months"}
        if self._filled:
            return SPECIMEN_MONTH if month else SPECIMEN_DAY
        return self._say("form.blank_month" if month else "form.blank_day")

    def _words(self, text: Text, step: Step) -> str:
        """A text of the definition; one that is filled in as the citizen goes stands here by the step's name."""
        said = text.of(self._language)
        return step.name.of(self._language) if "{" in said else said

    def _say(self, key: str, **values: object) -> str:
        return self._texts(key, self._language, **values)


_SPECIMENS: Mapping[str, str] = {
    "latin": "SAMPLE",
    "number": "100",
    "phone": SPECIMEN[2],
    "id_number": SPECIMEN_MEMBER[1],
    "account": "6222000000000001",
    "plate": "粤A12345",
    "address": SPECIMEN[3],
    "date": SPECIMEN_DAY,
    "month": SPECIMEN_MONTH,
}


def _specimen(step: QuestionStep) -> str:
    """What stands in a specimen; a free text is left to be written, for nobody can guess what it asks."""
    return _SPECIMENS.get(step.ask, "")

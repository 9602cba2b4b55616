"""Judge a catalogue that could be read: references, order of steps, consistency rules, tables, texts.

Every function gives mistakes as lines; none raises. Not responsible for shapes (kiosk.journey.strict) nor for
expressions (kiosk.journey.lint_rules).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from drivers.contract.status import DeviceRole
from kiosk.journey.dates import is_date
from kiosk.journey.lint_limits import limit_mistakes
from kiosk.journey.lint_national import national_mistakes
from kiosk.journey.lint_rules import rule_mistakes, sentence_mistakes
from kiosk.journey.lint_words import word_mistakes
from kiosk.journey.model import (
    STEP_ROLES,
    Band,
    CertificateStep,
    CodeStep,
    ForWhomStep,
    GroupStep,
    IdentityStep,
    LookupStep,
    NoticeStep,
    Overlay,
    PrefillStep,
    QuestionStep,
    ReviewStep,
    Service,
    SlipStep,
    SubmitStep,
    kind_of,
)
from kiosk.journey.samples import sample_mistakes
from kiosk.texts import Texts

if TYPE_CHECKING:
    from kiosk.journey.catalogue import Catalogue

UNUSABLE = ("offline", "jammed", "paper_out", "toner_out", "starting", "fault")
MOST_HOT = 12
OLDEST = 150
"""An age table that reaches this far covers everybody."""


def mistakes_of(catalogue: Catalogue, texts: Texts, fit: frozenset[str] = frozenset()) -> list[str]:
    """Everything that is wrong with a catalogue as a whole. The services in `fit` were judged before, as they are."""
    mistakes: list[str] = []
    for service in catalogue.services.values():
        if service.id in fit:
            continue
        where = f"services/{service.id}.toml"
        found = [
            *_references(service, catalogue, texts),
            *_order(service),
            *national_mistakes(service, catalogue),
            *word_mistakes(service),
            *_datasets(service, catalogue),
            *limit_mistakes(service),
            *_tables(service.tables),
            *_table_names(service),
            *_questions(service),
            *sample_mistakes(service),
            *rule_mistakes(service),
            *sentence_mistakes(service),
        ]
        mistakes += [f"{where}: {mistake}" for mistake in found]
    for overlay in (*catalogue.overlays.values(), *catalogue.streets.values()):
        place = f" ({overlay.street})" if overlay.street else ".toml"
        where = f"districts/{overlay.district}/{overlay.service.replace('/', '.')}{place}"
        mistakes += [f"{where}: {mistake}" for mistake in _overlay(overlay, catalogue)]
    if catalogue.sites_day and not is_date(catalogue.sites_day):
        mistakes.append("codes/places.toml: day: must be YYYY-MM-DD")
    mistakes += hot_mistakes(catalogue.hot, catalogue.services)
    mistakes += _site_mistakes(catalogue)
    return mistakes


def _site_mistakes(catalogue: Catalogue) -> Iterator[str]:
    """Places have ids of their own and name services that we have; what is booked at a place has one."""
    ids = Counter(site.id for site in catalogue.sites)
    yield from (f"codes/places.toml: {id} is the id of {count} places" for id, count in ids.items() if count > 1)
    for site in catalogue.sites:
        for named in (*site.services, *site.books):
            if named not in catalogue.services:
                yield f"codes/places.toml: {site.id}: {named} is not a service we have"
    booked = {service for site in catalogue.sites for service in site.books}
    for service in catalogue.services.values():
        asks = any(isinstance(step, QuestionStep) and step.options_from == "places" for step in service.steps)
        if asks and service.id not in booked:
            yield f"codes/places.toml: no place books {service.id}, which asks for one"


def hot_mistakes(hot: Mapping[str, tuple[str, ...]], services: Mapping[str, Service]) -> Iterator[str]:
    """What is wrong with the lists of what stands in front, one line each."""
    for site, listed in hot.items():
        where = f"codes/hot.toml: {site}"
        yield from (f"{where}: {service} is not a service we have" for service in listed if service not in services)
        yield from (
            f"{where}: {service} is not offered at such a site"
            for service in listed
            if service in services and site not in services[service].sites
        )
        if len(listed) > MOST_HOT or len(set(listed)) < len(listed):
            yield f"{where}: at most {MOST_HOT} services, each once"


def _references(service: Service, catalogue: Catalogue, texts: Texts) -> Iterator[str]:
    if service.department not in catalogue.departments:
        yield f"department: {service.department} is not in codes/departments.toml"
    for group in service.groups:
        if group not in catalogue.groups:
            yield f"groups: {group} is not in codes/groups.toml"
    roles = {role.value for role in DeviceRole}
    for need in service.needs:
        if need not in roles:
            yield f"needs: {need} is not a device role"
        else:
            yield from _device_texts(need, texts)
    derived = {STEP_ROLES[kind_of(step)].value for step in service.steps if kind_of(step) in STEP_ROLES}
    for role in sorted(derived - set(service.needs)):
        yield f"needs: {role} is missing; a step works with it"
    for role in sorted(set(service.needs) & roles - derived):
        yield f"needs: {role} is declared, but no step works with it"


def _device_texts(role: str, texts: Texts) -> Iterator[str]:
    keys = [f"device.{role}.other", f"role.{role}"]
    keys += [f"ready.{role}.{state}" for state in UNUSABLE] if role != "receipt" else []
    for key in keys:
        if key not in texts:
            yield f"needs: {role}: the text {key} is missing"


def _order(service: Service) -> Iterator[str]:
    ids = [step.id for step in service.steps]
    for doubled in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"steps: {doubled} is used twice as an id"
    nobody = service.identity == "L0"
    first = {kind_of(step): index for index, step in reversed(list(enumerate(service.steps)))}
    before = {
        CodeStep: "identity",
        PrefillStep: "identity",
        LookupStep: "identity",
        CertificateStep: "identity",
        ForWhomStep: "identity",
        SubmitStep: "review",
        SlipStep: "identity",
    }
    for index, step in enumerate(service.steps):
        needed = before.get(type(step))
        if nobody and needed == "identity":
            continue
        if needed is not None and first.get(needed, index) >= index:
            yield f"steps: {step.id}: a {needed} step must come before it"
        if isinstance(step, SubmitStep | CertificateStep) and not _slip_follows(service, index):
            yield f"steps: {step.id}: a slip step must follow it, to show the number"
    if IdentityStep in map(type, service.steps) and not _consents_first(service):
        yield "steps: a notice with a consent must come before the identity step"


def _datasets(service: Service, catalogue: Catalogue) -> Iterator[str]:
    for step in service.steps:
        looked_up = isinstance(step, LookupStep) and step.public
        if not looked_up and not (isinstance(step, QuestionStep) and step.options_from == "public"):
            continue
        assert isinstance(step, LookupStep | QuestionStep)
        if step.dataset not in catalogue.public:
            yield f"steps: {step.id}: codes/public/{step.dataset}.toml is missing"


def _slip_follows(service: Service, index: int) -> bool:
    return any(isinstance(step, SlipStep) for step in service.steps[index:])


def _consents_first(service: Service) -> bool:
    first = next(index for index, step in enumerate(service.steps) if isinstance(step, IdentityStep))
    return any(isinstance(step, NoticeStep) and step.consent for step in service.steps[:first])


def _tables(tables: dict[str, tuple[Band, ...]]) -> Iterator[str]:
    for name, bands in tables.items():
        if not bands:
            yield f"tables.{name}: is empty"
            continue
        for lower, upper in zip(bands, bands[1:], strict=False):
            if upper.first != lower.last + 1:
                yield f"tables.{name}: ages {lower.last + 1} to {upper.first - 1} are not covered once"
        if bands[-1].last < OLDEST:
            yield f"tables.{name}: must reach age {OLDEST}"


def _table_names(service: Service) -> Iterator[str]:
    for name in service.tables.keys() ^ service.table_names.keys():
        yield f"table_names: {name} must stand in tables and in table_names"


def _questions(service: Service) -> Iterator[str]:
    for step in service.steps:
        for question in step.fields if isinstance(step, GroupStep) else (step,):
            if isinstance(question, QuestionStep):
                yield from _question(question)
        if isinstance(step, GroupStep) and not 0 <= step.least <= step.most:
            yield f"steps: {step.id}: least must not be more than most"
    reviews = [index for index, step in enumerate(service.steps) if isinstance(step, ReviewStep)]
    if len(reviews) > 1:
        yield "steps: one review is enough"


def _question(step: QuestionStep) -> Iterator[str]:
    has_options = bool(step.options or step.options_from)
    if has_options != (step.ask in {"choice", "choices"}):
        yield f"steps: {step.id}: options belong to a choice, and a choice needs them"
    ids = [option.id for option in step.options]
    if len(ids) != len(set(ids)):
        yield f"steps: {step.id}: two options have the same id"
    if step.keyboard and step.ask not in {"text", "latin", "number", "phone", "account", "id_number"}:
        yield f"steps: {step.id}: keyboard has no meaning for a {step.ask}"
    if step.ask == "choices" and not 0 < step.least <= step.most:
        yield f"steps: {step.id}: least must be 1 or more and not more than most"


def _overlay(overlay: Overlay, catalogue: Catalogue) -> Iterator[str]:
    if overlay.district not in catalogue.districts:
        yield f"district: {overlay.district} is not in codes/districts.toml"
    for name in ("valid_from", "valid_to"):
        value = getattr(overlay, name)
        if value and not is_date(value):
            yield f"{name}: {value} is not a date"
    if overlay.valid_to and overlay.valid_to <= overlay.valid_from:
        yield "valid_to: must be after valid_from"
    yield from _tables(overlay.tables)
    service = catalogue.services.get(overlay.service)
    if service is None:
        yield f"service: {overlay.service} is not a service we have"
    else:
        yield from _overlaid(overlay, service)


def _overlaid(overlay: Overlay, service: Service) -> Iterator[str]:
    if overlay.street and not service.street:
        yield "street: the service does not say which street counts (street = …)"
    for name in overlay.figures.keys() - service.figures.keys():
        yield f"figures.{name}: the city has no such figure"
    for name, bands in overlay.tables.items():
        base = service.tables.get(name)
        if base is None:
            yield f"tables.{name}: the city has no such table"
        elif bands and base and (bands[0].first, bands[-1].last) != (base[0].first, base[-1].last):
            yield f"tables.{name}: must cover ages {base[0].first} to {base[-1].last} like the city's"

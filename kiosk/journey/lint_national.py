"""The national consistency rules, and ours: kinds, time limits, visits, fees, codes, law, identity, materials, dates.

Evidence for the national ones: the public checker's rules for implementation lists (product facts, 3.3).
Not responsible for texts (kiosk.journey.lint_words) nor for expressions (kiosk.journey.lint_rules).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kiosk.journey import codes
from kiosk.journey.dates import is_date
from kiosk.journey.model import (
    CertificateStep,
    CodeStep,
    IdentityStep,
    LookupStep,
    NoticeStep,
    PaperStep,
    PrintStep,
    RatingStep,
    Service,
    SubmitStep,
)

if TYPE_CHECKING:
    from kiosk.journey.catalogue import Catalogue

SECOND_FACTORS = frozenset({"sms_code", "card_pin", "fingerprint", "attendant", "video"})
"""What proves a person without a face."""

SUBMITTED = frozenset({"application", "booking", "review"})


def national_mistakes(service: Service, catalogue: Catalogue) -> Iterator[str]:
    """What is wrong with a service as a national item and as one of a terminal."""
    yield from _kinds_agree(service)
    yield from _limits(service)
    yield from _visits(service)
    yield from _money(service)
    yield from _codes(service)
    yield from _identity(service)
    yield from _materials(service, catalogue)
    yield from _dates(service)
    if not service.by_law and not service.demo:
        yield "by_law: a service without its legal basis must be marked demo = true"
    if not service.by_law and service.task_type != "public_service":
        yield f"by_law: a {service.task_type} needs its law; without one it is a public_service"
    if not service.sources:
        yield "sources: say where this was read, and on which day"
    if not 0 <= service.hours.opens < service.hours.closes <= 24:
        yield "hours: from must be before to, both within 0 to 24"
    for audience in service.audiences:
        if audience not in catalogue.audiences:
            yield f"audiences: {audience} is not in codes/audiences.toml"


def _kinds_agree(service: Service) -> Iterator[str]:
    kinds = {type(step) for step in service.steps}
    shows = any(isinstance(step, LookupStep) or isinstance(step, NoticeStep) and step.values for step in service.steps)
    if service.handle_type == "certificate" and not kinds & {CertificateStep, PrintStep}:
        yield "handle_type: certificate needs a certificate or a print step"
    if service.handle_type in SUBMITTED and SubmitStep not in kinds:
        yield f"handle_type: {service.handle_type} needs a submit step"
    if service.handle_type == "query" and not shows:
        yield "handle_type: query needs a lookup step, or a notice with values"
    live = any(
        isinstance(step, CertificateStep) or isinstance(step, LookupStep) and not step.public for step in service.steps
    )
    if service.offline != "N" and live:
        yield f"offline: {service.offline} cannot be: a step needs the line"
    if service.offline == "Q" and SubmitStep not in kinds:
        yield "offline: Q needs a submit step"
    always = {type(step) for step in service.steps if not step.when}
    if service.offline in {"A", "C"} and always & {SubmitStep, CodeStep}:
        yield f"offline: {service.offline} cannot be: something is sent"
    if RatingStep not in kinds:
        yield "steps: the rating page must open by itself at the end: a rating step is missing"


def _limits(service: Service) -> Iterator[str]:
    if service.project_type == "promised" and service.promise_days <= 0 and not service.demo:
        yield "promise_days: a promised case (承诺件) needs its promised days"
    if service.project_type == "on_the_spot" and service.promise_days:
        yield "promise_days: an on-the-spot case (即办件) has none"
    if 0 < service.terms.statutory_days < service.promise_days:
        yield f"promise_days: {service.promise_days} is more than the law allows ({service.terms.statutory_days})"
    ends = {"证": "licence", "文": "document", "批复": "approval"}
    for ending, kind in ends.items():
        if service.result_kind and service.result.hans.endswith(ending) and service.result_kind != kind:
            yield f"result_kind: a result that ends in {ending} is a {kind}"


def _visits(service: Service) -> Iterator[str]:
    if service.visits and service.visit_reason is None:
        yield "visit_reason: say why somebody must come"
    if not service.visits and service.visit_reason is not None:
        yield "visit_reason: without a visit there is none"
    if service.online_depth == "IV" and service.visits:
        yield "visits: wholly online (IV) means none"
    sent = service.online_depth or service.mail_result
    if not service.visits and service.result_kind == "licence" and not sent:
        yield "mail_result: without a visit and not online, the licence must come by post"


def _money(service: Service) -> Iterator[str]:
    if service.is_fee and not service.fees:
        yield "fees: a fee needs its name, amount and basis"
    if service.fees and not service.is_fee:
        yield "is_fee: fees are listed, so it must be true"
    for fee in service.fees:
        if fee.amount_fen < 0:
            yield f"fees: {fee.name.hans}: amount_fen must not be negative"
        if not fee.since and not fee.demo:
            yield f"fees: {fee.name.hans}: since: from which day, or mark it demo"


def _codes(service: Service) -> Iterator[str]:
    code = service.codes
    if code.dept_code and not codes.is_credit_code(code.dept_code):
        yield "codes.dept_code: is no credit code (GB 32100)"
    if code.task_code:
        parts = codes.read_task_code(code.task_code)
        if parts is None:
            yield "codes.task_code: is no implementation code: credit code, level, 12 digits"
        elif code.catalog_code and parts.basic != code.catalog_code:
            yield "codes.task_code: must end in catalog_code"
        elif code.dept_code and parts.body != code.dept_code:
            yield "codes.task_code: must begin with dept_code"
    if code.task_handle_item and not codes.is_case_type(code.task_handle_item):
        yield "codes.task_handle_item: is no case type: an implementation code and two digits"
    if code.task_handle_item and code.task_code and not code.task_handle_item.startswith(code.task_code):
        yield "codes.task_handle_item: must begin with task_code"


def _identity(service: Service) -> Iterator[str]:
    kinds, factors = {type(step) for step in service.steps}, set(service.factors)
    if "face" in factors and not factors & SECOND_FACTORS:
        yield "factors: face must never be the only way: add one without a face"
    if service.identity == "L0" and kinds & {IdentityStep, CodeStep}:
        yield "identity: L0 asks nobody who she is; no identity and no code step"
    if service.identity != "L0" and IdentityStep not in kinds:
        yield f"identity: {service.identity} needs an identity step"
    if service.identity in {"L2", "LP", "LB"} and CodeStep not in kinds:
        yield f"identity: {service.identity} needs a code step: the card alone does not prove the person"
    if service.identity in {"L2", "LP", "LB"} and not factors & SECOND_FACTORS:
        yield f"factors: {service.identity} needs a second one beside the card"


def _materials(service: Service, catalogue: Catalogue) -> Iterator[str]:
    ids = [material.id for material in service.materials]
    for doubled in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"materials: {doubled} is used twice as an id"
    for material in service.materials:
        for licence in material.licences:
            if licence not in catalogue.licences:
                yield f"materials: {material.id}: {licence} is not in codes/licences.toml"
        if (material.need == "case") != bool(material.when) or (material.need == "case") != (material.case is not None):
            yield f"materials: {material.id}: need = case, when and case (the words for it) belong together"
    for step in service.steps:
        if isinstance(step, PaperStep) and step.material not in ids:
            yield f"steps: {step.id}: {step.material} is not among the materials"


def _dates(service: Service) -> Iterator[str]:
    days = {"valid_from": service.valid_from, "valid_to": service.valid_to}
    days |= {f"figures.{name}.since": figure.since for name, figure in service.figures.items()}
    days |= {f"sources[{index}].seen": source.seen for index, source in enumerate(service.sources, 1)}
    days |= {f"fees[{index}].since": fee.since for index, fee in enumerate(service.fees, 1)}
    for name, day in days.items():
        if day and not is_date(day):
            yield f"{name}: {day} is not a date (YYYY-MM-DD)"
    if service.valid_from and service.valid_to and service.valid_to <= service.valid_from:
        yield "valid_to: must be after valid_from"

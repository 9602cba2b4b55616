"""Judge how a service speaks: short buttons, few choices a page, notices that can be read, and a plain summary.

Not responsible for languages that are missing (kiosk.journey.strict) nor for whether it is true.
"""

from __future__ import annotations

from collections.abc import Iterator

from kiosk.journey.model import (
    CertificateStep,
    GroupStep,
    LookupStep,
    MaterialsStep,
    NoticeStep,
    QuestionStep,
    ReviewStep,
    Service,
    Step,
    Text,
)
from kiosk.journey.wording import BUTTON_LETTERS, BUTTON_SIGNS, counted_time_s, fits_a_button

MOST_CHOICES = 6
MOST_READING_S = 120
PLAIN_SIGNS = 60


def word_mistakes(service: Service) -> Iterator[str]:
    """What is wrong with the words of a service, one line each."""
    if service.plain is None:
        yield "plain: say in one or two short sentences what it is, for somebody who has never heard of it"
    elif len(service.plain.hans) > PLAIN_SIGNS:
        yield f"plain: at most {PLAIN_SIGNS} signs"
    for step in service.steps:
        for text in _buttons(step):
            if not fits_a_button(text):
                most = f"at most {BUTTON_SIGNS} signs, {BUTTON_LETTERS} letters"
                yield f"steps: {step.id}: {text.hans} / {text.en}: a button has {most}"
        for question in _questions(step):
            if len(question.options) > MOST_CHOICES:
                yield f"steps: {question.id}: at most {MOST_CHOICES} choices a page; ask in two steps"
        if isinstance(step, NoticeStep):
            yield from _reading(step)


def _reading(step: NoticeStep) -> Iterator[str]:
    counted = counted_time_s(step)
    if counted > MOST_READING_S:
        yield f"steps: {step.id}: takes {counted} s to read; at most {MOST_READING_S}: say less, or on two pages"
    if step.reading_s and not counted / 2 <= step.reading_s <= counted * 2:
        yield f"steps: {step.id}: reading_s = {step.reading_s}, but it takes about {counted}; leave it out"


def _questions(step: Step) -> tuple[QuestionStep, ...]:
    if isinstance(step, GroupStep):
        return step.fields
    return (step,) if isinstance(step, QuestionStep) else ()


def _buttons(step: Step) -> Iterator[Text]:
    for question in _questions(step):
        for option in question.options:
            yield option.label
    match step:
        case NoticeStep():
            yield step.agree
            if step.decline is not None:
                yield step.decline
        case ReviewStep() | LookupStep() | CertificateStep():
            yield step.confirm
        case MaterialsStep():
            yield step.agree
        case GroupStep():
            yield step.add
        case _:
            return

"""The kinds of steps and their behaviour: one module each, one table here."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.journey.model import (
    BankCardStep,
    CertificateStep,
    CodeStep,
    ForWhomStep,
    GateStep,
    GroupStep,
    IdentityStep,
    LookupStep,
    MaterialsStep,
    NoticeStep,
    PaperStep,
    PhotoStep,
    PrefillStep,
    PrintStep,
    QuestionStep,
    RatingStep,
    ReviewStep,
    ScanStep,
    SheetsStep,
    SignatureStep,
    SlipStep,
    Step,
    SubmitStep,
)
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.steps.certificate import CERTIFICATE
from kiosk.journey.steps.code import CODE
from kiosk.journey.steps.for_whom import FOR_WHOM
from kiosk.journey.steps.group import GROUP
from kiosk.journey.steps.identity import IDENTITY
from kiosk.journey.steps.lookup import LOOKUP
from kiosk.journey.steps.materials import MATERIALS
from kiosk.journey.steps.notice import GATE, NOTICE
from kiosk.journey.steps.papers import PRINT
from kiosk.journey.steps.photo import PAPER, PHOTO
from kiosk.journey.steps.prefill import PREFILL
from kiosk.journey.steps.question import QUESTION
from kiosk.journey.steps.rating import RATING
from kiosk.journey.steps.reading import READING
from kiosk.journey.steps.review import REVIEW
from kiosk.journey.steps.sheets import SHEETS
from kiosk.journey.steps.signature import SIGNATURE
from kiosk.journey.steps.slip import SLIP
from kiosk.journey.steps.submit import SUBMIT

BEHAVIOURS: Mapping[type[Step], Behaviour] = {
    NoticeStep: NOTICE,
    GateStep: GATE,
    IdentityStep: IDENTITY,
    CodeStep: CODE,
    ForWhomStep: FOR_WHOM,
    QuestionStep: QUESTION,
    PrefillStep: PREFILL,
    PhotoStep: PHOTO,
    LookupStep: LOOKUP,
    ReviewStep: REVIEW,
    SubmitStep: SUBMIT,
    CertificateStep: CERTIFICATE,
    SlipStep: SLIP,
    RatingStep: RATING,
    GroupStep: GROUP,
    BankCardStep: READING,
    ScanStep: READING,
    MaterialsStep: MATERIALS,
    PaperStep: PAPER,
    SheetsStep: SHEETS,
    PrintStep: PRINT,
    SignatureStep: SIGNATURE,
}

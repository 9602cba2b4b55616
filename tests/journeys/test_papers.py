"""Forms and copies: papers of the terminal's own, without seal and without the line."""

from __future__ import annotations

import pytest

from drivers.contract.commands import (
    ComposeDocument,
    DocumentPrinted,
    PrintDocument,
    RenderDocument,
    StartPreview,
    StopPreview,
    TakePhoto,
)
from drivers.contract.pages import BoxesPart, FieldPart, Pages, TextPart
from drivers.contract.values import JobOutcome, SheetOutcome
from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.journey.forms import FormWanted, form_of, has_form
from kiosk.views import ChoiceView, DocumentView, GoodbyeView, Language, PhotoView, ProblemView
from offline_cache.contract import Accept, LineState
from tests.journeys.citizen import TODAY, Citizen, good_world

FORMS, COPY = "general/blank-forms", "general/scan-copy"


def asking_for(context: Context, look: str, line: LineState = LineState.ONLINE) -> Citizen:
    citizen = Citizen(context, world=good_world(line))
    citizen.does(do.Begun(), do.ServiceChosen(FORMS), do.Confirmed(), do.Chosen("440113"), do.Chosen("hrss"))
    return citizen.does(do.Chosen("hrss/social-security-card"), do.Chosen(look))


def form_page(citizen: Citizen) -> Pages:
    command = citizen.commands(ComposeDocument)[-1]
    assert isinstance(command, ComposeDocument)
    return command.pages


def at_the_copies(context: Context, use: str, sheets: int = 2) -> Citizen:
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen(COPY), do.Confirmed(), do.Confirmed()).serve()
    citizen.does(do.Chosen(use))
    if use == "case":
        citizen.serve()
    for number in range(sheets):
        citizen.serve().does(do.Confirmed()).serve().does(do.Confirmed()).serve()
        if number + 1 < sheets:
            citizen.does(do.Chosen("another"))
    return citizen


def test_a_form_is_made_and_printed_while_the_line_is_down(context: Context) -> None:
    citizen = asking_for(context, "blank", LineState.OFFLINE).serve()
    assert isinstance(citizen.view, DocumentView)
    citizen.does(do.Confirmed()).serve()
    assert len(citizen.commands(PrintDocument)) == 1
    assert "番禺区" in form_page(citizen).subtitle


def test_a_blank_form_tells_nothing_and_a_specimen_is_marked(context: Context) -> None:
    blank, specimen = form_page(asking_for(context, "blank")), form_page(asking_for(context, "specimen"))
    fields = {part.label: part.value for part in blank.parts if isinstance(part, FieldPart)}
    assert fields["姓名"] == ""
    assert blank.watermark == ""
    filled = {part.label: part.value for part in specimen.parts if isinstance(part, FieldPart)}
    assert filled["姓名"] == "黄桂香"
    assert "演示" in specimen.watermark


def test_another_form_after_a_step_back_is_another_paper(context: Context) -> None:
    citizen = asking_for(context, "blank").serve()
    citizen.does(do.BackPressed(), do.Chosen("specimen"))
    assert len(citizen.commands(ComposeDocument)) == 2
    assert form_page(citizen).watermark != ""


def test_every_form_shows_what_its_service_asks_in_three_languages(context: Context) -> None:
    having = [service for service in context.catalogue.services.values() if has_form(service)]
    assert len(having) > 40
    for service in having:
        for language in Language:
            pages = form_of(context, FormWanted(service.id, "440106", TODAY, language))
            said = " ".join(
                [part.label for part in pages.parts if isinstance(part, FieldPart | BoxesPart)]
                + [part.text for part in pages.parts if isinstance(part, TextPart)]
            )
            assert pages.language == language.value
            assert len(pages.parts) >= 8, service.id
            assert "{" not in said, service.id


def test_a_district_with_its_own_rule_says_so_on_the_form(context: Context) -> None:
    (district, service), overlay = next(
        (key, overlay)
        for key, overlay in context.catalogue.overlays.items()
        if has_form(context.catalogue.services[key[1]]) and overlay.in_force(TODAY)
    )
    own = form_of(context, FormWanted(service, district, TODAY, Language.SIMPLIFIED))
    notes = [part.text for part in own.parts if isinstance(part, TextPart) and part.small]
    assert any(overlay.note.hans in note and overlay.basis.hans in note for note in notes)


def test_copies_are_of_the_sheets_in_their_order_and_number(context: Context) -> None:
    citizen = at_the_copies(context, "copy").does(do.Chosen("enough"), do.Chosen("3")).serve()
    assert len(form_page(citizen).pictures) == 2
    citizen.does(do.Confirmed())
    command = citizen.commands(PrintDocument)[-1]
    assert isinstance(command, PrintDocument)
    assert command.copies == 3
    assert not citizen.commands(Accept)


def test_sheets_for_a_case_go_with_it_and_nothing_is_printed(context: Context) -> None:
    citizen = at_the_copies(context, "case").does(do.Chosen("enough")).does(do.Confirmed()).serve()
    (accepted,) = citizen.commands(Accept)
    assert isinstance(accepted, Accept)
    assert [attachment.name for attachment in accepted.draft.attachments] == ["sheet_1", "sheet_2"]
    assert not citizen.commands(ComposeDocument)


def test_the_last_sheet_offers_no_further_one(context: Context) -> None:
    citizen = at_the_copies(context, "copy", sheets=6)
    assert isinstance(citizen.view, ChoiceView)
    assert [option.id for option in citizen.view.options] == ["enough", "anew"]


def test_taking_all_again_forgets_the_first_ones(context: Context) -> None:
    citizen = at_the_copies(context, "copy").does(do.Chosen("anew")).serve()
    assert isinstance(citizen.view, PhotoView)
    citizen.does(do.Confirmed()).serve().does(do.Confirmed()).serve().does(do.Chosen("enough"), do.Chosen("1"))
    assert len(form_page(citizen).pictures) == 1


def test_the_document_camera_stops_between_the_sheets(context: Context) -> None:
    citizen = at_the_copies(context, "copy")
    assert len(citizen.commands(StartPreview)) == len(citizen.commands(TakePhoto)) == 2
    assert len(citizen.commands(StopPreview)) >= 2


@pytest.mark.parametrize("kind", ["offline", "paper_out"])
def test_when_nothing_came_out_a_citizen_may_try_again_with_the_same_pages(context: Context, kind: str) -> None:
    citizen = asking_for(context, "blank").serve().does(do.Confirmed())
    citizen.fail(PrintDocument, kind)
    assert isinstance(citizen.view, ProblemView)
    assert "证明" not in citizen.view.certain
    citizen.does(do.Chosen("retry")).serve()
    assert isinstance(citizen.view, DocumentView)
    assert len(citizen.commands(ComposeDocument)) == 1


def test_when_nobody_knows_what_came_out_it_is_not_printed_again(context: Context) -> None:
    citizen = asking_for(context, "blank").serve().does(do.Confirmed())
    citizen.answer(PrintDocument, DocumentPrinted(JobOutcome.UNCERTAIN, 0, (SheetOutcome.UNCERTAIN,)))
    assert isinstance(citizen.view, ProblemView)
    assert "retry" not in [option.id for option in citizen.view.options]


def test_a_form_that_cannot_be_set_says_so(context: Context) -> None:
    citizen = asking_for(context, "blank").fail(ComposeDocument, "invalid_media")
    assert isinstance(citizen.view, ProblemView)
    assert not citizen.commands(RenderDocument)


def test_the_goodbye_tells_that_the_pages_are_gone(context: Context) -> None:
    citizen = asking_for(context, "blank").serve().does(do.Confirmed()).serve()
    citizen.does(do.LeavePressed())
    assert isinstance(citizen.view, GoodbyeView)
    assert any("纸张" in line for line in citizen.view.wiped)

"""How long words are: the time to read a page, and whether a button's words fit. Pure."""

from __future__ import annotations

from kiosk.journey.model import NoticeStep, Text

SIGNS_A_SECOND = 5
"""Chinese signs that an older reader takes in: 300 a minute is read easily, and nobody is hurried."""

BUTTON_SIGNS, BUTTON_LETTERS = 15, 32


def reading_time_s(step: NoticeStep) -> int:
    """Seconds to read a notice: as its file says, else by its length, in steps of five."""
    return step.reading_s or counted_time_s(step)


def counted_time_s(step: NoticeStep) -> int:
    """Seconds by the length of its Chinese text."""
    signs = sum(len(paragraph.hans) for paragraph in step.paragraphs)
    return max(5, -(-signs // (SIGNS_A_SECOND * 5)) * 5)


def fits_a_button(text: Text) -> bool:
    """At most 15 signs, in English at most 32 letters."""
    return max(len(text.hans), len(text.hant)) <= BUTTON_SIGNS and len(text.en) <= BUTTON_LETTERS

"""Which words a page is, for somebody who hears it. Pure: no engine, no widgets.

What anybody nearby may hear is the page's caption. Rows, records and numbers are said only into headphones; without
them one sentence tells that they are there.
"""

from __future__ import annotations

from kiosk.texts import Texts
from kiosk.views import CodeView, Language, RecordsView, ResultView, ReviewView, Row, TextView, View, Voice

ESPEAK_VOICES = {"mandarin": "cmn", "cantonese": "yue", "english": "en"}
"""Names of espeak-ng's voices."""


def voice_of(language: Language, voice: Voice) -> str:
    """The engine's voice: English beside English pages, else the chosen tongue."""
    return ESPEAK_VOICES["english" if language is Language.ENGLISH else voice.tongue.value]


def page_words(view: View, texts: Texts) -> str:
    """Everything to be said of a page as it comes up, before any control of it."""
    said = [view.chrome.caption or view.title]
    private = _private(view)
    if private and view.chrome.voice.private:
        said += private
    elif private:
        said.append(texts("ui.speech.private", view.chrome.language))
    return joined(said, view.chrome.language)


def _private(view: View) -> list[str]:
    match view:
        case ReviewView(rows=rows):
            return [_pair(row) for row in rows]
        case RecordsView(records=records):
            return [part for record in records for part in (record.title, record.state, *map(_pair, record.rows))]
        case ResultView(reference_label=label, reference=reference) if reference:
            return [f"{label} {' '.join(reference)}"]
        case TextView(value=value) if value:
            return [value]
        case _:
            return []


def _pair(row: Row) -> str:
    return f"{row.label}: {row.value}"


def takes_digits(view: View) -> bool:
    """Whether the pad's keys write digits on this page instead of moving."""
    return isinstance(view, CodeView) or (
        isinstance(view, TextView) and view.keyboard in {"number", "phone", "id_number"}
    )


def digit_words(view: View, digit: str, texts: Texts) -> str:
    """What is said when a digit was written: the digit only where nobody else hears it."""
    if view.chrome.voice.private and not getattr(view, "masked", False):
        return digit
    return texts("ui.speech.digit", view.chrome.language)


def control_words(name: str, description: str, place: tuple[int, int], texts: Texts, language: Language) -> str:
    """What is said of the control that the citizen has moved to: its name, its state, which of how many."""
    number, of = place
    return joined([name, description, texts("ui.speech.place", language, number=number, of=of)], language)


def joined(parts: list[str], language: Language) -> str:
    """Sentences one after the other, each with an end that makes the voice pause."""
    mark, gap = (". ", " ") if language is Language.ENGLISH else ("。", "")
    ends = ".。!！?？"
    return gap.join(p if p[-1] in ends else p + mark.strip() for p in (part.strip() for part in parts) if p)

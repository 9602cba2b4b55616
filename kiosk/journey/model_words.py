"""The smallest parts of a definition: a text in three languages, a rule, a choice, a named value. Frozen values."""

from __future__ import annotations

import msgspec

from kiosk.views import Language


class Text(msgspec.Struct, frozen=True, rename={"hans": "zh-Hans", "hant": "zh-Hant", "en": "en"}):
    """One sentence in the three languages of the screens."""

    hans: str
    hant: str
    en: str

    def of(self, language: Language) -> str:
        """The sentence in one language."""
        return {Language.SIMPLIFIED: self.hans, Language.TRADITIONAL: self.hant}.get(language, self.en)


class Rule(msgspec.Struct, frozen=True):
    """A CEL expression that must be true, and what the citizen reads when it is not."""

    rule: str
    message: Text


class Choice(msgspec.Struct, frozen=True):
    """One answer of a choice; `when` (CEL) decides whether it is offered."""

    id: str
    label: Text
    detail: Text | None = None
    when: str = ""


class Parameter(msgspec.Struct, frozen=True):
    """One parameter of a certificate or a lookup; `value` and `shown` are CEL."""

    name: str
    value: str
    label: Text
    shown: str = ""

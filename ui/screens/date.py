"""A date by touching three large answers: year (through its decade when there are many), month, day."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QGridLayout, QWidget

from kiosk.intents import Answered, Touched
from kiosk.views import DateView
from ui.components.button import Button, Key
from ui.components.kit import row
from ui.components.text import Text, spoken
from ui.dates import DIRECT_YEARS, Bounds, Part, PartialDate, read_partial, write
from ui.screens.base import Screen


class DateScreen(Screen[DateView]):
    """Three fields on top show what is chosen; below stand only choices that are possible."""

    _chosen = PartialDate()
    _asked: Part | None = "year"
    _decade: tuple[int, int] | None = None

    def _forget(self, view: DateView) -> None:
        bounds = self._bounds(view)
        self._chosen = bounds.settle(read_partial(view.value))
        self._asked, self._decade = bounds.open_part(self._chosen), None

    @staticmethod
    def _bounds(view: DateView) -> Bounds:
        return Bounds.read(view.earliest, view.latest, view.precision)

    def _compose(self, view: DateView) -> None:
        box = self._scrolled(4)
        self._say(view.hint, box)
        self._warn(view.problem, box)
        bounds = self._bounds(view)
        line = row(self._kit.metrics.gap)
        for part in bounds.parts:
            line.addWidget(self._field(part, bounds), 4 if part == "year" else 3)
        box.addLayout(line)
        asked = self._asked or bounds.parts[-1]
        question = Text(self._kit, self._kit.say(f"date.pick_{asked}"), bold=True)
        box.addWidget(question.coloured(self._kit.colours.accent))
        pad = {"year": self._years, "month": self._months, "day": self._days}[asked](bounds)
        box.addWidget(pad)

    def _field(self, part: Part, bounds: Bounds) -> Button:
        kit, number = self._kit, getattr(self._chosen, part)
        name = kit.say(f"date.{part}")
        if kit.language == "en":
            words = f"{number}" if number else name
        else:
            words = f"{number} {name}" if number else f"— {name}"
        button = Button(kit, words, "chosen" if part == (self._asked or "") else "key", px=kit.metrics.heading)
        spoken(button, name, str(number or ""))
        before = bounds.parts[: bounds.parts.index(part)]
        button.setEnabled(all(getattr(self._chosen, earlier) for earlier in before))
        button.clicked.connect(lambda: self._ask(part))
        return button

    def _ask(self, part: Part) -> None:
        self._asked, self._decade = part, None
        self._again()

    def _again(self) -> None:
        self._rebuild()
        self.intent.emit(Touched())

    def _years(self, bounds: Bounds) -> QWidget:
        if len(bounds.years) <= DIRECT_YEARS:
            return self._year_grid(bounds.years)
        if self._decade is not None:
            first, last = self._decade
            return self._year_grid(range(first, last + 1), back=True)
        words = [self._kit.say("date.decade", first=f, last=x) for f, x in bounds.decades]
        keys = [self._key(text, partial(self._open, d)) for text, d in zip(words, bounds.decades, strict=True)]
        return self._grid(keys, 4 if self._scene.wide else 2)

    def _year_grid(self, years: range, back: bool = False) -> QWidget:
        keys = [self._part_key("year", year, f"{year}") for year in years]
        if back:
            keys.append(self._key(self._kit.say("date.other_years"), lambda: self._ask("year")))
        return self._grid(keys, 6 if self._scene.wide else 3)

    def _open(self, decade: tuple[int, int]) -> None:
        self._decade = decade
        self._again()

    def _months(self, bounds: Bounds) -> QWidget:
        possible = bounds.months(self._chosen)
        names = [self._kit.say("date.month_name", number=month) for month in range(1, 13)]
        keys = [self._part_key("month", m, name, m in possible) for m, name in enumerate(names, 1)]
        return self._grid(keys, 6 if self._scene.wide else 3)

    def _days(self, bounds: Bounds) -> QWidget:
        possible = bounds.days(self._chosen)
        return self._grid(
            [self._part_key("day", day, f"{day}", day in possible) for day in range(1, 32)],
            11 if self._scene.wide else 7,
        )

    def _part_key(self, part: Part, number: int, words: str, possible: bool = True) -> Key:
        key = self._key(words, lambda: self._choose(part, number))
        key.setEnabled(possible)
        if getattr(self._chosen, part) == number:
            key.look = "chosen"
        return key

    def _key(self, words: str, act: Callable[[], None]) -> Key:
        key = Key(self._kit, words, px=self._kit.metrics.lead)
        metrics = self._kit.metrics
        key.setFixedHeight(metrics.target if self._scene.wide else metrics.pick(29, 31))
        key.clicked.connect(lambda _checked=False: act())
        return key

    def _choose(self, part: Part, number: int) -> None:
        assert self._view is not None
        bounds = self._bounds(self._view)
        self._chosen = bounds.settle(self._chosen.with_part(part, number))
        self._asked, self._decade = bounds.open_part(self._chosen), None
        self._again()

    def _grid(self, keys: list[Key], across: int) -> QWidget:
        holder, grid = QWidget(), QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(self._kit.metrics.gap)
        for place, key in enumerate(keys):
            grid.addWidget(key, place // across, place % across)
        for place in range(across):
            grid.setColumnStretch(place, 1)
        holder.setLayout(grid)
        return holder

    def _actions(self, view: DateView) -> list[Button]:
        button = self._button(self._kit.say("button.next"), None, "main", "check")
        button.setEnabled(self._bounds(view).open_part(self._chosen) is None)
        button.clicked.connect(self._answer)
        return [button]

    def _answer(self) -> None:
        view = self._view
        if view is not None and self._bounds(view).open_part(self._chosen) is None:
            self.intent.emit(Answered(write(self._chosen, view.precision)))

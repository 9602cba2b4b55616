"""The keyboard that a screen puts under its field: keys in, finished text out.

Holds the mode and the capitals; what is being composed lives in the engine. Not responsible for the field.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.keyboard import rime_wire as wire
from ui.keyboard.candidates import CandidateBar
from ui.keyboard.grid import KeyGrid, row_height
from ui.keyboard.key import Clock, Key, Look
from ui.keyboard.labels import label
from ui.keyboard.layouts import Act, KeySpec, Kind, Mode, layout_of, modes_of, schema_of
from ui.keyboard.page import MANY, CandidatePage
from ui.keyboard.rime import InputEngine, installed_schemas
from ui.keyboard.tabs import ModeTabs
from ui.keyboard.walk import ARROWS, neighbour
from ui.metrics import Metrics
from ui.theme import NORMAL, Style
from ui.tokens import Colours

BAR = 14
"""Candidates to fetch for the bar: as many as fit on the widest screen."""
WIDEST_MM = 300
SECOND_TOUCH_S = 0.4


class KeyboardPanel(QWidget):
    """`text_committed(str)` adds text, `backspace()` takes one character back, `done()` ends the writing."""

    text_committed = Signal(str)
    backspace = Signal()
    done = Signal()
    composed = Signal(str)
    """What is being composed in pinyin, as it was typed; "" when nothing is."""
    touched = Signal()
    """Any key was used: the citizen is there, though no text may be finished yet."""

    def __init__(
        self,
        kind: Kind,
        language: str,
        metrics: Metrics,
        parent: QWidget | None = None,
        *,
        engine: InputEngine | None = None,
        clock: Clock = time.monotonic,
        colours: Colours = NORMAL,
    ) -> None:
        """`engine` shares an input process; without it a Chinese panel warms one of its own."""
        super().__init__(parent)
        self._kind, self._language, self._metrics = kind, language, metrics
        self._style = Style(language, colours)
        self._clock, self._shown_at = clock, float("-inf")
        self._capitals = ""  # "", "once" or "locked"
        self._many = False
        self._modes = self._usable_modes()
        self._mode = self._modes[0]
        self._grid = KeyGrid(metrics, self._style, clock, self, large=kind in ("number", "phone", "id_number"))
        self._grid.used.connect(self._use)
        self._tabs: ModeTabs | None = None
        self._engine: InputEngine | None = None
        self._owns_engine = False
        self._bar: CandidateBar | None = None
        self._page: CandidatePage | None = None
        if kind == "chinese":
            self._build_chinese(engine, clock)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_mode(self._mode)

    @property
    def mode(self) -> Mode:
        """What the keys write now."""
        return self._mode

    @property
    def engine(self) -> InputEngine | None:
        """The engine of a Chinese keyboard."""
        return self._engine

    @property
    def bar(self) -> CandidateBar | None:
        """The candidates of a Chinese keyboard."""
        return self._bar

    @property
    def composing(self) -> bool:
        """Whether something is typed but not chosen yet."""
        return self._engine is not None and self._engine.composition.active

    @property
    def settled(self) -> bool:
        """Whether what is shown is the answer to what was typed."""
        return self._engine is None or self._engine.composition.settled

    def set_mode(self, mode: Mode) -> None:
        """Change what the keys write; what is being composed is dropped."""
        self._mode = mode if mode in self._modes else self._modes[0]
        self._capitals = ""
        self._close_page()
        self._grid.show_layout(layout_of(self._mode, self._language))
        schema = schema_of(self._mode, self._language)
        if self._engine is not None:
            self._engine.drop()
            if schema:
                self._engine.use(schema)
        if self._tabs is not None:
            self._tabs.mark(self._mode)
        self._show_state()

    def reset(self) -> None:
        """Forget everything typed: composition, process and its folder; back to the first mode."""
        if self._engine is not None:
            self._engine.reset()
        self.set_mode(self._modes[0])

    @property
    def keys_on_show(self) -> list[Key]:
        """Every key that can be pressed now."""
        tabs = self._tabs.keys if self._tabs is not None else []
        if self._many and self._page is not None:
            return [*self._page.keys, *tabs]
        candidates = self._bar.keys if self._bar is not None else []
        return [*candidates, *(key for _, key in self._grid.keys), *tabs]

    def sizeHint(self) -> QSize:
        """Height in key rows; any width."""
        height = sum(part for part in self._heights())
        return QSize(self._metrics.key * 10 + self._metrics.gap * 10, height)

    def minimumSizeHint(self) -> QSize:
        """As sizeHint: keys are never squeezed."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Bar, keys or page, modes, from top to bottom."""
        width = min(self.width(), self._widest())
        left, top = (self.width() - width) // 2, 0
        bar, keys, tabs = self._heights()
        if self._bar is not None:
            self._bar.setGeometry(left, top, width, bar - self._metrics.mm(2))
        self._grid.setGeometry(left, top + bar, width, keys)
        if self._page is not None:
            self._page.setGeometry(left, top + bar, width, keys)
        if self._tabs is not None:
            self._tabs.setGeometry(left, top + bar + keys, width, tabs)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk from key to key, for the keypad."""
        step, here = ARROWS.get(Qt.Key(event.key())), self.focusWidget()
        target = neighbour(self.keys_on_show, here, step, self) if step and isinstance(here, Key) else None
        if target is None:
            super().keyPressEvent(event)
        else:
            target.setFocus(Qt.FocusReason.TabFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        """The process is warmed before the first key."""
        self._shown_at = self._clock()
        if self._engine is not None:
            self._engine.warm()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was half composed is not kept; a process of our own goes, with all that it knows."""
        if self._engine is not None:
            self._engine.drop()
            if self._owns_engine:
                self._engine.close()

    def _usable_modes(self) -> tuple[Mode, ...]:
        installed = installed_schemas()
        modes = modes_of(self._kind, self._language)
        return tuple(mode for mode in modes if (schema_of(mode, self._language) or "") in installed | {""})

    def _build_chinese(self, engine: InputEngine | None, clock: Clock) -> None:
        self._bar = CandidateBar(self._metrics, self._style, clock, self)
        self._bar.chosen.connect(self._choose)
        self._bar.expanded.connect(self._toggle_page)
        self._page = CandidatePage(self._metrics, self._style, clock, self)
        self._page.chosen.connect(self._choose)
        self._page.wanted.connect(self._leaf)
        self._page.closed.connect(self._toggle_page)
        self._page.hide()
        self._tabs = ModeTabs(self._modes, self._metrics, self._style, clock, self)
        self._tabs.chosen.connect(self.set_mode)
        if any(schema_of(mode, self._language) for mode in self._modes):
            schema = schema_of(self._mode, self._language)
            self._engine = engine or InputEngine(schema, BAR, parent=self)
            self._engine.committed.connect(self._commit)
            self._engine.changed.connect(self._show_state)
            self._owns_engine = engine is None
            self._engine.warm()

    def _widest(self) -> int:
        if self._kind in ("number", "phone"):
            return self._metrics.mm(135)
        return self._metrics.mm(WIDEST_MM)

    def _heights(self) -> tuple[int, int, int]:
        """Pixels of the bar with the space below it, of the keys, and of the modes."""
        row = row_height(self._metrics)
        if self._kind in ("number", "phone"):
            return 0, 5 * (self._metrics.target + self._metrics.gap), 0
        if self._bar is None:
            return 0, 5 * row, 0
        return self._bar.height_wanted() + self._metrics.mm(2), 5 * row, self._metrics.key + self._metrics.gap

    # -- what a key does

    def _counts(self) -> bool:
        """Not the second touch of old fingers that was meant for the page before."""
        if self._clock() - self._shown_at < SECOND_TOUCH_S:
            return False
        self.touched.emit()
        return True

    def _use(self, spec: KeySpec) -> None:
        if not self._counts():
            return
        if spec.act is Act.SHIFT:
            self._shift()
        elif spec.act is Act.STROKE:
            self._stroke(spec.value)
        elif spec.act is Act.DONE:
            if not self.composing:
                self.done.emit()
        elif self.composing and self._engine is not None:
            self._edit(spec, self._engine)
        elif spec.act is Act.BACKSPACE:
            self.backspace.emit()
        else:
            self.text_committed.emit(" " if spec.act is Act.SPACE else spec.value)
            self._capitals_used()

    def _edit(self, spec: KeySpec, engine: InputEngine) -> None:
        """A key that is no letter, while something is being composed."""
        if spec.act is Act.BACKSPACE:
            engine.press(wire.BACKSPACE)
        elif spec.act is Act.SPACE:
            engine.press(wire.pick(0))
        elif spec.act is Act.DOT:
            engine.press(wire.DIVIDER)
        else:
            engine.press(wire.literal(spec.value))

    def _stroke(self, letter: str) -> None:
        if self._engine is not None:
            self._engine.press(letter)

    def _commit(self, text: str) -> None:
        if self.isVisible():  # an engine may be shared; the text belongs to the panel on show
            self.text_committed.emit(text)

    def _choose(self, index: int) -> None:
        # A candidate that is shown no longer belongs to what was typed must not be taken by its place.
        if self._engine is not None and self._engine.composition.settled and self._counts():
            self._engine.press(wire.pick(index))
            self._close_page()

    def _shift(self) -> None:
        self._capitals = {"": "once", "once": "locked", "locked": ""}[self._capitals]
        self._show_capitals()

    def _capitals_used(self) -> None:
        if self._capitals == "once":
            self._capitals = ""
            self._show_capitals()

    def _show_capitals(self) -> None:
        self._grid.relabel(layout_of(self._mode, self._language, upper=bool(self._capitals)))
        shift = self._grid.key_of(Act.SHIFT)
        if shift is not None:
            shift.look = {"": Look.QUIET, "once": Look.CHOSEN, "locked": Look.MAIN}[self._capitals]
            shift.update()

    # -- what is on show

    def _toggle_page(self) -> None:
        if self._many:
            self._close_page()
        elif self._engine is not None and self._page is not None:
            self._many = True
            self._page.begin()
            self._engine.look_at(0, MANY)
        self._show_state()

    def _leaf(self, first: int) -> None:
        if self._engine is not None:
            self._engine.look_at(first, MANY)

    def _close_page(self) -> None:
        if self._many and self._engine is not None:
            self._engine.look_at(0, BAR)
        self._many = False

    def _show_state(self) -> None:
        engine, bar, page = self._engine, self._bar, self._page
        if bar is None or page is None:
            return
        if engine is None:
            bar.show_notice(label("unavailable", self._language))
            return
        state = engine.composition
        if not state.active:
            self._close_page()
        page.setVisible(self._many)
        self._grid.setVisible(not self._many)
        if self._many:
            page.fill(state.candidates, state.more)
        bar.show_state(state.preedit, state.candidates, state.more, self._many)
        bar.show_notice(self._notice(engine))
        self._show_composing(state.active)
        self.composed.emit(state.preedit if state.active and self._mode is Mode.PINYIN else "")

    def _notice(self, engine: InputEngine) -> str:
        """What to say where candidates will be: how this mode works, or that it does not now."""
        if not schema_of(self._mode, self._language):
            return ""
        return label("unavailable" if not engine.available else f"how_{self._mode.value}", self._language)

    def _show_composing(self, composing: bool) -> None:
        """While something is composed Space chooses the first candidate, and Done waits for that."""
        self._name(Act.SPACE, *[label("choose" if composing else "space", self._language)] * 2)
        dot = label("divider" if composing else "middle_dot", self._language)
        self._name(Act.DOT, wire.DIVIDER if composing else "·", dot)
        done = self._grid.key_of(Act.DONE)
        if done is not None:
            done.setEnabled(not composing)

    def _name(self, act: Act, text: str, name: str) -> None:
        key = self._grid.key_of(act)
        if key is not None and key.accessibleName() != name:
            key.setText(text)
            key.setAccessibleName(name)

"""What a printer's IPP attributes mean for us: state, trays, toner, what it can do. Pure.

printer-state 3 idle, 4 processing, 5 stopped; what its reasons mean stands in `reasons`. Trays and toner are
`key=value;` strings (PWG 5100.13); levels below 0 say "not known".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, SupplyState
from drivers.document_printer.ipp import Operation, Value
from drivers.document_printer.reasons import HINTS, KINDS, PAPER, Reason

IDLE, PROCESSING, STOPPED = 3, 4, 5
A4 = "iso_a4_210x297mm"
A4_NAMES = frozenset({A4, "iso-a4", "a4"})
COLLATED = "separate-documents-collated-copies"
TWO_SIDED = "two-sided-long-edge"
LOW_PERCENT = 10
_LARGEST = 2**31 - 1
Attributes = Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True)
class Tray:
    """An input tray; `level` None: the tray cannot tell. `fits` is False when it is known to hold no A4."""

    name: str
    level: int | None
    capacity: int | None
    fits: bool


@dataclass(frozen=True)
class Marker:
    """A toner or ink; `percent` None: not known."""

    name: str
    percent: int | None
    low_percent: int


@dataclass(frozen=True)
class Abilities:
    """What this printer can do."""

    operations: frozenset[int] = frozenset()
    media: frozenset[str] = frozenset()
    media_ready: frozenset[str] = frozenset()
    sides: frozenset[str] = frozenset()
    collates: bool = False
    most_copies: int = 1
    page_ranges: bool = False

    def can(self, operation: int) -> bool:
        """Whether it lists the operation; a printer that lists nothing gets the oldest ones only."""
        return operation in self.operations

    @property
    def creates_jobs(self) -> bool:
        """Whether a job can be known before its document is sent."""
        return self.can(Operation.CREATE_JOB) and self.can(Operation.SEND_DOCUMENT)


@dataclass(frozen=True)
class PrinterState:
    """A printer now: `kind` is what blocks it (an error kind), empty when nothing does."""

    state: int
    kind: str
    reasons: tuple[Reason, ...]
    trays: tuple[Tray, ...] = ()
    markers: tuple[Marker, ...] = ()
    accepting: bool = True
    impressions: int | None = None
    model: str = ""
    spooler: bool = False
    """It is a CUPS queue that answers, whatever it stands for."""
    abilities: Abilities = Abilities()

    @property
    def sheets_left(self) -> int | None:
        """A4 sheets in all trays that can tell; None when a tray cannot, or there is none."""
        levels = [tray.level for tray in self.trays if tray.fits]
        known = [level for level in levels if level is not None]
        return sum(known) if known and len(known) == len(levels) else None

    @property
    def hint(self) -> str:
        """What to do about `kind`."""
        word = next((reason.word for reason in self.reasons if reason.blocks and KINDS[reason.word] == self.kind), "")
        if self.kind == "paper_out":
            return HINTS.get(word, HINTS["media-empty"])
        return HINTS.get(word, "look at the printer's own panel" if self.kind else "")

    @property
    def toner(self) -> SupplyState:
        """Out only when the printer says so: many print on for days at 0 %."""
        if self.kind == "toner_out":
            return SupplyState.OUT
        words = {reason.word for reason in self.reasons}
        short = any(one.percent is not None and one.percent <= one.low_percent for one in self.markers)
        if short or words & {"toner-low", "marker-supply-low", "toner-empty", "marker-supply-empty"}:
            return SupplyState.LOW
        return SupplyState.FULL if any(one.percent is not None for one in self.markers) else SupplyState.UNKNOWN

    @property
    def paper(self) -> SupplyState:
        """Level of paper, or what keeps it from moving."""
        match self.kind:
            case "paper_out":
                return SupplyState.OUT
            case "jammed":
                return SupplyState.JAMMED
        low = any(reason.word == "media-low" for reason in self.reasons)
        return SupplyState.LOW if low else SupplyState.FULL

    def report(self) -> DeviceReport:
        """The same in XFS words."""
        states = {
            "cover_open": DeviceState.USER_ERROR,
            "fault": DeviceState.HARDWARE_ERROR,
            "offline": DeviceState.OFFLINE,
        }
        return DeviceReport(
            DeviceRole.DOCUMENT,
            states.get(self.kind, DeviceState.ONLINE),
            supplies={"paper": self.paper, "toner": self.toner},
            reason=self.kind,
            hint=self.hint,
            model=self.model,
            sheets_left=self.sheets_left,
        )


def read_printer(attributes: Attributes) -> PrinterState:
    """Judge Get-Printer-Attributes."""
    state = number_of(attributes, "printer-state")
    reasons = tuple(Reason.of(word) for word in words_of(attributes, "printer-state-reasons") if word != "none")
    read = PrinterState(
        state or 0,
        "",
        reasons,
        _trays(attributes),
        _markers(attributes),
        (*attributes.get("printer-is-accepting-jobs", ()), True)[0] is not False,
        number_of(attributes, "printer-impressions-completed"),
        (*words_of(attributes, "printer-make-and-model"), "")[0],
        "cups-version" in attributes,
        _abilities(attributes),
    )
    return _judged(read)


def words_of(attributes: Attributes, name: str) -> tuple[str, ...]:
    """The texts of an attribute."""
    return tuple(value for value in attributes.get(name, ()) if isinstance(value, str))


def number_of(attributes: Attributes, name: str) -> int | None:
    """The first value of an attribute, when it is a number."""
    value = (*attributes.get(name, ()), None)[0]
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _judged(read: PrinterState) -> PrinterState:
    """With `kind`: an empty tray blocks only when no other can feed."""
    feeds = read.state != STOPPED and bool(read.sheets_left)
    kinds = [KINDS[reason.word] for reason in read.reasons if reason.blocks if not (feeds and reason.word in PAPER)]
    kind = kinds[0] if kinds else ""
    if not kind and read.sheets_left == 0 and read.state != PROCESSING:  # the last sheet may be on its way
        kind = "paper_out"
    if not kind and read.state == STOPPED:
        kind = "fault"
    return PrinterState(**{**read.__dict__, "kind": kind})


def _fields(value: Value) -> dict[str, str]:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return dict(part.split("=", 1) for part in text.split(";") if "=" in part)


def _whole(fields: Mapping[str, str], name: str) -> int | None:
    try:
        value = int(fields.get(name, ""))
    except ValueError:
        return None
    return value if 0 <= value <= _LARGEST else None  # -1 other, -2 unknown, -3 some (RFC 3805)


def _trays(attributes: Attributes) -> tuple[Tray, ...]:
    trays = [_fields(value) for value in attributes.get("printer-input-tray", ())]
    return tuple(
        Tray(tray.get("name", ""), _whole(tray, "level"), _whole(tray, "maxcapacity"), _fits_a4(tray)) for tray in trays
    )


def _fits_a4(tray: Mapping[str, str]) -> bool:
    """210 × 297 mm, either way round, within 2 mm; a tray that does not tell its paper is taken to fit."""
    per_mm = 1000 if tray.get("dimunit") == "micrometers" else 10000 / 25.4
    sizes = [_whole(tray, name) for name in ("mediaxfeed", "mediafeed")]
    known = sorted(size / per_mm for size in sizes if size)
    return len(known) < 2 or (abs(known[0] - 210) <= 2 and abs(known[1] - 297) <= 2)


def _markers(attributes: Attributes) -> tuple[Marker, ...]:
    names = words_of(attributes, "marker-names")
    levels = [value for value in attributes.get("marker-levels", ()) if isinstance(value, int)]
    lows = [value for value in attributes.get("marker-low-levels", ()) if isinstance(value, int)]
    if levels:
        lows += [LOW_PERCENT] * (len(levels) - len(lows))
        shown = [*names, *[""] * (len(levels) - len(names))]
        told = zip(shown, levels, lows, strict=False)
        return tuple(Marker(name, level if level >= 0 else None, low) for name, level, low in told)
    supplies = [_fields(value) for value in attributes.get("printer-supply", ())]
    return tuple(
        Marker(supply.get("colorantname", supply.get("type", "")), _percent(supply), LOW_PERCENT)
        for supply in supplies
        if supply.get("class") == "supplyThatIsConsumed"
    )


def _percent(supply: Mapping[str, str]) -> int | None:
    level, most = _whole(supply, "level"), _whole(supply, "maxcapacity")
    return None if level is None or not most else min(100, 100 * level // most)


def _abilities(attributes: Attributes) -> Abilities:
    copies = (*attributes.get("copies-supported", ()), (1, 1))[0]
    operations = {value for value in attributes.get("operations-supported", ()) if isinstance(value, int)}
    return Abilities(
        frozenset(operations),
        frozenset(words_of(attributes, "media-supported")),
        frozenset(words_of(attributes, "media-ready")),
        frozenset(words_of(attributes, "sides-supported")),
        COLLATED in words_of(attributes, "multiple-document-handling-supported"),
        copies[1] if isinstance(copies, tuple) else 1,
        (*attributes.get("page-ranges-supported", ()), False)[0] is True,
    )

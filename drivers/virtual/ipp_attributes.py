"""How a virtual printer and its jobs describe themselves in IPP (RFC 8011 §5, PWG 5100.13 for trays and toner)."""

from __future__ import annotations

import struct
import time
from collections.abc import Collection, Sequence

from drivers.virtual.ipp_codec import Attributes
from drivers.virtual.printing import INCOMPLETE_S, Printer
from drivers.virtual.printing_jobs import ABORTED, CANCELLED, COMPLETED, INCOMING, PENDING, PROCESSING, STOPPED, Job

A4 = "iso_a4_210x297mm"
FORMATS = ("application/pdf", "application/octet-stream")
_STARTED = time.monotonic()
_REASONS = {
    PENDING: "none",
    INCOMING: "job-incoming",
    PROCESSING: "job-printing",
    STOPPED: "printer-stopped",
    CANCELLED: "job-canceled-by-user",
    ABORTED: "aborted-by-system",
    COMPLETED: "job-completed-successfully",
}
_DPI_600 = struct.pack(">iib", 600, 600, 3)
_SIZE: Attributes = [("integer", "x-dimension", [21000]), ("integer", "y-dimension", [29700])]
_MEDIA: Attributes = [("collection", "media-size", [_SIZE]), ("keyword", "media-type", ["stationery"])]
_JOB_TEMPLATE = frozenset({"copies", "media", "sides", "page-ranges", "multiple-document-handling"})


def up_time() -> int:
    """Seconds since the start, at least 1."""
    return max(1, int(time.monotonic() - _STARTED) + 1)


def describe_job(job: Job, printer_uri: str, counts: bool) -> Attributes:
    """Everything that is known of a job; without counters when the printer keeps none."""

    def moment(at: float | None) -> tuple[str, Sequence[int | None]]:
        return ("integer", [max(0, int(at - _STARTED))]) if at is not None else ("no-value", [None])

    ticket = job.ticket
    times = {"creation": job.created_at, "processing": job.processing_at, "completed": job.completed_at}
    attributes: Attributes = [
        ("uri", "job-uri", [f"{printer_uri}/{job.id}"]),
        ("integer", "job-id", [job.id]),
        ("uri", "job-uuid", [job.uuid]),
        ("uri", "job-printer-uri", [printer_uri]),
        ("name", "job-name", [ticket.name]),
        ("name", "job-originating-user-name", [ticket.user]),
        ("enum", "job-state", [job.state]),
        ("keyword", "job-state-reasons", [_REASONS[job.state]]),
        ("integer", "job-printer-up-time", [up_time()]),
        ("integer", "copies", [max(1, ticket.copies)]),
        ("keyword", "media", [A4]),
        ("keyword", "sides", ["two-sided-long-edge" if ticket.duplex else "one-sided"]),
    ]
    attributes += [(kind, f"time-at-{name}", values) for name, at in times.items() for kind, values in [moment(at)]]
    if counts and job.plan:
        attributes += [
            ("integer", "job-impressions", [sum(len(sheet) for sheet in job.plan)]),
            ("integer", "job-media-sheets", [job.of]),
            ("integer", "job-impressions-completed", [job.impressions]),
            ("integer", "job-media-sheets-completed", [job.sheets]),
        ]
    return attributes


def describe_printer(printer: Printer, printer_uri: str, operations: Collection[int]) -> Attributes:
    """Everything that is known of the printer."""
    habits = printer.habits
    sides = ["one-sided", "two-sided-long-edge", "two-sided-short-edge"] if habits.duplex else ["one-sided"]
    handling = "collated" if habits.collates else "uncollated"
    attributes: Attributes = [
        ("uri", "printer-uri-supported", [printer_uri]),
        ("keyword", "uri-security-supported", ["none"]),
        ("keyword", "uri-authentication-supported", ["none"]),
        ("name", "printer-name", ["doorstep-virtual-a4"]),
        ("text", "printer-info", ["Doorstep virtual A4"]),
        ("text", "printer-location", [""]),
        ("text", "printer-make-and-model", ["Doorstep virtual A4"]),
        ("enum", "printer-state", [printer.state]),
        ("keyword", "printer-state-reasons", printer.reasons),
        ("text", "printer-state-message", [""]),
        ("boolean", "printer-is-accepting-jobs", [True]),
        ("integer", "printer-up-time", [up_time()]),
        ("integer", "queued-job-count", [sum(job.state not in {7, 8, 9} for job in printer.jobs)]),
        ("keyword", "ipp-versions-supported", ["1.1", "2.0"]),
        ("enum", "operations-supported", sorted(operations)),
        ("charset", "charset-configured", ["utf-8"]),
        ("charset", "charset-supported", ["utf-8"]),
        ("language", "natural-language-configured", ["zh-cn"]),
        ("language", "generated-natural-language-supported", ["zh-cn"]),
        ("mime", "document-format-default", [FORMATS[0]]),
        ("mime", "document-format-supported", FORMATS),
        ("keyword", "compression-supported", ["none"]),
        ("keyword", "pdl-override-supported", ["attempted"]),
        ("boolean", "multiple-document-jobs-supported", [False]),
        ("integer", "multiple-operation-time-out", [int(INCOMPLETE_S)]),
        ("boolean", "color-supported", [False]),
        ("boolean", "page-ranges-supported", [habits.ranges]),
        ("integer", "copies-default", [1]),
        ("range", "copies-supported", [(1, 99)]),
        ("uri", "printer-more-info", [printer_uri.replace("ipp://", "http://")]),
        ("keyword", "media-default", [A4]),
        ("collection", "media-col-default", [_MEDIA]),
        ("keyword", "media-supported", [A4]),
        ("keyword", "media-ready", [A4]),
        ("enum", "finishings-default", [3]),
        ("enum", "finishings-supported", [3]),
        ("enum", "orientation-requested-default", [3]),
        ("enum", "orientation-requested-supported", [3]),
        ("keyword", "output-bin-default", ["face-down"]),
        ("keyword", "output-bin-supported", ["face-down"]),
        ("enum", "print-quality-default", [4]),
        ("enum", "print-quality-supported", [4]),
        ("resolution", "printer-resolution-default", [_DPI_600]),
        ("resolution", "printer-resolution-supported", [_DPI_600]),
        ("integer", "pages-per-minute", [max(1, int(60 / max(habits.sheet_s, 0.01)))]),
        ("keyword", "sides-default", ["one-sided"]),
        ("keyword", "sides-supported", sides),
        ("keyword", "multiple-document-handling-default", [f"separate-documents-{handling}-copies"]),
        ("keyword", "multiple-document-handling-supported", [f"separate-documents-{handling}-copies"]),
    ]
    return attributes + _supplies(printer)


def chosen(attributes: Attributes, requested: Sequence[str], default: Collection[str] | None = None) -> Attributes:
    """Only what `requested-attributes` names; without it, `default` (None: everything)."""
    names = set(requested)
    if not names:
        return attributes if default is None else [one for one in attributes if one[1] in default]
    if names & {"all", "printer-description", "job-description"}:
        return attributes
    if "job-template" in names:
        names |= _JOB_TEMPLATE
    return [one for one in attributes if one[1] in names]


def _supplies(printer: Printer) -> Attributes:
    trays = [
        f"type=sheetFeedAutoRemovableTray;mediafeed=297000;mediaxfeed=210000;dimunit=micrometers;"
        f"maxcapacity=250;level={level};status=0;name={name};".encode()
        for name, level in printer.trays.items()
    ]
    supply = (
        "index=1;class=supplyThatIsConsumed;type=toner;unit=percent;"
        f"maxcapacity=100;level={printer.toner};colorantname=black;"
    )
    attributes: Attributes = [
        ("octets", "printer-input-tray", trays),
        ("octets", "printer-supply", [supply.encode()]),
        ("name", "marker-names", ["black toner"]),
        ("keyword", "marker-types", ["toner"]),
        ("integer", "marker-levels", [printer.toner]),
        ("integer", "marker-low-levels", [10]),
    ]
    if printer.habits.counts:
        attributes.append(("integer", "printer-impressions-completed", [printer.impressions]))
    return attributes

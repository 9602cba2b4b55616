"""The IPP operations of a virtual printer: requests in, status and attribute groups out (RFC 8011 §4).

Strict about what a request must hold, so that a driver's slips show. Not responsible for HTTP, nor for paper.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from drivers.virtual.ipp_attributes import FORMATS, chosen, describe_job, describe_printer
from drivers.virtual.ipp_codec import Attributes, Groups, IppRequest
from drivers.virtual.printing import Printer
from drivers.virtual.printing_archive import Archive, count_pages
from drivers.virtual.printing_jobs import ENDED, Job, Ticket

OK, BAD_REQUEST, NOT_FOUND, NOT_POSSIBLE = 0x0000, 0x0400, 0x0406, 0x0404
NO_FORMAT, NO_COMPRESSION, NO_CHARSET, MANY_DOCUMENTS = 0x040A, 0x040F, 0x040D, 0x0509
NO_OPERATION, NO_VERSION, BUSY = 0x0501, 0x0503, 0x0507
OPERATIONS = {
    0x0002: "print-job",
    0x0004: "validate-job",
    0x0005: "create-job",
    0x0006: "send-document",
    0x0008: "cancel-job",
    0x0009: "get-job-attributes",
    0x000A: "get-jobs",
    0x000B: "get-printer-attributes",
    0x0012: "purge-jobs",
    0x0039: "cancel-my-jobs",
    0x003C: "identify-printer",
}
_ON_A_JOB = frozenset({0x0006, 0x0008, 0x0009})
_BRIEF = frozenset({"job-id", "job-uri", "job-uuid", "job-state", "job-state-reasons"})
Answer = tuple[int, Groups]


class IppService:
    """Answers requests for one printer. `operations` are those it knows: take some away for an old printer."""

    def __init__(self, printer: Printer, archive: Archive) -> None:
        self._printer, self.archive = printer, archive
        self.operations = frozenset(OPERATIONS)
        self.port = 0
        self.busy = False
        self.archived: list[Job] = []
        self.identified = 0

    @property
    def uri(self) -> str:
        """printer-uri-supported."""
        return f"ipp://127.0.0.1:{self.port}/ipp/print"

    def carry_out(self, request: IppRequest) -> Answer:
        """Check, then do."""
        wrong = self._wrong(request)
        if wrong is not None:
            return wrong, []
        actions: dict[int, Callable[[IppRequest], Answer]] = {
            0x0002: self._print_job,
            0x0004: lambda request: (self._unfit(request) or OK, []),
            0x0005: self._create_job,
            0x0006: self._send_document,
            0x0008: self._cancel_job,
            0x0009: self._job_attributes,
            0x000A: self._jobs,
            0x000B: self._attributes,
            0x0012: self._purge,
            0x0039: self._cancel_my_jobs,
            0x003C: self._identify,
        }
        return actions[request.operation](request)

    def _wrong(self, request: IppRequest) -> int | None:
        """The status that refuses a malformed request (RFC 8011 §4.1)."""
        if request.version[0] not in {1, 2}:
            return NO_VERSION
        if request.number < 1 or request.order[:2] != ["attributes-charset", "attributes-natural-language"]:
            return BAD_REQUEST
        if request.operation not in self.operations:
            return NO_OPERATION
        named = request.order[2:3]
        if named != ["printer-uri"] and not (named == ["job-uri"] and request.operation in _ON_A_JOB):
            return BAD_REQUEST
        if request.value("operation", "attributes-charset") != "utf-8":
            return NO_CHARSET
        return None

    def _unfit(self, request: IppRequest) -> int:
        """The status that refuses a document or a job; 0 when it is welcome."""
        if request.value("operation", "document-format", FORMATS[0]) not in FORMATS:
            return NO_FORMAT
        if request.value("operation", "compression", "none") != "none":
            return NO_COMPRESSION
        return BUSY if self.busy else 0

    def _print_job(self, request: IppRequest) -> Answer:
        if status := self._unfit(request):
            return status, []
        try:
            pages = count_pages(request.document)
        except ValueError:
            return NO_FORMAT, []
        job = self._printer.create(_ticket(request))
        self._load(job, pages, request.document)
        return self._told(job)

    def _create_job(self, request: IppRequest) -> Answer:
        if status := self._unfit(request):
            return status, []
        return self._told(self._printer.create(_ticket(request)))

    def _send_document(self, request: IppRequest) -> Answer:
        job = self._named(request)
        if job is None:
            return NOT_FOUND, []
        if "last-document" not in request.order:
            return BAD_REQUEST, []
        if status := self._unfit(request):
            return status, []
        if job.plan:
            return MANY_DOCUMENTS, []
        try:
            pages = count_pages(request.document)
        except ValueError:
            return NO_FORMAT, []
        return self._told(job) if self._load(job, pages, request.document) else (NOT_POSSIBLE, [])

    def _load(self, job: Job, pages: int, pdf: bytes) -> bool:
        job.number = len(self.archived)
        self.archive.keep(job.number, pdf)
        self.archived.append(job)
        return self._printer.load(job, pages)

    def _cancel_job(self, request: IppRequest) -> Answer:
        job = self._named(request)
        if job is None:
            return NOT_FOUND, []
        return (OK if self._printer.cancel(job) else NOT_POSSIBLE), []

    def _cancel_my_jobs(self, request: IppRequest) -> Answer:
        user = request.value("operation", "requesting-user-name", "")
        for job in self._printer.jobs:
            if job.ticket.user == user:
                self._printer.cancel(job)
        return OK, []

    def _purge(self, request: IppRequest) -> Answer:
        self._printer.purge()
        return OK, []

    def _identify(self, request: IppRequest) -> Answer:
        self.identified += 1
        return OK, []

    def _job_attributes(self, request: IppRequest) -> Answer:
        job = self._named(request)
        if job is None:
            return NOT_FOUND, []
        wanted = request.values("operation", "requested-attributes")
        return OK, [("job", chosen(self._described(job), wanted))]

    def _jobs(self, request: IppRequest) -> Answer:
        which = request.value("operation", "which-jobs", "not-completed")
        if which not in {"not-completed", "completed", "all"}:
            return 0x040B, [("unsupported", [("keyword", "which-jobs", [which])])]
        user = request.value("operation", "requesting-user-name", "")
        mine = request.value("operation", "my-jobs", False)
        jobs = [
            job
            for job in self._printer.jobs
            if which == "all" or (job.state in ENDED) == (which == "completed")
            if not mine or job.ticket.user == user
        ]
        limit = request.value("operation", "limit", len(jobs))
        wanted = request.values("operation", "requested-attributes")
        default = {"job-id", "job-uri"}
        return OK, [("job", chosen(self._described(job), wanted, default)) for job in jobs[:limit]]

    def _attributes(self, request: IppRequest) -> Answer:
        everything = describe_printer(self._printer, self.uri, self.operations)
        return OK, [("printer", chosen(everything, request.values("operation", "requested-attributes")))]

    def _named(self, request: IppRequest) -> Job | None:
        number = request.value("operation", "job-id", 0)
        if uri := request.value("operation", "job-uri", ""):
            tail = urlsplit(uri).path.rsplit("/", 1)[-1]
            number = int(tail) if tail.isdigit() else 0
        return self._printer.find(number)

    def _told(self, job: Job) -> Answer:
        return OK, [("job", chosen(self._described(job), (), _BRIEF))]

    def _described(self, job: Job) -> Attributes:
        return describe_job(job, self.uri, self._printer.habits.counts)


def _ticket(request: IppRequest) -> Ticket:
    ranges = tuple(value for value in request.values("job", "page-ranges") if isinstance(value, tuple))
    return Ticket(
        request.value("operation", "job-name", "untitled"),
        request.value("operation", "requesting-user-name", "anonymous"),
        request.value("job", "copies", 1),
        str(request.value("job", "sides", "one-sided")).startswith("two-sided"),
        ranges,
    )

"""The ID-card driver: waits for a card, has its module read it, decodes it, and tells what went wrong.

Not responsible for the wire or frames of a module (sam_v, multi_card), nor for the layouts of a card (layouts).
"""

from __future__ import annotations

import msgspec

from drivers.contract.commands import (
    CardProbe,
    DeviceCommand,
    DeviceResult,
    GetReport,
    ProbeCard,
    ReadIdCard,
    TestReport,
    TestStep,
)
from drivers.contract.errors import (
    DeviceError,
    DeviceFault,
    DeviceTimeout,
    InvalidMedia,
    NoMedia,
    ProtocolError,
    UnsupportedCommand,
)
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from drivers.contract.values import IdCard
from drivers.id_card.layouts import decode_text, with_address
from drivers.id_card.module import Blocks, CardModule
from drivers.id_card.photo import PhotoDecoder
from kiosk.ipc import Control, DeadlineExceeded

POLL_S = 0.3
TRIES = 3


class IdCardReader:
    """One reader. Without `photos` the chip's picture stays what it is to us: 1024 bytes that nobody here can read."""

    role = DeviceRole.ID_CARD

    def __init__(self, module: CardModule, photos: PhotoDecoder | None = None) -> None:
        self._module, self._photos = module, photos

    def report(self, control: Control) -> DeviceReport:
        """Online when the module says that it is well; hardware error with its status otherwise."""
        trouble = self._module.trouble(control)
        if trouble is None:
            hint = self._photos.trouble if self._photos is not None else ""
            return DeviceReport(self.role, DeviceState.ONLINE, hint=hint, model=self._module.sam_id)
        return DeviceReport(self.role, DeviceState.HARDWARE_ERROR, reason=trouble.kind, hint=trouble.hint)

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """ReadIdCard, ProbeCard and GetReport."""
        match command:
            case ReadIdCard():
                return self.read(control, command.with_fingerprints)
            case ProbeCard():
                return CardProbe(self._module.still_there(control))
            case GetReport():
                return self.report(control)
            case _:
                raise UnsupportedCommand(f"{type(command).__name__} is not for an ID-card reader")

    def read(self, control: Control, with_fingerprints: bool = False) -> IdCard:
        """Wait for a card and read it, within the control's deadline.

        Raises NoMedia when no card came, DeviceTimeout when the reader itself stayed silent, ProtocolError,
        DeviceFault or InvalidMedia when reading failed TRIES times. A module that reports a fault is reset once.
        """
        failures, resets = 0, 0
        last: DeviceError = DeviceTimeout("the reader did not answer within the deadline")
        try:
            while True:
                try:
                    return self._decode(self._module.read(with_fingerprints, control), control)
                except (NoMedia, DeviceTimeout) as error:
                    last = error
                except (ProtocolError, InvalidMedia) as error:
                    last, failures = error, failures + 1
                    if failures >= TRIES:
                        raise
                except DeviceFault as error:
                    last, resets = error, resets + 1
                    if resets > 1:
                        raise
                    self._module.reset(control)
                control.wait(POLL_S)
        except DeadlineExceeded:
            raise last from None

    def self_test(self, control: Control) -> TestReport:
        """Ask the module how it is and for its number; try the photo decoder on an empty picture."""
        try:
            trouble = self._module.trouble(control)
        except DeviceError as error:
            trouble = error
        if trouble is not None:
            step = TestStep("module", trouble.hint, False, "check power and cable, then replace the reader")
            return TestReport(False, (step,))
        steps = [TestStep("module", "well", True), TestStep("SAM number", self._module.sam_id or "not told", True)]
        if self._photos is not None:
            self._photos.decode(bytes(1024), control)
            well = not self._photos.trouble
            steps.append(TestStep("photo decoder", self._photos.trouble or "runs", well, "install the maker's library"))
        return TestReport(all(step.passed for step in steps), tuple(steps))

    def close(self) -> None:
        """Let go of the wire."""
        self._module.close()

    def _decode(self, blocks: Blocks, control: Control) -> IdCard:
        card = with_address(decode_text(blocks.text), blocks.address)
        photo = self._photos.decode(blocks.photo, control) if self._photos is not None else b""
        return msgspec.structs.replace(card, sam_id=self._module.sam_id, photo=photo, fingerprints=blocks.fingerprints)

"""The status codes of a SAM_V reader (SW3) and what each means for us.

Source: union of four independent lists, see drivers/README.md. Where lists differ on 11 (length error or SAM
time-out) the hint names both.
"""

from __future__ import annotations

from drivers.contract.errors import DeviceError, DeviceFault, InvalidMedia, NoMedia, ProtocolError

OK = 0x90
CARD_FOUND = 0x9F
NO_CONTENT = 0x91
NO_CARD = 0x80
SELECT_FAILED = 0x81

MEANINGS: dict[int, tuple[type[DeviceError], str]] = {
    0x10: (ProtocolError, "checksum error in what we sent"),
    0x11: (ProtocolError, "length error in what we sent, or the SAM did not answer"),
    0x21: (ProtocolError, "the reader does not know this command"),
    0x23: (DeviceFault, "operation beyond the SAM's authority"),
    0x24: (DeviceFault, "unrecognised error"),
    0x31: (InvalidMedia, "the card did not accept the reader"),
    0x32: (InvalidMedia, "the reader did not accept the card"),
    0x33: (InvalidMedia, "the card's data failed verification (MAC)"),
    0x34: (NoMedia, "the card was not found yet"),
    0x40: (InvalidMedia, "not a card of this kind"),
    0x41: (InvalidMedia, "reading the card failed"),
    0x47: (DeviceFault, "no random number from the SAM"),
    0x50: (DeviceFault, "writing the card failed"),
    0x60: (DeviceFault, "SAM self-test failed; it accepts no command: replace the module"),
    0x61: (DeviceFault, "user login failed"),
    0x66: (DeviceFault, "SAM not authorised (key not downloaded): return the module to its issuer"),
    0x80: (NoMedia, "no card"),
    0x81: (NoMedia, "selecting the card failed"),
}


def failure(sw3: int) -> DeviceError:
    """The exception for a status code that is not success."""
    kind, meaning = MEANINGS.get(sw3, (ProtocolError, "a status code that no list knows"))
    return kind(f"reader status {sw3:02X}: {meaning}", cause="status", sw3=f"{sw3:02X}")

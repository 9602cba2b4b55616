"""USB devices that take and give bytes by bulk transfers, through pyusb and libusb.

Not responsible for frames nor for which end points a family uses. The kernel's own driver (usblp, for example) is
detached while we hold the device and given back afterwards; the device is neither reset nor configured again when it
is configured already, since some printers forget their settings then. No transfer waits longer than a slice.
"""

from __future__ import annotations

import contextlib
import errno
import re
import time
from dataclasses import dataclass
from typing import Any

import usb.core
import usb.util

from drivers.contract.errors import DeviceOffline, DeviceTimeout
from drivers.transport.stream import PORTION_BYTES, SLICE_S, STALLED_S
from kiosk.ipc import Control

PRINTER_CLASS, VENDOR_CLASS = 0x07, 0xFF
_ADDRESS = re.compile(r"usb://([0-9a-fA-F]{4}):([0-9a-fA-F]{4})(?:/([^/]+))?/?")
_GONE = {errno.ENODEV, errno.ENOENT, errno.EIO, errno.ESHUTDOWN, errno.ECONNRESET, errno.EPIPE, errno.EPROTO}


@dataclass(frozen=True)
class UsbAddress:
    """A device by its numbers, and by its serial number where several are alike."""

    vendor: int
    product: int
    serial: str = ""

    def __str__(self) -> str:
        return f"usb://{self.vendor:04x}:{self.product:04x}" + (f"/{self.serial}" if self.serial else "")


def read_address(url: str) -> UsbAddress:
    """`usb://VVVV:PPPP[/serial]`, numbers in hex; ValueError otherwise."""
    match = _ADDRESS.fullmatch(url)
    if match is None:
        raise ValueError(f"{url!r} is not of the form usb://04b8:0202[/serial]")
    return UsbAddress(int(match[1], 16), int(match[2], 16), match[3] or "")


class UsbDevice:
    """One interface of one device, claimed. `backend` is pyusb's; None takes libusb."""

    def __init__(self, address: UsbAddress, backend: Any = None) -> None:
        self.address, self._backend = address, backend
        self._device: Any = None
        self._interface: Any = None
        self._detached = False

    @property
    def is_open(self) -> bool:
        """Whether the interface is ours now."""
        return self._device is not None

    def open(self) -> Any:
        """Claim the first interface that has bulk end points; returns pyusb's description of it."""
        if self._device is None:
            device = self._find()
            try:
                self._claim(device)
            except usb.core.USBError as error:
                self.close()
                with contextlib.suppress(usb.core.USBError):
                    usb.util.dispose_resources(device)
                raise DeviceOffline(f"{self.address} cannot be opened: {error.strerror or error}") from error
        return self._interface

    def close(self) -> None:
        """Give the interface back; never raises."""
        device, self._device = self._device, None
        if device is None:
            return
        number = self._interface.bInterfaceNumber
        with contextlib.suppress(usb.core.USBError, NotImplementedError):
            usb.util.release_interface(device, number)
        with contextlib.suppress(usb.core.USBError, NotImplementedError):
            if self._detached:
                device.attach_kernel_driver(number)
        with contextlib.suppress(usb.core.USBError):
            usb.util.dispose_resources(device)

    def write(self, endpoint: int, data: bytes, control: Control) -> None:
        """Send all of it; DeviceTimeout when the device takes nothing for STALLED_S."""
        moved = time.monotonic()
        while data:
            control.check()
            try:
                sent = int(self._opened().write(endpoint, data[:PORTION_BYTES], _slice_ms(SLICE_S)))
            except usb.core.USBTimeoutError:
                sent = 0
            except usb.core.USBError as error:
                self._lost(error, endpoint)
            if sent:
                data, moved = data[sent:], time.monotonic()
            elif time.monotonic() - moved > STALLED_S:
                raise DeviceTimeout("the device does not take what is written")

    def read(self, endpoint: int, within_s: float, control: Control) -> bytes:
        """Whatever comes first within `within_s`; empty when nothing did."""
        ends = time.monotonic() + within_s
        while True:
            control.check()
            left = min(SLICE_S, ends - time.monotonic(), control.remaining_s)
            try:
                if data := self._opened().read(endpoint, PORTION_BYTES, _slice_ms(left)):
                    return bytes(data)
            except usb.core.USBTimeoutError:
                pass
            except usb.core.USBError as error:
                self._lost(error, endpoint)
            if time.monotonic() >= ends:
                return b""

    def _find(self) -> Any:
        try:
            found = usb.core.find(
                find_all=True, idVendor=self.address.vendor, idProduct=self.address.product, backend=self._backend
            )
            device = next((one for one in found if self._has_serial(one)), None)
        except usb.core.NoBackendError as error:
            raise DeviceOffline("libusb is not installed: install libusb-1.0-0") from error
        except usb.core.USBError as error:
            raise DeviceOffline(f"{self.address} cannot be looked for: {error.strerror or error}") from error
        if device is None:
            raise DeviceOffline(f"{self.address} is not connected")
        return device

    def _has_serial(self, device: Any) -> bool:
        if not self.address.serial:
            return True
        try:
            if usb.util.get_string(device, device.iSerialNumber) == self.address.serial:
                return True
        except ValueError as error:  # pyusb's word for a device that tells no strings, or not to us
            raise DeviceOffline(f"{self.address} does not tell its serial number: {error}") from error
        usb.util.dispose_resources(device)
        return False

    def _claim(self, device: Any) -> None:
        try:
            configuration = device.get_active_configuration()
        except usb.core.USBError as error:
            if error.errno is not None:
                raise  # gone or forbidden; without a number it only says that no configuration is set
            device.set_configuration()
            configuration = device.get_active_configuration()
        interface = next((one for one in configuration if _has_bulk(one)), None)
        if interface is None:
            raise DeviceOffline(f"{self.address} has no bulk end points: it is not the device that is meant")
        number = interface.bInterfaceNumber
        self._detached = False
        with contextlib.suppress(NotImplementedError):
            if device.is_kernel_driver_active(number):
                device.detach_kernel_driver(number)
                self._detached = True
        self._device, self._interface = device, interface  # from here on close() gives back what was taken
        usb.util.claim_interface(device, number)

    def _opened(self) -> Any:
        self.open()
        return self._device

    def _lost(self, error: usb.core.USBError, endpoint: int) -> None:
        if error.errno == errno.EPIPE and self._device is not None:
            with contextlib.suppress(usb.core.USBError, NotImplementedError):
                self._device.clear_halt(endpoint)  # a stall outlives our claim, and would fail the next one too
        self.close()
        words = "was unplugged" if error.errno in _GONE else f"failed: {error.strerror or error}"
        raise DeviceOffline(f"{self.address} {words}") from error


class UsbTransport:
    """One pair of bulk end points as a byte pipe: receipt printers, and devices alike."""

    def __init__(self, address: UsbAddress, backend: Any = None) -> None:
        self._usb = UsbDevice(address, backend)
        self._out, self._in = 0, 0

    def open(self) -> None:
        """Claim the device and find its end points."""
        if not self._usb.is_open:
            interface = self._usb.open()
            bulk = [point.bEndpointAddress for point in interface if _is_bulk(point)]
            self._out = next((point for point in bulk if not point & 0x80), 0)
            self._in = next((point for point in bulk if point & 0x80), 0)
            if not self._out or not self._in:
                self._usb.close()
                raise DeviceOffline(f"{self._usb.address} cannot both take and give: its state could not be asked")

    def close(self) -> None:
        """Give the device back."""
        self._usb.close()

    def write(self, data: bytes, control: Control) -> None:
        """Send all of it."""
        self.open()
        self._usb.write(self._out, data, control)

    def read_some(self, within_s: float, control: Control) -> bytes:
        """Read what is there."""
        self.open()
        return self._usb.read(self._in, within_s, control)

    def discard_input(self) -> None:
        """Throw away what has arrived."""
        self.open()
        while self._usb.read(self._in, 0.0, Control(SLICE_S)):
            pass

    def set_baud(self, baud: int) -> None:
        """USB has no speed to set."""


def _slice_ms(seconds: float) -> int:
    """libusb takes 0 for ever: at least one millisecond."""
    return max(1, int(seconds * 1000))


def _is_bulk(point: Any) -> bool:
    return bool(usb.util.endpoint_type(point.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK)


def _has_bulk(interface: Any) -> bool:
    return interface.bInterfaceClass in {PRINTER_CLASS, VENDOR_CLASS, 0} and any(map(_is_bulk, interface))

"""A pyusb backend that reaches a device over USB/IP, so that our USB driver runs where there is no USB bus.

The client's half of the protocol, written from the kernel's document like the server's half in drivers.virtual.usbip,
and sharing nothing with it. Used by one thread at a time, like the driver itself.
"""

from __future__ import annotations

import errno
import itertools
import os
import socket
import struct
from array import array
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

_HEAD = struct.Struct(">IIIII")


class UsbIpBackend(usb.backend.IBackend):  # type: ignore[misc]  # pyusb is untyped
    """The one device that a USB/IP server at `port` offers."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port, self._numbers = port, itertools.count(1)
        self._peer: socket.socket | None = None
        self.log: list[str] = []

    def close(self) -> None:
        if self._peer is not None:
            self._peer.close()
            self._peer = None

    def enumerate_devices(self) -> Any:
        try:
            self._import()
        except OSError:
            return
        yield "1-1"

    def get_device_descriptor(self, dev: str) -> Any:
        raw = self._describe(1, 0, 18)
        names = "bLength bDescriptorType bcdUSB bDeviceClass bDeviceSubClass bDeviceProtocol bMaxPacketSize0 idVendor "
        names += "idProduct bcdDevice iManufacturer iProduct iSerialNumber bNumConfigurations"
        place = {"bus": 1, "address": 2, "port_number": 1, "port_numbers": (1,), "speed": 2, "backend": self}
        return SimpleNamespace(**dict(zip(names.split(), struct.unpack("<BBHBBBBHHHBBBB", raw), strict=True)), **place)

    def get_configuration_descriptor(self, dev: str, config: int) -> Any:
        raw = self._describe(2, config, 9)
        names = "bLength bDescriptorType wTotalLength bNumInterfaces bConfigurationValue iConfiguration "
        names += "bmAttributes bMaxPower"
        fields = dict(zip(names.split(), struct.unpack("<BBHBBBBB", raw), strict=True))
        return SimpleNamespace(**fields, extra_descriptors=[])

    def get_interface_descriptor(self, dev: str, intf: int, alt: int, config: int) -> Any:
        if intf or alt:
            raise IndexError
        raw = self._describe(2, config, 512)[9:18]
        names = "bLength bDescriptorType bInterfaceNumber bAlternateSetting bNumEndpoints bInterfaceClass "
        names += "bInterfaceSubClass bInterfaceProtocol iInterface"
        return SimpleNamespace(**dict(zip(names.split(), raw, strict=True)), extra_descriptors=[])

    def get_endpoint_descriptor(self, dev: str, ep: int, intf: int, alt: int, config: int) -> Any:
        raw = self._describe(2, config, 512)[18 + 7 * ep :][:7]
        if len(raw) < 7:
            raise IndexError
        names = "bLength bDescriptorType bEndpointAddress bmAttributes wMaxPacketSize bInterval"
        fields = dict(zip(names.split(), struct.unpack("<BBBBHB", raw), strict=True))
        return SimpleNamespace(**fields, bRefresh=0, bSynchAddress=0, extra_descriptors=[])

    def open_device(self, dev: str) -> str:
        return dev

    def close_device(self, dev_handle: str) -> None:
        self.log.append("close")

    def set_configuration(self, dev_handle: str, config_value: int) -> None:
        self.log.append("set_configuration")

    def get_configuration(self, dev_handle: str) -> int:
        return self._control(0x80, 8, 0, 1)[0]

    def claim_interface(self, dev_handle: str, intf: int) -> None:
        self.log.append("claim")

    def release_interface(self, dev_handle: str, intf: int) -> None:
        self.log.append("release")

    def reset_device(self, dev_handle: str) -> None:
        self.log.append("reset")

    def is_kernel_driver_active(self, dev_handle: str, intf: int) -> bool:
        return True

    def detach_kernel_driver(self, dev_handle: str, intf: int) -> None:
        self.log.append("detach")

    def attach_kernel_driver(self, dev_handle: str, intf: int) -> None:
        self.log.append("attach")

    def bulk_write(self, dev_handle: str, ep: int, intf: int, data: Any, timeout: int) -> int:
        return self._submit(ep, bytes(data), len(data), b"\0" * 8, timeout)[0]

    def bulk_read(self, dev_handle: str, ep: int, intf: int, buff: array[int], timeout: int) -> int:
        count, data = self._submit(ep, b"", len(buff), b"\0" * 8, timeout)
        buff[:count] = array("B", data)
        return count

    def ctrl_transfer(self, dev_handle: str, *setup: Any) -> int:
        kind, request, value, _, buff, _ = setup
        data = self._control(kind, request, value, len(buff))
        buff[: len(data)] = array("B", data)
        return len(data)

    def _describe(self, kind: int, index: int, length: int) -> bytes:
        return self._control(0x80, 6, kind << 8 | index, length)

    def _control(self, kind: int, request: int, value: int, length: int) -> bytes:
        return self._submit(0x80, b"", length, struct.pack("<BBHHH", kind, request, value, 0, length), 1000)[1]

    def _import(self) -> None:
        self.close()
        self._peer = socket.create_connection(("127.0.0.1", self._port), 2)
        self._peer.sendall(struct.pack(">HHI", 0x0111, 0x8003, 0) + b"1-1".ljust(32, b"\0"))
        _, code, status = struct.unpack(">HHI", self._exactly(8))
        if (code, status) != (3, 0):
            raise OSError("not imported")
        self._exactly(312)

    def _submit(self, ep: int, data: bytes, length: int, setup: bytes, timeout: int) -> tuple[int, bytes]:
        number, direction = next(self._numbers), ep >> 7
        try:
            assert self._peer is not None
            head = _HEAD.pack(1, number, 1 << 16 | 2, direction, ep & 0x7F)
            self._peer.sendall(head + struct.pack(">IiIII8s", 0, length, 0, 0, 0, setup) + data)
            return self._completion(number, direction, timeout / 1000)
        except OSError as error:
            if isinstance(error, usb.core.USBError):
                raise
            self.close()
            raise usb.core.USBError(os.strerror(errno.ENODEV), -4, errno.ENODEV) from None

    def _completion(self, number: int, direction: int, within_s: float) -> tuple[int, bytes]:
        assert self._peer is not None
        self._peer.settimeout(max(0.001, within_s))
        try:
            first = self._peer.recv(1)
        except TimeoutError:
            return self._unlink(number, direction)
        if not first:
            raise OSError("gone")
        return self._completed(first, direction)

    def _unlink(self, number: int, direction: int) -> tuple[int, bytes]:
        """Take the transfer back; it may have been completed in the meantime."""
        assert self._peer is not None
        self._peer.settimeout(2)
        self._peer.sendall(_HEAD.pack(2, next(self._numbers), 1 << 16 | 2, 0, 0) + struct.pack(">I24x", number))
        first = self._exactly(1)
        head = first + self._exactly(3)
        if head == b"\0\0\0\x03":
            done = self._completed(head, direction)
            self._exactly(48)
            return done
        self._exactly(44)
        raise usb.core.USBTimeoutError("timed out", -7, errno.ETIMEDOUT)

    def _completed(self, start: bytes, direction: int) -> tuple[int, bytes]:
        assert self._peer is not None
        self._peer.settimeout(2)
        head = start + self._exactly(48 - len(start))
        status, length = struct.unpack(">ii", head[20:28])
        data = self._exactly(length) if direction else b""
        if status:
            raise usb.core.USBError(os.strerror(-status), -9, -status)
        return length, data

    def _exactly(self, count: int) -> bytes:
        assert self._peer is not None
        data = b""
        while len(data) < count:
            part = self._peer.recv(count - len(data))
            if not part:
                raise OSError("gone")
            data += part
        return data

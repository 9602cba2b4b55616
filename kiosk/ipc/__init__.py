"""Calls between our processes: length-prefixed, typed messages over Unix sockets."""

from kiosk.ipc.client import Client, ConnectionLost, Contract, NeverSent, NoAnswer, RemoteError
from kiosk.ipc.control import Cancelled, Control, DeadlineExceeded
from kiosk.ipc.server import Server, Service

__all__ = [
    "Cancelled",
    "Client",
    "ConnectionLost",
    "Contract",
    "Control",
    "DeadlineExceeded",
    "NeverSent",
    "NoAnswer",
    "RemoteError",
    "Server",
    "Service",
]

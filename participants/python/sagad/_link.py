"""A DEALER socket to the coordinator, and what is heard of its connections.

No routing id is ever set: reused ids lose messages. A socket outlives its connections: libzmq
connects it again by itself, and what was read of the old connection stays in it."""
from __future__ import annotations

import json
import os
import re
from collections import deque
from pathlib import Path
from typing import Any, Deque, Dict, Iterable, Mapping, NamedTuple, Optional, Union

import zmq
from zmq.utils.monitor import recv_monitor_message

from sagad.errors import Invalid

ENDPOINT = "tcp://127.0.0.1:7701"
FRAME_SIZE_MAX = 4 * 1024 * 1024  # bytes: a task may have 3 MiB; more closes the connection
OPTIONS = (
    (zmq.LINGER, 0), (zmq.IPV6, 1), (zmq.TCP_KEEPALIVE, 1), (zmq.RECONNECT_IVL, 50),
    (zmq.RECONNECT_IVL_MAX, 1000), (zmq.HANDSHAKE_IVL, 5000), (zmq.HEARTBEAT_IVL, 2000),
    (zmq.HEARTBEAT_TIMEOUT, 6000), (zmq.HEARTBEAT_TTL, 6000), (zmq.SNDHWM, 100_000),
    (zmq.RCVHWM, 0), (zmq.MAXMSGSIZE, FRAME_SIZE_MAX),
)
EVENTS: Dict[int, str] = {
    int(zmq.EVENT_HANDSHAKE_SUCCEEDED): "up",
    int(zmq.EVENT_DISCONNECTED): "down",
    int(zmq.EVENT_CONNECT_RETRIED): "alone",
    int(zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL): "refused",
    int(zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL): "refused",
    int(zmq.EVENT_HANDSHAKE_FAILED_AUTH): "refused",
}


class Keys(NamedTuple):
    """CURVE keys in Z85, 40 characters each: the coordinator's public one, and the own pair.

        sagad.Participant(keys=sagad.Keys(server="...", public="...", secret="..."))
        sagad.Participant(keys="/etc/sagad/payments.keys")

    The file has three lines, `server = ...`, `public = ...` and `secret = ...`, or is a JSON object
    of those.
    """

    server: str
    public: str
    secret: str


KeysLike = Union[Keys, Mapping[str, str], Iterable[str], str, "os.PathLike[str]"]


def read_keys(keys: Optional[KeysLike]) -> Optional[Keys]:
    """Keys from three values, a map of them, or a file. Raises Invalid, or OSError for the file."""
    if keys is None:
        return None
    if isinstance(keys, (str, os.PathLike)):
        text = Path(keys).read_text(encoding="utf-8")
        try:
            keys = dict(json.loads(text))
        except ValueError:
            keys = dict(re.findall(r"^\s*(\w+)\s*[=:]\s*(\S+)\s*$", text, re.M))
    if isinstance(keys, Mapping):
        try:
            keys = Keys(keys["server"], keys["public"], keys["secret"])
        except KeyError as error:
            raise Invalid(f"the keys lack {error}") from None
    three = Keys(*keys)
    if any(len(key) != 40 for key in three):
        raise Invalid("a CURVE key has 40 characters (Z85)")
    return three


def endpoint_of(endpoint: Optional[str]) -> str:
    """The argument, else SAGAD_ENDPOINT, else the coordinator on this host."""
    return endpoint or os.environ.get("SAGAD_ENDPOINT") or ENDPOINT


class Link:
    """A socket, the watch over its connections, and what waits to be sent. Of one thread."""

    def __init__(self, context: "zmq.Context[Any]", endpoint: str, keys: Optional[Keys]) -> None:
        self.waiting: Deque[bytes] = deque()
        self.watch: Any = None
        self.socket = context.socket(zmq.DEALER)
        try:
            for option, value in OPTIONS:
                self.socket.setsockopt(option, value)
            if keys is not None:
                self.socket.curve_serverkey = keys.server.encode()
                self.socket.curve_publickey = keys.public.encode()
                self.socket.curve_secretkey = keys.secret.encode()
            self.watch = self.socket.get_monitor_socket(sum(EVENTS))
            self.watch.setsockopt(zmq.RCVHWM, 0)
            self.socket.connect(endpoint)
        except (zmq.ZMQError, ValueError, TypeError) as error:
            self.close(0)
            raise Invalid(f"{endpoint}: {error}") from None

    def close(self, linger: float) -> None:
        """What is still queued goes out within `linger` seconds while the context ends."""
        if not self.socket.closed:
            self.socket.disable_monitor()
            self.socket.close(linger=int(linger * 1000))
        if self.watch is not None:
            self.watch.close(linger=0)

    def events(self) -> Iterable[str]:
        """What has happened: up, down, alone (nobody answers), refused (the handshake)."""
        while self.watch.poll(0):
            event = EVENTS.get(int(recv_monitor_message(self.watch, zmq.NOBLOCK)["event"]))
            if event is not None:
                yield event

    def receive(self) -> Optional[bytes]:
        """The next message; b"" for one of several frames, which is none; None at the end."""
        try:
            frame: bytes = self.socket.recv(zmq.NOBLOCK)
        except zmq.Again:
            return None
        if not self.socket.getsockopt(zmq.RCVMORE):
            return frame
        while self.socket.getsockopt(zmq.RCVMORE):
            self.socket.recv(zmq.NOBLOCK)
        return b""

    def send(self, frames: Iterable[bytes]) -> None:
        """Sends in order; what finds the queue full waits."""
        self.waiting.extend(frames)
        while self.waiting:
            try:
                self.socket.send(self.waiting[0], zmq.NOBLOCK)
            except zmq.Again:
                return
            self.waiting.popleft()

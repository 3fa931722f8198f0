"""The requests of a client, without sockets, threads and clocks: each is sent again until it is
answered, and has its effect once; so the protocol promises.

Sent again every 5 s, at once on a new connection, and after `overloaded` or `unavailable` as soon
as that answer allows, until its time is over."""
from __future__ import annotations

import itertools
from concurrent.futures import Future
from typing import Any, Dict, List, Mapping, Tuple

from sagad._values import MESSAGE_SIZE_MAX, msgpack, pack, unpack
from sagad.errors import Error, Overloaded, TooLarge, Unavailable, from_wire

RESEND = 5.0  # seconds after which an unanswered request leaves again
AGAIN = 1.0  # seconds when `overloaded` does not say how long

Reply = Dict[str, Any]


def frame_of(kind: str, request: str, pairs: Mapping[str, bytes]) -> bytes:
    """The message of a request whose values are packed already. Raises TooLarge."""
    packer = msgpack.Packer(autoreset=False)
    packer.pack_map_header(3 + len(pairs))
    head = packer.bytes() + pack("v") + b"\x01" + pack("type") + pack(kind) + pack("request") \
        + pack(request)
    frame: bytes = head + b"".join(pack(key) + value for key, value in pairs.items())
    if len(frame) > MESSAGE_SIZE_MAX:
        raise TooLarge(f"the request has {len(frame)} bytes, more than {MESSAGE_SIZE_MAX}")
    return frame


class Request:
    """One request, until its answer is in `future`."""

    __slots__ = ("frame", "future", "deadline", "wait", "due", "refusal")

    def __init__(self, frame: bytes, wait: float) -> None:
        self.frame = frame
        self.future: Future[Reply] = Future()
        self.wait = wait  # seconds that the coordinator may take by our wish
        self.deadline = self.due = 0.0  # then it is given up; then it is sent again
        self.refusal: Error | None = None  # the last "not now"


class Requests:
    """All open requests of one connection. Belongs to one thread."""

    def __init__(self, endpoint: str, timeout: float) -> None:
        self.frames: List[bytes] = []  # to be sent
        self._endpoint = endpoint
        self._timeout = timeout
        self._open: Dict[str, Request] = {}
        self._was_connected = False

    def add(self, name: str, request: Request, now: float) -> None:
        request.deadline = now + self._timeout + request.wait
        self._open[name] = request
        self._send(request, now)

    def up(self, now: float) -> None:
        """A connection is there: what was under way on an older one may be lost."""
        if self._was_connected:
            for request in self._open.values():
                self._send(request, now)
        self._was_connected = True

    def receive(self, frame: bytes, now: float) -> None:
        try:
            message = unpack(frame)
        except ValueError:
            return
        if not isinstance(message, dict) or message.get("v") != 1:
            return
        name, kind = message.get("request"), message.get("type")
        request = self._open.get(name) if isinstance(name, str) else None
        if name is None or request is None or kind not in ("reply", "error"):
            return
        if kind == "reply":
            self._settle(name, message)
            return
        error = from_wire(message)
        if isinstance(error, (Overloaded, Unavailable)):
            again = now + (error.retry_after or AGAIN)
            if again < request.deadline:
                request.refusal = error
                request.due = again
                return
        self._settle(name, error)

    def turn(self, now: float) -> None:
        """Gives up what is out of time, and sends again what is due."""
        for name, request in list(self._open.items()):
            if request.future.cancelled():
                del self._open[name]
            elif now >= request.deadline:
                self._settle(name, request.refusal or Unavailable(
                    f"no answer in time from {self._endpoint}"))
            elif now >= request.due:
                self._send(request, now)

    def wait(self, now: float) -> float:
        """Seconds until turn() has something to do; at most a minute."""
        times = (min(each.due, each.deadline) for each in self._open.values())
        return max(min(itertools.chain(times, (now + 60.0,))) - now, 0.0)

    def fail(self, error: Error) -> None:
        """Gives up all of them."""
        for name in list(self._open):
            self._settle(name, error)

    def _send(self, request: Request, now: float) -> None:
        request.due = now + request.wait + RESEND
        self.frames.append(request.frame)

    def _settle(self, name: str, answer: "Reply | Error") -> None:
        settle(self._open.pop(name).future, answer)


def settle(future: "Future[Reply]", answer: "Reply | Error") -> None:
    """Gives the answer, unless nobody waits for it any more."""
    if not future.set_running_or_notify_cancel():
        return
    if isinstance(answer, Error):
        future.set_exception(answer)
    else:
        future.set_result(answer)


Submitted = Tuple[str, Request]

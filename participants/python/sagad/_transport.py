"""The socket of a client and its thread, started with the first request.

After a fork the child has the object but not the thread: transport_of() notices, and opens anew."""
from __future__ import annotations

import itertools
import logging
import math
import os
import threading
import weakref
from collections import deque
from concurrent.futures import Future
from typing import Any, Deque, List, Mapping, Optional

import zmq

from sagad import _clock
from sagad._link import Keys, KeysLike, Link, endpoint_of, read_keys
from sagad._requests import Reply, Request, Requests, Submitted, frame_of, settle
from sagad._wake import Wake
from sagad.errors import Invalid, Unavailable

log = logging.getLogger("sagad")

LINGER = 1.0  # seconds for requests still queued when the client is closed
_left_behind: List["Transport"] = []  # of a parent process: never touched, never collected


class Transport:
    """One socket, one thread, any number of requests from any threads."""

    def __init__(self, endpoint: str, keys: Optional[Keys], timeout: float) -> None:
        self.pid = os.getpid()
        self._requests = Requests(endpoint, timeout)
        self._inbox: Deque[Submitted] = deque()
        self._is_closing = False
        self._wake = Wake()
        self._context: zmq.Context[Any] = zmq.Context()
        try:
            self._link = Link(self._context, endpoint, keys)
        except BaseException:
            self._context.destroy(0)
            self._wake.close()
            raise
        self._thread = threading.Thread(target=self._run, name="sagad-client", daemon=True)
        self._thread.start()

    def submit(self, name: str, request: Request) -> None:
        self._inbox.append((name, request))
        self._wake.ring()
        if self._is_closing:
            settle_all(self._inbox)

    def close(self) -> None:
        """Open requests are given up. May be called twice."""
        if self.pid != os.getpid():
            return
        self._is_closing = True
        self._wake.ring()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._serve()
        except Exception as error:
            log.critical("the client's thread failed: %s", type(error).__name__, exc_info=True)
        finally:
            self._is_closing = True
            self._requests.fail(Unavailable("the client is closed"))
            self._link.close(LINGER)
            self._context.term()
            settle_all(self._inbox)
            self._wake.close()

    def _serve(self) -> None:
        link, requests = self._link, self._requests
        poller = zmq.Poller()
        for place in (link.socket, link.watch, self._wake.fd):
            poller.register(place, zmq.POLLIN)
        while True:
            at = _clock.now()
            for event in link.events():
                if event == "up":
                    requests.up(at)
            frame = link.receive()
            while frame is not None:
                requests.receive(frame, at)
                frame = link.receive()
            self._wake.hear()
            while self._inbox:
                requests.add(*self._inbox.popleft(), at)
            requests.turn(at)
            frames, requests.frames = requests.frames, []
            link.send(frames)
            if self._is_closing:
                return
            wait = min(requests.wait(at), 0.05) if link.waiting else requests.wait(at)
            poller.poll(math.ceil(wait * 1000))


def settle_all(inbox: Deque[Submitted]) -> None:
    while inbox:
        settle(inbox.popleft()[1].future, Unavailable("the client is closed"))


class Owner:
    """What Client and AsyncClient have in common: one transport a process, opened when needed."""

    def __init__(self, endpoint: Optional[str] = None, *, keys: Optional[KeysLike] = None,
                 timeout: float = 30.0) -> None:
        if timeout <= 0:
            raise Invalid("the timeout must be more than 0 seconds")
        self.endpoint = endpoint_of(endpoint)
        self._keys = read_keys(keys)
        self.timeout = float(timeout)
        self._names = itertools.count(1)
        self._is_closed = False
        self._transport: Optional[Transport] = None
        self._end: Optional["weakref.finalize[Any, Any]"] = None
        self._lock = threading.Lock()
        _owners.add(self)

    def _submit(self, kind: str, pairs: Mapping[str, bytes], wait: float) -> "Future[Reply]":
        name = str(next(self._names))
        request = Request(frame_of(kind, name, pairs), wait)
        self._open().submit(name, request)
        return request.future

    def _open(self) -> Transport:
        with self._lock:
            if self._is_closed:
                raise Unavailable("the client is closed")
            transport = self._transport
            if transport is None or transport.pid != os.getpid():
                self._leave_behind()
                transport = self._transport = Transport(self.endpoint, self._keys, self.timeout)
                self._end = weakref.finalize(self, transport.close)
            return transport

    def _leave_behind(self) -> None:
        """In a child process: what the parent opened is the parent's."""
        if self._transport is not None:
            _left_behind.append(self._transport)
            self._transport = None
        if self._end is not None:
            self._end.detach()
            self._end = None

    def _close(self) -> None:
        with self._lock:
            self._is_closed = True
            transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def _forked(self) -> None:
        self._lock = threading.Lock()  # another thread of the parent may have held it
        self._leave_behind()


_owners: "weakref.WeakSet[Owner]" = weakref.WeakSet()


def _after_fork() -> None:
    for owner in list(_owners):
        owner._forked()


os.register_at_fork(after_in_child=_after_fork)

"""Participant: offers actions, is sent tasks, answers them."""
from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import signal
import threading
import uuid
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, TypeVar

from sagad import _trace
from sagad._crew import Handler, is_async, outcome
from sagad._link import KeysLike, endpoint_of, read_keys
from sagad._serve import LaterFunction, Server
from sagad._tasks import KINDS
from sagad._values import copied
from sagad._version import __version__
from sagad.errors import Conflict, Invalid, NotFound
from sagad.task import Task, made_up

log = logging.getLogger("sagad")

HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])
ACTION = re.compile(r"[^.\s]{1,64}\.[^.\s]{1,64}")
ACTIONS_MAX = 1000
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Participant:
    """Serves actions until it is stopped.

        app = sagad.Participant(workers=16)

        @app.action("payments.charge")
        def charge(task):
            return {"receipt": psp.charge(task.input["amount"], idempotency_key=task.key)}

        app.run()

    endpoint      of the coordinator; else SAGAD_ENDPOINT, else tcp://127.0.0.1:7701
    workers       threads for handlers that are functions, 1 to 1024; `async def` ones all run on
                  one event loop, as many at once as the window allows
    window        most tasks at once, 0 to 32768
    barrier       every action goes through sagad.barrier(): a do after its undo is refused. Then an
                  undo need not wait for lost attempts
    meta          a map for operators to see: version, host
    keys          CURVE keys: sagad.Keys, three texts, a map of them, or the path of a key file
    stop_timeout  seconds that run() goes on at most after a stop
    later         called with a sagad.Later once an answer LATER is heard; until then the task's ttl
                  is in force. It must not wait: it runs on the thread of the socket

    Each task is taken once; its result is sent until it is known to be durable; the answers of the
    last 10,000 keys are remembered. Raises Invalid for an option out of range.
    """

    def __init__(self, endpoint: Optional[str] = None, *, workers: int = 16, window: int = 64,
                 barrier: bool = False, meta: Optional[Mapping[str, Any]] = None,
                 keys: Optional[KeysLike] = None, stop_timeout: float = 10.0,
                 later: Optional[LaterFunction] = None) -> None:
        if not 1 <= workers <= 1024 or not 0 <= window <= 32768 or stop_timeout < 0:
            raise Invalid("workers, window or stop_timeout is out of range")
        self.endpoint = endpoint_of(endpoint)
        self._keys = read_keys(keys)
        self._workers, self._window, self._barrier = workers, window, barrier
        known = {"language": "python", "sagad": __version__}
        self._meta = copied({**known, **(meta or {})}, "meta")
        self._stop_timeout = stop_timeout
        self._later = later
        self._handlers: Dict[str, Handler] = {}
        self._server: Optional[Server] = None
        self._ended = threading.Event()
        self._loop: Optional[asyncio.AbstractEventLoop] = None

    def action(self, name: str) -> Callable[[HandlerT], HandlerT]:
        """Offers an action, "service.operation". The handler is a function or `async def` of one
        task; what it returns is the output. Raises Invalid for a name that is none, Conflict for
        one that is offered already, or while it runs.

            @app.action("hotels.reserve")
            async def reserve(task): ...
        """
        if not ACTION.fullmatch(name):
            raise Invalid(f"{name!r} is no action: service.operation")

        def offer(handler: HandlerT) -> HandlerT:
            if name in self._handlers:
                raise Conflict(f"{name} is offered already")
            if self._server is not None:
                raise Conflict("the participant runs")
            if len(self._handlers) >= ACTIONS_MAX:
                raise Invalid(f"more than {ACTIONS_MAX} actions")
            self._handlers[name] = handler
            return handler
        return offer

    # ---- serving

    def start(self) -> None:
        """Serves in the background, until stop(). The coordinator need not be there yet. Raises
        Invalid when no action is offered or the endpoint is none, Conflict when it runs already."""
        self._start(None, self._ended.set)

    def _start(self, loop: Optional[asyncio.AbstractEventLoop],
               ended: Callable[[], None]) -> Server:
        if not self._handlers:
            raise Invalid("no action is offered")
        if self._server is not None:
            raise Conflict("the participant runs already")
        self._ended.clear()
        self._loop = loop
        self._server = Server(
            dict(self._handlers), endpoint=self.endpoint, keys=self._keys, workers=self._workers,
            window=self._window, barrier=self._barrier, meta=self._meta,
            stop_timeout=self._stop_timeout, later=self._later, loop=loop, ended=ended)
        return self._server

    def stop(self) -> None:
        """Says bye, finishes what was taken, and returns when that is over, after stop_timeout at
        the latest. From a handler, a signal handler or the loop of run_async() it does not wait."""
        server = self._server
        if server is None:
            return
        server.stop()
        thread = threading.current_thread()
        on_loop = False
        with contextlib.suppress(RuntimeError):
            on_loop = asyncio.get_running_loop() is self._loop
        if on_loop or thread.name.startswith("sagad"):
            return
        self._ended.wait()
        self._server = None

    def run(self) -> None:
        """Serves until SIGTERM, SIGINT or stop(); then says bye, finishes what was taken, and
        returns within stop_timeout. A second signal does not wait for results to become durable.
        Outside the main thread no signal is heard."""
        self._ended.clear()
        server = self._start(None, self._ended.set)
        with self._signals(server):
            self._ended.wait()
        self._over(server)

    def _over(self, server: Server) -> None:
        self._server = None
        if server.error is not None:
            raise server.error
        if not server.all_ended:
            log.error("a handler still runs after stop_timeout; it ends with the process")

    @contextlib.contextmanager
    def _signals(self, server: Server) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, lambda *_: server.stop()) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def run_async(self) -> None:
        """As run(), on the running event loop: `async def` handlers run as tasks of that loop. Ends
        by stop(), a signal that nothing else handles, or when it is cancelled.

            asyncio.run(app.run_async())
        """
        loop = asyncio.get_running_loop()
        over = asyncio.Event()

        def ended() -> None:
            self._ended.set()
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(over.set)
        server = self._start(loop, ended)
        heard = []
        if threading.current_thread() is threading.main_thread():
            heard = [number for number in SIGNALS
                     if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)]
        for number in heard:
            loop.add_signal_handler(number, server.stop)
        try:
            await over.wait()
        except asyncio.CancelledError:
            server.stop()
            await over.wait()
            raise
        finally:
            for number in heard:
                loop.remove_signal_handler(number)
            self._over(server)

    def resize(self, window: int) -> None:
        """A new window while it runs; 0 pauses. Above the window of the options it is cut to
        that."""
        if self._server is not None:
            self._server.resize(max(0, min(window, self._window)))

    @property
    def counts(self) -> Dict[str, int]:
        """What happened since the start: sessions, tasks, ok, failed, later, duplicates,
        remembered, resent, done, garbage."""
        return dict(self._server.session.counts) if self._server is not None else {}

    # ---- unit tests of handlers

    def call(self, action: str, input: Any = None, *, kind: str = "do", key: Optional[str] = None,
             do_key: Optional[str] = None, output: Any = None, in_doubt: bool = False,
             attempt: int = 1, details: Any = None) -> Any:
        """Runs a handler without a coordinator: gives its output, or raises what it raises. Without
        a key each call has a new one. Raises NotFound for an action that is not offered, Invalid
        for an output that could not be sent.

            assert app.call("payments.charge", {"amount": 3}) == {"receipt": 17}
            app.call("payments.refund", {"amount": 3}, kind="undo", do_key="t/charge/do")
        """
        if action not in self._handlers:
            raise NotFound(f"{action} is not offered")
        if kind not in KINDS:
            raise Invalid(f"{kind!r} is none of {', '.join(KINDS)}")
        saga, step = f"test-{uuid.uuid4().hex[:8]}", action.partition(".")[2]
        message = {
            "kind": kind, "action": action, "saga": saga, "step": step, "attempt": attempt,
            "key": key or f"{saga}/{step}/{kind}", "do_key": do_key or f"{saga}/{step}/do",
            "input": copied(input, "input"), "output": copied(output, "output"),
            "in_doubt": in_doubt, "details": copied(details, "details", 2)}
        task = Task(made_up(message), lambda job, details: None)
        handler = self._handlers[action]
        with _trace.attached("", ""):
            if not is_async(handler):
                return outcome(handler(task))
            return outcome(_finish(handler(task)))


def _finish(awaitable: Any) -> Any:
    """The result of a coroutine, whether or not a loop runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(awaitable)
    box: Dict[str, Any] = {}

    def run() -> None:
        try:
            box["value"] = asyncio.run(awaitable)
        except BaseException as error:
            box["error"] = error
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if "error" in box:
        raise box["error"]
    return box["value"]

"""The thread of a participant: reads what comes without delay, and says what is due.

It alone touches the socket and the session; handlers run elsewhere (_crew.py) and leave what they
have to say in an inbox."""
from __future__ import annotations

import asyncio
import logging
import math
import threading
import uuid
from collections import deque
from typing import Any, Callable, Deque, Dict, List, NamedTuple, Optional, Tuple

import zmq

from sagad import _clock
from sagad._crew import Crew, Handler
from sagad._ledger import Answer, Job
from sagad._link import Keys, Link
from sagad._session import Session
from sagad._wake import Wake
from sagad.errors import Error

log = logging.getLogger("sagad")

BATCH_MAX = 256  # messages read before anything else gets its turn
LINGER_MAX = 1.0  # seconds for messages still queued when the socket is closed


class Later(NamedTuple):
    """What became of an answer by LATER. `verdict`: "ok", it holds, and the task's time limits are
    off; "late", the step was decided otherwise: commit nothing more, and finish; "stale";
    "unknown"."""

    key: str
    attempt: int
    token: str
    verdict: str


LaterFunction = Callable[[Later], None]


class Server:
    """One run of a participant, from start to stop."""

    def __init__(self, handlers: Dict[str, Handler], *, endpoint: str, keys: Optional[Keys],
                 workers: int, window: int, barrier: bool, meta: Dict[str, Any],
                 stop_timeout: float, later: Optional[LaterFunction],
                 loop: Optional[asyncio.AbstractEventLoop],
                 ended: Callable[[], None]) -> None:
        self.error: Optional[BaseException] = None
        self.all_ended = True  # no handler was left behind
        self.stops = 0
        self._endpoint, self._keys = endpoint, keys
        self._stop_timeout = stop_timeout
        self._stop_at = 0.0
        self._tell_ended = ended
        self._tell_later = later
        self._says_waiting = self._says_refused = True  # said once until a session is open
        self._inbox: Deque[Tuple[Callable[..., None], Tuple[Any, ...]]] = deque()
        self._wake = Wake()
        self._context: zmq.Context[Any] = zmq.Context()
        self.session = Session(uuid.uuid4().hex, list(handlers), window, barrier=barrier, meta=meta)
        try:
            self._link = Link(self._context, endpoint, keys)
        except BaseException:
            self._context.destroy(0)
            self._wake.close()
            raise
        self._crew = Crew(handlers, workers=workers, why_not=self.session.why_not,
                          size_max=lambda: self.session.size_max, done=self._done,
                          beat=self._beat, loop=loop)
        self.thread = threading.Thread(target=self._run, name="sagad", daemon=True)
        self.thread.start()

    # ---- from any thread

    def _post(self, act: Callable[..., None], *arguments: Any) -> None:
        self._inbox.append((act, arguments))
        self._wake.ring()

    def _done(self, job: Job, answer: Answer) -> None:
        self._post(self.session.finish, job, answer)

    def _beat(self, job: Job, details: Any) -> None:
        self._post(self.session.beat, job, details)

    def resize(self, window: int) -> None:
        self._post(self.session.resize, window)

    def stop(self) -> None:
        """Safe in a signal handler."""
        self.stops += 1
        self._wake.ring()

    # ---- the thread

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException as error:
            log.critical("the participant's thread failed: %s", type(error).__name__, exc_info=True)
            self.error = error
        finally:
            left = self._stop_at - _clock.now() if self._stop_at else 0.0
            self.all_ended = self._crew.end(max(left, 0.0) + self._linger())
            self._close()
            self._tell_ended()

    def _close(self) -> None:
        self._link.close(self._linger() if self.session.is_connected else 0)
        self._context.term()
        self._wake.close()

    def _linger(self) -> float:
        return min(self._stop_timeout / 4, LINGER_MAX)

    def _serve(self) -> None:
        session = self.session
        session.opened(_clock.now())
        self._link.send(self._frames())
        poller = self._poller()
        # What there is to look at: each look that finds nothing would wait for busy handlers.
        news: Any = (self._link.socket, self._link.watch, self._wake.fd)
        has_more = True
        while True:
            at = _clock.now()
            if self._link.watch in news:
                for event in self._link.events():
                    self._hear(event, at)
            has_more = self._read(has_more or self._link.socket in news)
            if session.wants_socket and self._renew(at):
                poller = self._poller()
            if self._wake.fd in news:
                self._wake.hear()
            self._collect(at)
            session.turn(at, not has_more)
            self._link.send(self._frames())
            if self._is_over(at):
                return
            wait = 0.0 if has_more or self._inbox else session.wait(at)
            if session.wants_socket:
                wait = min(wait, 1.0)
            if self._stop_at:
                wait = min(wait, max(self._stop_at - at, 0.0))
            if self._link.waiting:
                wait = min(wait, 0.05)
            news = dict(poller.poll(math.ceil(wait * 1000)))

    def _poller(self) -> zmq.Poller:
        poller = zmq.Poller()
        poller.register(self._link.socket, zmq.POLLIN)
        poller.register(self._link.watch, zmq.POLLIN)
        poller.register(self._wake.fd, zmq.POLLIN)
        return poller

    def _frames(self) -> List[bytes]:
        frames, self.session.frames = self.session.frames, []
        return frames

    def _hear(self, event: str, at: float) -> None:
        if event == "up":
            self.session.up(at)
        elif event == "down":
            self.session.down()
        elif event == "alone" and self._says_waiting:
            self._says_waiting = False
            log.warning("waits for a coordinator at %s", self._endpoint)
        elif event == "refused" and self._says_refused:
            self._says_refused = False
            log.error("the endpoint %s answers and refuses to talk to us", self._endpoint)

    def _renew(self, at: float) -> bool:
        """After a silence: what lies in the old socket is never begun. False: no descriptors; tried
        again in a second."""
        log.warning("silence; connecting anew to %s", self._endpoint)
        try:
            link = Link(self._context, self._endpoint, self._keys)
        except Error:
            return False
        self._link.close(0)
        self._link = link
        self.session.opened(at)
        return True

    def _read(self, has_some: bool) -> bool:
        """Reads what has come, then looks at the clock, then acts: however long this thread slept
        before or amid the reading, a silence is seen. True when there may be more."""
        frames: List[bytes] = []
        for frame in iter(self._link.receive, None) if has_some else ():
            frames.append(frame)
            if len(frames) >= BATCH_MAX:
                break
        at = _clock.now()
        self.session.look_for_silence(at)
        if self.session.wants_socket:
            return False
        for frame in frames:
            self.session.receive(frame, at)
        if self.session.is_welcome:
            self._says_waiting = self._says_refused = True
        self._start()
        return len(frames) >= BATCH_MAX

    def _start(self) -> None:
        """Hands over what the session wants done."""
        session = self.session
        starts, session.starts = session.starts, []
        if starts:
            self._crew.start(starts)
        laters, session.laters = session.laters, []
        for later in laters:
            self._hear_later(Later(*later))
        cancels, session.cancels = session.cancels, []
        for job in cancels:
            self._crew.cancel(job)

    def _hear_later(self, later: Later) -> None:
        if later.verdict != "ok":
            log.warning("key=%s attempt=%s was answered later, and is %s", later.key, later.attempt,
                        later.verdict)
        if self._tell_later is not None:
            try:
                self._tell_later(later)
            except Exception as error:
                log.error("the function for later failed: %s", type(error).__name__)

    def _collect(self, at: float) -> None:
        """What handlers have put down."""
        for _ in range(len(self._inbox)):
            act, arguments = self._inbox.popleft()
            act(*arguments, at)
        self._start()

    def _is_over(self, at: float) -> bool:
        """Asked to stop: says bye, and goes when all that was taken is answered and durable."""
        if not self.stops:
            return False
        if not self._stop_at:
            self._stop_at = at + self._stop_timeout - self._linger()
            self.session.leave(at)
            self._link.send(self._frames())
        ledger = self.session.ledger
        all_answered = ledger.count == len(ledger.kept)
        return ledger.count == 0 or (self.stops > 1 and all_answered) or at >= self._stop_at

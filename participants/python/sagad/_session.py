"""The conversation of a participant with its coordinator, without sockets, threads and clocks.

Bytes and the time go in; frames to send, jobs to start and attempts that are called off come out.

        no session --welcome--> session --who, a lost connection, silence--> no session

Results are kept until `done` names them, and sent again after every welcome and every 5 s, so no
answer is lost when the coordinator or the connection goes away. All times are seconds of one clock
that counts the host's sleep."""
from __future__ import annotations

import logging
from typing import Any, Callable, Dict, List, Optional, Tuple

from sagad import _results, _tasks
from sagad._ledger import Answer, Attempt, Job, Ledger
from sagad._values import MESSAGE_SIZE_MAX, pack, unpack

log = logging.getLogger("sagad")

READY_AGAIN = 0.2  # a `who` is answered no more often than this
HELD_MAX = 16_384  # attempts held when the window closes: a `ready` can name them and a window more
KEPT_BYTES_MAX = 64 * 1024 * 1024  # of results not yet done when the window closes
RUNNING_MAX = 19_000  # attempts that a `ready` can name: a message has at most 100,000 values


class Session:
    """One participant's side. Belongs to one thread, but for why_not(), which any may ask."""

    def __init__(self, instance: str, actions: List[str], window: int, *, barrier: bool = False,
                 meta: Optional[Dict[str, Any]] = None) -> None:
        self.instance = instance
        self.actions = actions
        self.served = frozenset(actions)
        self.window = window
        self.barrier = barrier
        self.meta = meta or {}
        self.ledger = Ledger()
        self.frames: List[bytes] = []  # to be sent, in order
        self.starts: List[Job] = []  # handlers to start, in order
        self.cancels: List[Job] = []  # work that is no longer wanted
        # What became of answers by LATER: key, attempt, token, verdict.
        self.laters: List[Tuple[str, int, str, str]] = []
        self.wants_socket = False  # after a silence: close the socket, open another
        self.heartbeat, self.dead = 2.0, 6.0  # until the coordinator dictates others
        self.size_max = MESSAGE_SIZE_MAX
        self.is_welcome = self.is_connected = self.was_connected = False
        self.owes_ready = self.is_full = self.is_leaving = False
        self.window_told = 0
        self.ready_at = self.spoke_at = self.heard_at = 0.0
        self.silent_at = float("-inf")  # the end of the last silence
        self.counts: Dict[str, int] = dict.fromkeys(("sessions", "tasks", "ok", "failed", "later",
                                                     "duplicates", "remembered", "resent", "done",
                                                     "garbage"), 0)

    # ---- the connection

    def opened(self, now: float) -> None:
        """A new socket was made: its first `ready` leaves with its first connection."""
        self.frames.clear()
        self.wants_socket = self.is_welcome = self.is_connected = self.was_connected = False
        self.heard_at = now
        self.say_ready(now)

    def up(self, now: float) -> None:
        """The socket has a connection: on each but the first another `ready` is owed, said when all
        that the old one brought has been read."""
        self.owes_ready = self.was_connected
        self.was_connected = self.is_connected = True
        self.ready_at = now

    def down(self) -> None:
        self.is_connected = False
        self.lose()

    def lose(self) -> None:
        if self.is_welcome:
            self.is_welcome = False
            log.warning("the coordinator is gone; connecting again")

    def look_for_silence(self, now: float) -> None:
        """Called before anything is read: a process that slept finds what was sent to it meanwhile,
        which must not hide that it did not listen."""
        if now - self.heard_at <= self.dead:
            return
        self.silent_at = now
        _tasks.expire_all(self, now)
        self.lose()
        self.heard_at = now
        self.wants_socket = True

    def why_not(self, attempt: Attempt, now: float) -> Optional[str]:
        """Why the work on an attempt must not begin now, or None."""
        if attempt.is_cancelled:
            return "cancelled"
        is_silent = now - self.heard_at > self.dead or attempt.taken <= self.silent_at
        return "expired" if now >= attempt.deadline or is_silent else None

    # ---- what comes

    def receive(self, frame: bytes, now: float) -> None:
        """Acts on one message. What is not of the protocol is counted and ignored."""
        self.heard_at = now
        try:
            message = unpack(frame)
        except ValueError:
            message = None
        if isinstance(message, dict) and message.get("v") == 1:
            kind = message.get("type")
            take = TAKERS.get(kind) if isinstance(kind, str) else None
            if take is not None:
                take(self, message, now)
                return
        self.counts["garbage"] += 1

    def _take_welcome(self, message: Dict[str, Any], now: float) -> None:
        for name, key in (("heartbeat", "heartbeat_ms"), ("dead", "dead_ms")):
            value = message.get(key)
            if isinstance(value, int) and value > 0:
                setattr(self, name, value / 1000)
        size = message.get("max_message")
        if isinstance(size, int) and size > 0:
            self.size_max = size
        self.is_welcome = True
        self.counts["sessions"] += 1
        log.info("the coordinator is there; session %s", message.get("session"))
        for attempt in self.ledger.kept:
            attempt.sent = now - _results.RESEND
        if self.is_leaving:
            self._say("bye", now)

    def _take_who(self, _: Dict[str, Any], now: float) -> None:
        if not self.is_welcome and now - self.ready_at < READY_AGAIN:
            return
        log.info("the coordinator has restarted")
        self.say_ready(now)

    def _take_done(self, message: Dict[str, Any], _: float) -> None:
        rows = message.get("results")
        if not isinstance(rows, list) or not rows:
            self.counts["garbage"] += 1
            return
        for row in rows:
            if isinstance(row, list) and len(row) >= 2 and isinstance(row[0], str) \
                    and isinstance(row[1], int):
                attempt = self.ledger.done(row[0], row[1])
                if attempt is not None:
                    self.counts["done"] += 1
                    if attempt.status == "later":
                        verdict = str(row[2]) if len(row) > 2 else "unknown"
                        self.laters.append((row[0], row[1], attempt.token, verdict))

    def _take_error(self, message: Dict[str, Any], _: float) -> None:
        log.error("the coordinator complains: %s: %s", message.get("code"), message.get("message"))

    def _take_drain(self, _: Dict[str, Any], __: float) -> None:
        log.info("the coordinator is about to stop")

    def _take_heartbeat(self, _: Dict[str, Any], __: float) -> None:
        """That something was heard is all that it says."""

    # ---- what handlers say

    def finish(self, job: Job, answer: Answer, now: float) -> None:
        """The work of a job has ended with this answer."""
        _tasks.finish(self, job, answer, now)

    def beat(self, job: Job, details: Any, now: float) -> None:
        """Progress of a job; what has been answered meanwhile has none."""
        attempt = job.attempt
        if attempt.result is None and attempt.run.job is job:
            row = {"key": attempt.run.key, "attempt": attempt.number}
            if details is not None:
                row["details"] = details
            self._say("heartbeat", now, running=[row])

    # ---- what is due

    def turn(self, now: float, has_read_all: bool) -> None:
        """Says what is due: a window, `ready` once all that came is read, results, a heartbeat."""
        self.tell_window(now)
        if has_read_all and self._is_ready_due(now):
            self.say_ready(now)
        if self.is_welcome:
            _results.resend_due(self, now)
            if now - self.spoke_at >= self.heartbeat:
                self._say("heartbeat", now)

    def wait(self, now: float) -> float:
        """Seconds until turn() or look_for_silence() has something to do."""
        until = self.heard_at + self.dead + 0.001
        if self.is_connected:
            until = min(until, (self.spoke_at if self.is_welcome else self.ready_at)
                        + self.heartbeat)
        if self.is_welcome and self.ledger.kept:
            until = min(until, next(iter(self.ledger.kept)).sent + _results.RESEND)
        return max(until - now, 0.0)

    def leave(self, now: float) -> None:
        """Says bye: no new tasks; what was taken is answered."""
        self.is_leaving = True
        self._say("bye", now)

    def resize(self, window: int, now: float) -> None:
        self.window = window
        self.tell_window(now)

    def tell_window(self, now: float) -> None:
        """Tells a window that the coordinator does not know. It leaves before any later result:
        a result makes room for one task more."""
        held, size = self.ledger.count, self.ledger.kept_bytes
        if held >= HELD_MAX or size >= KEPT_BYTES_MAX:
            self.is_full = True
        elif held <= HELD_MAX // 2 and size <= KEPT_BYTES_MAX // 2:
            self.is_full = False
        window = self.window_now()
        if window != self.window_told and self.is_welcome and not self.is_leaving:
            self.window_told = window
            self._say("window", now, size=window)

    def window_now(self) -> int:
        return 0 if self.is_full or self.is_leaving else self.window

    def say_ready(self, now: float) -> None:
        """Who we are, what we offer, and every attempt that we hold. Until `welcome` there is no
        session. What a message cannot name is left out: it is then in doubt, which costs time."""
        self.window_told = self.window_now()
        keys: Dict[str, Any] = {
            "instance": self.instance, "actions": self.actions, "window": self.window_told,
            "barrier": self.barrier, "meta": self.meta}
        named = dict(keys, running=[{"key": each.run.key, "attempt": each.number}
                                    for each in self.ledger.attempts()])
        self.is_welcome = self.owes_ready = False
        self.ready_at = now
        frame = pack({"v": 1, "type": "ready", **named})
        if self.ledger.count > RUNNING_MAX or len(frame) > self.size_max:
            frame = pack({"v": 1, "type": "ready", **keys})
        self.send(frame, now)

    def _is_ready_due(self, now: float) -> bool:
        is_late = self.is_connected and not self.is_welcome \
            and now - self.ready_at >= self.heartbeat
        return self.owes_ready or is_late

    def _say(self, kind: str, now: float, **keys: Any) -> None:
        self.send(pack({"v": 1, "type": kind, **keys}), now)

    def send(self, frame: bytes, now: float) -> None:
        self.frames.append(frame)
        self.spoke_at = now


TAKERS: Dict[str, Callable[[Session, Dict[str, Any], float], None]] = {
    "task": _tasks.take, "done": Session._take_done, "cancel": _tasks.cancel,
    "welcome": Session._take_welcome, "who": Session._take_who,
    "heartbeat": Session._take_heartbeat, "drain": Session._take_drain,
    "error": Session._take_error,
}

"""Every attempt taken and not yet named by `done`, and what keys were answered with.

    key --+--> Run "t-1/book/do" --+-- Attempt 2 (unanswered)
          |                        +-- Attempt 1 (answered: its result is kept until `done`)
          +--> memory "t-1/undo": the answer, for the last 10,000 keys

A run is one key: at most one handler works for it, however many attempts ask. When its last attempt
is done, the run becomes a memory. Nothing here reads a clock or a socket."""
from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, Callable, Dict, Iterator, NamedTuple, Optional, Tuple

MEMORIES_MAX = 10_000  # keys whose answers are remembered
MEMORIES_BYTES_MAX = 16 * 1024 * 1024  # of remembered answers


class Answer(NamedTuple):
    """What a key was answered with: packed pairs of a result, behind its key, attempt and token."""

    status: str  # "ok", "failed", "later"
    pair_count: int
    pairs: bytes
    is_void: bool = False  # nothing was done: "cancelled", "expired"


Memory = Tuple[str, int, Answer]  # of a run: kind, answered_number, answer


class Attempt:
    """One task message, from its arrival until `done` names its result."""

    __slots__ = ("run", "number", "token", "message", "taken", "deadline", "is_cancelled",
                 "result", "status", "sent")

    def __init__(self, run: Run, message: Dict[str, Any], now: float) -> None:
        ttl = message.get("ttl_ms")
        self.run = run
        self.number: int = message["attempt"]
        self.token: str = message["token"]
        self.message = message
        self.taken = now
        self.deadline = now + (max(ttl, 0) / 1000 if isinstance(ttl, int) else 0.0)
        self.is_cancelled = False
        self.result: Optional[bytes] = None  # packed, once it is answered
        self.status = ""  # of that answer
        self.sent = now  # when the result was last sent


class Job:
    """One start of a handler. Whoever claims it first has it: the handler's thread to run it, or
    the session to withdraw it."""

    __slots__ = ("attempt", "message", "is_cancelled", "stop", "_claim")

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.message = attempt.message  # stays readable after the answer
        self.is_cancelled = False  # read by the handler
        self.stop: Optional[Callable[[], None]] = None  # ends an async handler; its crew's
        self._claim = threading.Lock()

    def claim(self) -> bool:
        """True for the first caller, in whatever thread."""
        return self._claim.acquire(blocking=False)


class Run:
    """A key that is worked on, and its attempts."""

    __slots__ = ("key", "kind", "attempts", "job", "answer", "answered_number")

    def __init__(self, key: str, kind: str) -> None:
        self.key = key
        self.kind = kind
        self.attempts: Dict[int, Attempt] = {}
        self.job: Optional[Job] = None  # the work under way
        self.answer: Optional[Answer] = None  # the last one
        self.answered_number = 0  # of the attempt whose work gave the answer

    def newest(self) -> Attempt:
        return self.attempts[max(self.attempts)]


class Ledger:
    """All runs, the results to be sent again, and the memories."""

    def __init__(self) -> None:
        self.runs: Dict[str, Run] = {}
        self.kept: OrderedDict[Attempt, None] = OrderedDict()  # answered; longest unsent first
        self.kept_bytes = 0
        self.count = 0  # attempts, answered or not
        self._memories: OrderedDict[str, Memory] = OrderedDict()  # oldest first
        self._memory_bytes = 0

    def find(self, key: str, number: int) -> Optional[Attempt]:
        run = self.runs.get(key)
        return run.attempts.get(number) if run else None

    def take(self, message: Dict[str, Any], now: float) -> Attempt:
        """Adds an attempt that find() does not know. Its run knows what is remembered of the
        key."""
        key = message["key"]
        run = self.runs.get(key)
        if run is None:
            kind = message.get("kind")
            run = self._recall(key) or Run(key, kind if isinstance(kind, str) else "")
            self.runs[key] = run
        attempt = Attempt(run, message, now)
        run.attempts[attempt.number] = attempt
        self.count += 1
        return attempt

    def keep(self, attempt: Attempt, result: bytes, now: float) -> None:
        """The attempt is answered: its result will be sent until `done` names it."""
        assert attempt.result is None
        attempt.result = result
        attempt.sent = now
        attempt.message = {}
        self.kept[attempt] = None
        self.kept_bytes += len(result)

    def sent(self, attempt: Attempt, now: float) -> None:
        attempt.sent = now
        self.kept.move_to_end(attempt)

    def done(self, key: str, number: int) -> Optional[Attempt]:
        """Forgets an attempt whose result is durable or superseded, and gives it; None when it is
        not known."""
        attempt = self.find(key, number)
        if attempt is None or attempt.result is None:
            return None
        run = attempt.run
        del self.kept[attempt]
        self.kept_bytes -= len(attempt.result)
        del run.attempts[number]
        self.count -= 1
        if not run.attempts:
            del self.runs[key]
            self._remember(run)
        return attempt

    def attempts(self) -> Iterator[Attempt]:
        for run in self.runs.values():
            yield from run.attempts.values()

    def _remember(self, run: Run) -> None:
        if run.answer is None:  # never answered by work
            return
        self._memories[run.key] = (run.kind, run.answered_number, run.answer)
        self._memory_bytes += len(run.answer.pairs)
        while len(self._memories) > MEMORIES_MAX or self._memory_bytes > MEMORIES_BYTES_MAX:
            _, oldest = self._memories.popitem(last=False)
            self._memory_bytes -= len(oldest[2].pairs)

    def _recall(self, key: str) -> Optional[Run]:
        memory = self._memories.pop(key, None)
        if memory is None:
            return None
        run = Run(key, memory[0])
        run.answered_number, run.answer = memory[1:]
        self._memory_bytes -= len(memory[2].pairs)
        return run

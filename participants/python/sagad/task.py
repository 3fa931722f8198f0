"""What a handler is given: the task, and what it may say while it works."""
from __future__ import annotations

from operator import itemgetter
from typing import Any, Callable, Dict, Optional

from sagad._clock import now
from sagad._ledger import Job
from sagad._values import copied
from sagad.outcomes import Cancelled, Money, micro_usd

SAID = ("kind", "key", "attempt", "token", "saga", "step", "action", "input", "definition",
        "version", "traceparent")  # what every task of a coordinator has
_SAID = itemgetter(*SAID)


class Task:
    """One attempt at one effect.

    kind         "do", "undo", "confirm" or "check"
    key          the idempotency key, the same for every attempt: give it to your provider
    do_key       the key of the do that is undone, confirmed or checked; of a do: its own
    attempt      from 1
    token        for Client.finish() after LATER; never log it
    saga, step, definition, version, action    where it belongs ("" and 0 where there is none)
    input        of the do, in its undo too
    output       undo, confirm, check: what the do gave; None when not known
    in_doubt     undo, confirm, check: do_key may or may not have taken effect
    details      what an earlier attempt reported last by heartbeat()
    heartbeat_every  seconds: report progress at least this often; None: no need
    traceparent, tracestate    W3C trace context
    """

    def __init__(self, job: Job, beat: Callable[[Job, Any], None]) -> None:
        message = job.message
        self._job = job
        self._beat = beat
        self._cost: Optional[int] = None
        self.input: Any
        self._rolled_back: Optional[BaseException] = None  # what ended a barrier's transaction
        self._deadline = job.attempt.deadline
        said: Any
        try:
            said = _SAID(message)
        except KeyError:  # an optional one was left out
            said = tuple(map(message.get, SAID))
        self.kind: str
        self.key: str
        self.attempt: int
        self.token: str
        self.saga: str
        self.step: str
        self.action: str
        (self.kind, self.key, self.attempt, self.token, self.saga, self.step, self.action,
         self.input, definition, version, traceparent) = said
        is_do = self.kind == "do"
        get = message.get
        self.do_key: str = self.key if is_do else message["do_key"]
        self.output: Any = None if is_do else get("output")
        self.in_doubt: bool = not is_do and get("in_doubt") is True
        self.details: Any = get("details")
        self.definition: str = definition or ""
        self.version: int = version or 0
        self.traceparent: str = traceparent or ""
        self.tracestate: str = get("tracestate") or ""
        every = get("heartbeat_ms")
        self.heartbeat_every: Optional[float] = every / 1000 if isinstance(every, int) else None

    def __repr__(self) -> str:
        return f"<Task {self.action} {self.key} attempt {self.attempt}>"

    @property
    def ttl(self) -> float:
        """Seconds left; 0.0 when the time is over: commit nothing then (raise Retry("expired"))."""
        return max(self._deadline - now(), 0.0)

    @property
    def cancelled(self) -> bool:
        """Has the coordinator called the task off? It may still be finished."""
        return self._job.is_cancelled

    def check(self) -> None:
        """Raises Cancelled once the task is called off. Call it only where nothing has been done
        yet, or all of it is taken back: the answer says that there was no effect.

            for page in pages:
                task.check()
                fetch(page)
        """
        if self.cancelled:
            raise Cancelled("the coordinator called it off")

    def cost(self, usd: Money) -> None:
        """What the attempt cost in US dollars, whatever its outcome; said again, it replaces what
        was said. Raises Invalid for what is no amount.

            task.cost("0.02")
        """
        self._cost = micro_usd(usd)

    def heartbeat(self, details: Any = None) -> None:
        """Reports progress: extends the step's heartbeat time-out, and `details` come back as
        task.details on the next attempt. Does not wait. Raises Invalid or TooLarge.

            task.heartbeat({"page": 12})
        """
        self._beat(self._job, None if details is None else copied(details, "details", 2))


def made_up(keys: Dict[str, Any], ttl: float = 60.0) -> Job:
    """A job for a task that no coordinator sent: for unit tests of handlers."""
    from sagad._ledger import Ledger
    message = {"attempt": 1, "token": "0" * 32, "traceparent": "", "definition": "test",
               "version": 1, "ttl_ms": int(ttl * 1000), **keys}
    return Job(Ledger().take(message, now()))

"""An open saga: a program that acts step by step, and whose steps are undone when it falls through.

    with client.saga("order-17", name="order", timeout="10m") as saga:
        paid = saga.step("charge", lambda s: psp.charge(30, idempotency_key=s.key),
                         input={"amount": 30}, compensate=("payments.refund", {"amount": 30}))
        saga.step("ship", lambda s: shop.ship(s.input), input={"order": 17},
                  compensate="shop.recall")

Leaving the block commits; an exception aborts, with its class and message as the reason, and goes
on to the caller. Running the program again with the same id after a crash gives every completed
step's output back and goes on. When nobody comes back, the coordinator undoes it at `timeout`."""
from __future__ import annotations

import logging
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Mapping, Optional, Type, TypeVar

from sagad import _open
from sagad._calls import Wait
from sagad._durations import Duration
from sagad._ids import new_id
from sagad._open import ActionLike, Step
from sagad._values import copied
from sagad.errors import Error
from sagad.outcomes import InDoubt, Money

if TYPE_CHECKING:
    from sagad.client import Client

log = logging.getLogger("sagad")

SagaT = TypeVar("SagaT", bound="SagaBase")


class SagaBase:
    """What both kinds have in common: `id`, `status`, `output`, as the coordinator last said."""

    def __init__(self, id: Optional[str], *, name: str, timeout: Duration, input: Any,
                 labels: Optional[Mapping[str, str]], reversal_window: Optional[Duration],
                 sensitive: Iterable[str], budget: Optional[Money]) -> None:
        self.id = new_id() if id is None else id
        self.status = ""
        self.output: Any = None
        self._is_over = False  # committed or aborted by hand, or completed before
        self._begin = _open.begin(self.id, name=name, timeout=timeout, input=input, labels=labels,
                                  reversal_window=reversal_window, sensitive=sensitive,
                                  budget=budget)

    def __repr__(self) -> str:
        return f"<Saga {self.id} {self.status}>"

    def _begun(self, reply: Dict[str, Any]) -> None:
        self._said(reply)
        _open.must_be_open(self.id, self.status)
        self._is_over = self.status == "completed"

    def _said(self, reply: Dict[str, Any]) -> None:
        self.status = str(reply.get("status", self.status))
        self.output = reply.get("output", self.output)


class Saga(SagaBase):
    """Made by Client.saga(); entered by `with`, which begins it. Entering raises Conflict unless
    the saga is running, or completed: then every step answers from memory, and the end is
    silent."""

    def __init__(self, client: Client, id: Optional[str], *, name: str, timeout: Duration = "10m",
                 input: Any = None, labels: Optional[Mapping[str, str]] = None,
                 reversal_window: Optional[Duration] = None, sensitive: Iterable[str] = (),
                 budget: Optional[Money] = None) -> None:
        super().__init__(id, name=name, timeout=timeout, input=input, labels=labels,
                         reversal_window=reversal_window, sensitive=sensitive, budget=budget)
        self._client = client

    def __enter__(self) -> Saga:
        self._begun(self._client._call(self._begin))
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        if self._is_over:
            return
        if error is None:
            self.commit()
            return
        try:
            self.abort(type(error).__name__, str(error))
        except Error as failed:  # must not hide the block's own
            log.warning("saga=%s abort failed code=%s", self.id, failed.code)

    def step(self, name: str, fn: Callable[[Step], Any], *, input: Any = None,
             compensate: Optional[ActionLike] = None, confirm: Optional[ActionLike] = None,
             needs: Optional[Iterable[str]] = None) -> Any:
        """Registers the step durably, calls fn(s) unless its output is remembered, completes it,
        and gives the output. s has `key`, `input`, `name` and `cost()`.

        compensate  undoes it: an action, (action, input), or "none" when there is nothing to undo;
                    without it the step is irrevocable. Without an input it gets the step's
        confirm     makes it final after the commit: as compensate
        needs       names of steps that it needs, for the order of undoing; else the one before

        What fn raises is recorded (Refused, Retry: no effect; anything else: in doubt) and goes on
        to the caller. Raises Conflict when the saga has been turned back, or paused.
        """
        step = self.register(name, input=input, compensate=compensate, confirm=confirm, needs=needs)
        if step.state == "done":
            return step.output
        try:
            output = fn(step)
        except BaseException as error:
            self._failed(step, error)
            raise
        try:
            output = copied(output, "output")
        except Error as error:  # the effect has happened
            self._failed(step, InDoubt("bad_output", error.message))
            raise
        _open.must_stand(step, self._complete(step, output, None))
        return output

    def _failed(self, step: Step, error: BaseException) -> None:
        try:
            self._complete(step, None, error)
        except Error as failed:  # must not hide fn's own
            log.warning("saga=%s step=%s complete failed code=%s", self.id, step.name, failed.code)

    def _complete(self, step: Step, output: Any, failure: Optional[BaseException]) -> str:
        return self._client._call(_open.complete(
            self.id, step.name, output, key=step.key, failure=failure, cost=step._cost,
            rolled_back=failure is not None and step._rolled_back is failure))

    def register(self, name: str, *, input: Any = None, compensate: Optional[ActionLike] = None,
                 confirm: Optional[ActionLike] = None,
                 needs: Optional[Iterable[str]] = None) -> Step:
        """The step alone: durable before this returns. Then act with its key, and complete() it;
        unless its state is "done": then its output is there."""
        return self._client._call(_open.register(self.id, name, input=input, compensate=compensate,
                                                 confirm=confirm, needs=needs))

    def complete(self, name: str, output: Any = None, *, key: Optional[str] = None,
                 failure: Optional[BaseException] = None, cost: Optional[Money] = None) -> str:
        """Ends a registered step: with its output, or with what fn would have raised. Gives its
        state: "done", "failed", "open" (failed, in doubt), "stale" (of an older key: changes
        nothing). Give the key that you acted with."""
        return self._client._call(_open.complete(self.id, name, output, key=key, failure=failure,
                                                 cost=cost))

    def commit(self, output: Any = None, *, wait: Wait = False) -> str:
        """Final: nothing is undone any more but by a person's `reverse`; the confirms run. Gives
        the status. `wait` as in Client.start(). Raises Conflict while a step is open or in
        doubt."""
        self._said(self._client._call(_open.commit(self.id, output, wait, self._client.timeout)))
        self._is_over = True
        return self.status

    def abort(self, code: str = "aborted", message: str = "", *, wait: Wait = False) -> str:
        """Undoes what was registered, in reverse, even when this program is gone. Gives the status.
        Raises Conflict after the commit."""
        self._said(self._client._call(_open.abort(self.id, code, message, wait,
                                                  self._client.timeout)))
        self._is_over = True
        return self.status



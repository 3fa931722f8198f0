"""AsyncClient: the names of Client, awaited.

    async with sagad.AsyncClient() as client:
        trip = await client.start("trip-booking", {"trip": "Lisbon"}, id="trip-1", wait=20)
        async with client.saga("order-17", name="order") as saga:
            paid = await saga.step("charge", charge, compensate="payments.refund")
"""
from __future__ import annotations

import asyncio
import inspect
import logging
from types import TracebackType
from typing import Any, Callable, Dict, Iterable, Mapping, Optional, Type, TypeVar

from sagad import _calls, _clock, _open
from sagad._calls import Call, Delivered, Started, Wait, When
from sagad._durations import Duration
from sagad._open import ActionLike, Step
from sagad._transport import Owner
from sagad._values import copied
from sagad.errors import Error
from sagad.outcomes import InDoubt, Money
from sagad.saga import SagaBase

T = TypeVar("T")
log = logging.getLogger("sagad")


class AsyncClient(Owner):
    """As Client, for asyncio. One may be used from several event loops. A call that is cancelled
    may have had its effect."""

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                        trace: Optional[TracebackType]) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connection; calls that wait raise Unavailable. May be called twice."""
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    async def _call(self, call: Call[T]) -> T:
        return call.read(await asyncio.wrap_future(self._submit(call.kind, call.pairs, call.wait)))

    async def start(self, definition: str, input: Any = None, *, id: Optional[str] = None,
                    version: Optional[int] = None, labels: Optional[Mapping[str, str]] = None,
                    start_at: Optional[When] = None, traceparent: Optional[str] = None,
                    wait: Wait = False) -> Started:
        """As Client.start()."""
        return await self._call(_calls.start(definition, input, id=id, version=version,
                                             labels=labels, start_at=start_at,
                                             traceparent=traceparent, wait=wait,
                                             timeout=self.timeout))

    async def get(self, id: str, *, since: Optional[int] = None,
                  limit: Optional[int] = None) -> Dict[str, Any]:
        """As Client.get()."""
        return await self._call(_calls.get(id, since=since, limit=limit))

    async def wait(self, id: str, seconds: float = 30.0) -> Dict[str, Any]:
        """As Client.wait()."""
        until = _clock.now() + seconds
        while True:
            shape = await self._call(_calls.wait(id, until - _clock.now()))
            if shape.get("status") not in _calls.MOVING or _clock.now() >= until - 0.05:
                return shape

    async def event(self, name: str, data: Any = None, *, id: Optional[str] = None,
                    saga: Optional[str] = None, source: Optional[str] = None) -> Delivered:
        """As Client.event()."""
        return await self._call(_calls.event(name, data, id=id, saga=saga, source=source))

    async def finish(self, token: str, output: Any = None, *,
                     failure: Optional[BaseException] = None, cost: Optional[Money] = None,
                     key: Optional[str] = None) -> str:
        """As Client.finish()."""
        return await self._call(_calls.finish(token, output, failure=failure, cost=cost, key=key))

    def saga(self, id: Optional[str] = None, *, name: str, timeout: Duration = "10m",
             input: Any = None, labels: Optional[Mapping[str, str]] = None,
             reversal_window: Optional[Duration] = None, sensitive: Iterable[str] = (),
             budget: Optional[Money] = None) -> AsyncSaga:
        """As Client.saga(), to be entered by `async with`."""
        return AsyncSaga(self, id, name=name, timeout=timeout, input=input, labels=labels,
                         reversal_window=reversal_window, sensitive=sensitive, budget=budget)


class AsyncSaga(SagaBase):
    """As Saga, awaited. `fn` of a step may be a function or `async def`."""

    def __init__(self, client: AsyncClient, id: Optional[str], *, name: str,
                 timeout: Duration = "10m", input: Any = None,
                 labels: Optional[Mapping[str, str]] = None,
                 reversal_window: Optional[Duration] = None, sensitive: Iterable[str] = (),
                 budget: Optional[Money] = None) -> None:
        super().__init__(id, name=name, timeout=timeout, input=input, labels=labels,
                         reversal_window=reversal_window, sensitive=sensitive, budget=budget)
        self._client = client

    async def __aenter__(self) -> AsyncSaga:
        self._begun(await self._client._call(self._begin))
        return self

    async def __aexit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                        trace: Optional[TracebackType]) -> None:
        if self._is_over:
            return
        if error is None:
            await self.commit()
            return
        try:  # shielded: the block may have ended because it was cancelled
            await asyncio.shield(self.abort(type(error).__name__, str(error)))
        except Error as failed:  # must not hide the block's own
            log.warning("saga=%s abort failed code=%s", self.id, failed.code)

    async def step(self, name: str, fn: Callable[[Step], Any], *, input: Any = None,
                   compensate: Optional[ActionLike] = None, confirm: Optional[ActionLike] = None,
                   needs: Optional[Iterable[str]] = None) -> Any:
        """As Saga.step()."""
        step = await self.register(name, input=input, compensate=compensate, confirm=confirm,
                                   needs=needs)
        if step.state == "done":
            return step.output
        try:
            output = fn(step)
            if inspect.isawaitable(output):
                output = await output
        except BaseException as error:
            await asyncio.shield(self._failed(step, error))
            raise
        try:
            output = copied(output, "output")
        except Error as error:  # the effect has happened
            await self._failed(step, InDoubt("bad_output", error.message))
            raise
        _open.must_stand(step, await self._complete(step, output, None))
        return output

    async def _failed(self, step: Step, error: BaseException) -> None:
        try:
            await self._complete(step, None, error)
        except Error as failed:  # must not hide fn's own
            log.warning("saga=%s step=%s complete failed code=%s", self.id, step.name, failed.code)

    async def _complete(self, step: Step, output: Any, failure: Optional[BaseException]) -> str:
        return await self._client._call(_open.complete(
            self.id, step.name, output, key=step.key, failure=failure, cost=step._cost,
            rolled_back=failure is not None and step._rolled_back is failure))

    async def register(self, name: str, *, input: Any = None,
                       compensate: Optional[ActionLike] = None,
                       confirm: Optional[ActionLike] = None,
                       needs: Optional[Iterable[str]] = None) -> Step:
        """As Saga.register()."""
        return await self._client._call(_open.register(
            self.id, name, input=input, compensate=compensate, confirm=confirm, needs=needs))

    async def complete(self, name: str, output: Any = None, *, key: Optional[str] = None,
                       failure: Optional[BaseException] = None,
                       cost: Optional[Money] = None) -> str:
        """As Saga.complete()."""
        return await self._client._call(_open.complete(self.id, name, output, key=key,
                                                       failure=failure, cost=cost))

    async def commit(self, output: Any = None, *, wait: Wait = False) -> str:
        """As Saga.commit()."""
        self._said(await self._client._call(_open.commit(self.id, output, wait,
                                                         self._client.timeout)))
        self._is_over = True
        return self.status

    async def abort(self, code: str = "aborted", message: str = "", *, wait: Wait = False) -> str:
        """As Saga.abort()."""
        self._said(await self._client._call(_open.abort(self.id, code, message, wait,
                                                        self._client.timeout)))
        self._is_over = True
        return self.status

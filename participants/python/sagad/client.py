"""Client: starts sagas, asks after them, tells events, finishes tasks, drives open sagas."""
from __future__ import annotations

from types import TracebackType
from typing import Any, Dict, Iterable, Mapping, Optional, Type, TypeVar

from sagad import _calls, _clock
from sagad._calls import Call, Delivered, Started, Wait, When
from sagad._durations import Duration
from sagad._transport import Owner
from sagad.outcomes import Money
from sagad.saga import Saga

T = TypeVar("T")


class Client(Owner):
    """May be used by many threads at once, and after a fork: each process opens its own connection.

        with sagad.Client() as client:
            trip = client.start("trip-booking", {"trip": "Lisbon"}, id="trip-1", wait=20)
            print(trip.status, trip.output)

    endpoint  of the coordinator; else SAGAD_ENDPOINT, else tcp://127.0.0.1:7701
    keys      CURVE keys, as for Participant
    timeout   seconds that a call goes on at most, besides its `wait`

    Requests are sent again until they are answered, and have their effect once. Each call raises
    Unavailable when nobody answered in time (then its effect is not known, and the same call may be
    made again), another Error when it was refused, Invalid or TooLarge before anything is sent.
    """

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; calls that wait raise Unavailable. May be called twice."""
        self._close()

    def _call(self, call: Call[T]) -> T:
        return call.read(self._submit(call.kind, call.pairs, call.wait).result())

    def start(self, definition: str, input: Any = None, *, id: Optional[str] = None,
              version: Optional[int] = None, labels: Optional[Mapping[str, str]] = None,
              start_at: Optional[When] = None, traceparent: Optional[str] = None,
              wait: Wait = False) -> Started:
        """Starts a saga. Without an id one is made here. The same id with the same request gives
        the same saga; with another request it raises IdempotencyConflict.

        wait      False: answered once it is stored; seconds: once it has ended or parked, or with
                  its status after so long (1 h at most); True: for the client's timeout
        start_at  a datetime, or seconds since 1970

            trip = client.start("trip-booking", {"trip": "Lisbon"}, id="trip-1", wait=20)
        """
        return self._call(_calls.start(definition, input, id=id, version=version, labels=labels,
                                      start_at=start_at, traceparent=traceparent, wait=wait,
                                      timeout=self.timeout))

    def get(self, id: str, *, since: Optional[int] = None,
            limit: Optional[int] = None) -> Dict[str, Any]:
        """The saga as it is, with `steps` and `history` (records after seq `since`, at most `limit`
        and 1,000; `next_seq` when there are more). Raises NotFound.

            client.get("trip-1")["status"]
        """
        return self._call(_calls.get(id, since=since, limit=limit))

    def wait(self, id: str, seconds: float = 30.0) -> Dict[str, Any]:
        """As get(), once the saga has ended or parked; after so many seconds as it is then.

            client.wait("trip-1", 60)["status"]
        """
        until = _clock.now() + seconds
        while True:
            shape = self._call(_calls.wait(id, until - _clock.now()))
            if shape.get("status") not in _calls.MOVING or _clock.now() >= until - 0.05:
                return shape

    def event(self, name: str, data: Any = None, *, id: Optional[str] = None,
              saga: Optional[str] = None, source: Optional[str] = None) -> Delivered:
        """Tells an event, to one saga or to all that wait for it. The same source and id count
        once;
        without an id one is made here.

            client.event("payment.settled", {"order": 7}, id="e-1").delivered
        """
        return self._call(_calls.event(name, data, id=id, saga=saga, source=source))

    def finish(self, token: str, output: Any = None, *, failure: Optional[BaseException] = None,
               cost: Optional[Money] = None, key: Optional[str] = None) -> str:
        """Ends a task that was answered LATER: with its output, or with what a handler would have
        raised. Gives the verdict: "ok", "late" (it was decided otherwise, and will be undone) or
        "stale". Raises NotFound for a token that nobody was given. `cost` in US dollars.

            client.finish(token, {"receipt": 17})
            client.finish(token, failure=sagad.Refused("bounced"), cost="0.02")
        """
        return self._call(_calls.finish(token, output, failure=failure, cost=cost, key=key))

    def saga(self, id: Optional[str] = None, *, name: str, timeout: Duration = "10m",
             input: Any = None, labels: Optional[Mapping[str, str]] = None,
             reversal_window: Optional[Duration] = None, sensitive: Iterable[str] = (),
             budget: Optional[Money] = None) -> Saga:
        """An open saga, to be entered by `with`: see Saga. With the id of one that began before, it
        goes on there. `timeout`: after so long it is undone; `reversal_window`: how long it may
        still be reversed once it is completed; `budget` in US dollars; `sensitive`: places of
        values that are shown as ***."""
        return Saga(self, id, name=name, timeout=timeout, input=input, labels=labels,
                    reversal_window=reversal_window, sensitive=sensitive, budget=budget)

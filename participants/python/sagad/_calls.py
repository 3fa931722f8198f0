"""Each request of a client as its packed keys, and what becomes of the reply: for both clients."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Callable, Dict, Generic, List, Mapping, Optional, TypeVar, Union

from sagad import _trace
from sagad._ids import new_id
from sagad._requests import Reply
from sagad._values import pack, packed_argument
from sagad.errors import Invalid
from sagad.outcomes import Money, error_of, micro_usd

T = TypeVar("T")
WAIT_MAX = 3600.0  # seconds that one request may wait at the coordinator
MOVING = ("running", "compensating")  # statuses of a saga that has neither ended nor parked

Wait = Union[bool, int, float]
When = Union[datetime, int, float]


@dataclass(frozen=True)
class Started:
    """What start() gives.

    id         of the saga
    status     "running", "completed", "compensated", "parked" ... when it was answered
    output     of the saga, when it was waited for and is completed
    duplicate  the same start came before; this is that saga
    """

    id: str
    status: str
    output: Any = None
    duplicate: bool = False


@dataclass(frozen=True)
class Delivered:
    """What event() gives: how many steps took it, and the ids of the sagas that it started."""

    delivered: int
    started: List[str] = field(default_factory=list)


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request: its type, its packed keys, how long the coordinator may wait, and the reading of
    its reply."""

    kind: str
    pairs: Dict[str, bytes]
    read: Callable[[Reply], T]
    wait: float = 0.0


def text(value: Any, name: str) -> bytes:
    if not isinstance(value, str):
        raise Invalid(f"{name} must be a text at /{name}", details={"pointer": f"/{name}"})
    return packed_argument(value, name)


def waiting(pairs: Dict[str, bytes], wait: Wait, timeout: float) -> float:
    """Adds `wait` and `wait_ms`; gives the seconds."""
    if wait is False:
        return 0.0
    seconds = min(timeout if wait is True else max(float(wait), 0.001), WAIT_MAX)
    pairs["wait"] = pack("settled")
    pairs["wait_ms"] = pack(int(seconds * 1000))
    return seconds


def labels_of(labels: Mapping[str, str]) -> bytes:
    for key, value in labels.items():
        if not isinstance(value, str):
            raise Invalid(f"a label is a text at /labels/{key}",
                          details={"pointer": f"/labels/{key}"})
    return packed_argument(dict(labels), "labels")


def start(definition: str, input: Any, *, id: Optional[str], version: Optional[int],
          labels: Optional[Mapping[str, str]], start_at: Optional[When],
          traceparent: Optional[str], wait: Wait, timeout: float) -> Call[Started]:
    pairs = {"definition": text(definition, "definition"),
             "saga": text(new_id() if id is None else id, "id"),
             "input": packed_argument(input, "input")}
    if version is not None:
        pairs["version"] = pack(version)
    if labels is not None:
        pairs["labels"] = labels_of(labels)
    if start_at is not None:
        seconds = start_at.timestamp() if isinstance(start_at, datetime) else start_at
        pairs["start_at"] = pack(int(seconds * 1000))
    trace = traceparent or _trace.current()
    if trace:
        pairs["traceparent"] = text(trace, "traceparent")

    def read(reply: Reply) -> Started:
        return Started(reply.get("saga", ""), reply.get("status", ""), reply.get("output"),
                       reply.get("duplicate") is True)
    return Call("start", pairs, read, waiting(pairs, wait, timeout))


def get(id: str, *, since: Optional[int], limit: Optional[int]) -> Call[Dict[str, Any]]:
    return _shape("get", id, since, limit, None)


def wait(id: str, seconds: float) -> Call[Dict[str, Any]]:
    return _shape("wait", id, None, None, min(max(seconds, 0.001), WAIT_MAX))


def _shape(kind: str, id: str, since: Optional[int], limit: Optional[int],
           seconds: Optional[float]) -> Call[Dict[str, Any]]:
    pairs = {"saga": text(id, "id")}
    for name, value in (("since", since), ("limit", limit)):
        if value is not None:
            pairs[name] = pack(value)
    if seconds is not None:
        pairs["wait_ms"] = pack(int(seconds * 1000))

    def read(reply: Reply) -> Dict[str, Any]:
        shape = {key: value for key, value in reply.items()
                 if key not in ("v", "type", "request", "saga")}
        shape.setdefault("id", id)
        return shape
    return Call(kind, pairs, read, seconds or 0.0)


def event(name: str, data: Any, *, id: Optional[str], saga: Optional[str],
          source: Optional[str]) -> Call[Delivered]:
    pairs = {"event": text(name, "event"), "id": text(new_id() if id is None else id, "id"),
             "data": packed_argument(data, "data")}
    for key, value in (("saga", saga), ("source", source)):
        if value is not None:
            pairs[key] = text(value, key)
    return Call("event", pairs, lambda reply: Delivered(reply.get("delivered", 0),
                                                        list(reply.get("started") or [])))


def outcome(pairs: Dict[str, bytes], output: Any, failure: Optional[BaseException],
            cost: Optional[Money], rolled_back: bool = False) -> None:
    """Adds the keys of a result."""
    if failure is None:
        pairs["status"] = pack("ok")
        pairs["output"] = packed_argument(output, "output")
    else:
        pairs["status"] = pack("failed")
        pairs["error"] = pack(error_of(failure, rolled_back=rolled_back))
    if cost is not None:
        pairs["cost_usd_micros"] = pack(micro_usd(cost))


def finish(token: str, output: Any, *, failure: Optional[BaseException], cost: Optional[Money],
           key: Optional[str]) -> Call[str]:
    pairs = {"token": text(token, "token")}
    if key is not None:
        pairs["key"] = text(key, "key")
    outcome(pairs, output, failure, cost)
    return Call("finish", pairs, lambda reply: str(reply.get("state", "")))

"""The requests of open sagas, and the step that a program acts on: for both clients."""
from __future__ import annotations

from typing import Any, Dict, Iterable, Mapping, Optional, Tuple, Union

from sagad._calls import Call, Wait, labels_of, outcome, text, waiting
from sagad._durations import Duration, milliseconds
from sagad._requests import Reply
from sagad._values import copied, pack, packed_argument
from sagad.errors import Conflict, Invalid
from sagad.outcomes import Money, cut, micro_usd

ActionLike = Union[str, Tuple[str, Any], Mapping[str, Any]]
"""An action's name, (action, input), or the long form of the definition language as a map."""

FINAL = ("completed", "running")  # statuses in which an open saga may be entered


class Step:
    """A step of an open saga that is registered: what `fn` is given.

    key     the idempotency key: give it to your provider, or to sagad.barrier()
    name    of the step
    input   as it was registered
    state   "new"; "open": registered before and not completed; "done": completed, with `output`
    """

    kind = "do"
    ttl = float("inf")  # seconds: the saga's own time limit decides

    def __init__(self, name: str, input: Any, reply: Reply) -> None:
        self.name = name
        self.input = input
        self.key = self.do_key = str(reply.get("key", ""))
        self.state = str(reply.get("state", ""))
        self.output: Any = reply.get("output")
        self._cost: Optional[str] = None
        self._rolled_back: Optional[BaseException] = None

    def __repr__(self) -> str:
        return f"<Step {self.name} {self.key} {self.state}>"

    def cost(self, usd: Money) -> None:
        """What the step cost in US dollars, whatever its outcome. Raises Invalid."""
        micro_usd(usd)
        self._cost = str(usd)


def action_of(action: ActionLike, name: str) -> bytes:
    """`compensate` or `confirm` as it is sent."""
    if isinstance(action, str):
        value: Any = action if action == "none" else {"action": action}
    elif isinstance(action, Mapping):
        value = dict(action)
    elif isinstance(action, tuple) and len(action) == 2 and isinstance(action[0], str):
        value = {"action": action[0], "input": action[1]}
    else:
        raise Invalid(f"{name} is an action, (action, input) or a map, at /{name}",
                      details={"pointer": f"/{name}"})
    return packed_argument(value, name, 0)


def begin(id: str, *, name: str, timeout: Duration, input: Any,
          labels: Optional[Mapping[str, str]], reversal_window: Optional[Duration],
          sensitive: Iterable[str], budget: Optional[Money]) -> Call[Reply]:
    pairs = {"saga": text(id, "id"), "name": text(name, "name"),
             "timeout_ms": pack(milliseconds(timeout))}
    if input is not None:
        pairs["input"] = packed_argument(input, "input")
    if labels is not None:
        pairs["labels"] = labels_of(labels)
    if reversal_window is not None:
        pairs["reversal_window_ms"] = pack(milliseconds(reversal_window))
    if list(sensitive):
        pairs["sensitive"] = packed_argument(list(sensitive), "sensitive")
    if budget is not None:
        pairs["budget_usd_micros"] = pack(micro_usd(budget))
    return Call("begin", pairs, dict)


def register(saga: str, name: str, *, input: Any, compensate: Optional[ActionLike],
             confirm: Optional[ActionLike], needs: Optional[Iterable[str]]) -> Call[Step]:
    pairs = {"saga": text(saga, "id"), "step": text(name, "step")}
    seen = copied(input, "input")
    if input is not None:
        pairs["input"] = packed_argument(seen, "input")
    if needs is not None:
        named = [needs] if isinstance(needs, str) else list(needs)
        pairs["needs"] = packed_argument(named, "needs")
    for key, action in (("compensate", compensate), ("confirm", confirm)):
        if action is not None:
            pairs[key] = action_of(action, key)
    return Call("register", pairs, lambda reply: Step(name, seen, reply))


def complete(saga: str, name: str, output: Any, *, key: Optional[str],
             failure: Optional[BaseException], cost: Optional[Money],
             rolled_back: bool = False) -> Call[str]:
    pairs = {"saga": text(saga, "id"), "step": text(name, "step")}
    if key is not None:
        pairs["key"] = text(key, "key")
    outcome(pairs, output, failure, cost, rolled_back)
    return Call("complete", pairs, lambda reply: str(reply.get("state", "")))


def commit(saga: str, output: Any, wait: Wait, timeout: float) -> Call[Reply]:
    pairs = {"saga": text(saga, "id")}
    if output is not None:
        pairs["output"] = packed_argument(output, "output")
    return Call("commit", pairs, dict, waiting(pairs, wait, timeout))


def abort(saga: str, code: str, message: str, wait: Wait, timeout: float) -> Call[Reply]:
    reason: Dict[str, str] = {"code": cut(code, 64), "message": cut(message, 1024)}
    pairs = {"saga": text(saga, "id"), "reason": packed_argument(reason, "reason")}
    return Call("abort", pairs, dict, waiting(pairs, wait, timeout))


def must_be_open(id: str, status: str) -> None:
    """May the saga be entered? Running, or completed: then its steps answer from memory."""
    if status not in FINAL:
        raise Conflict(f"the saga {id} is {status}", details={"status": status})


def must_stand(step: Step, state: str) -> None:
    """What `complete` said of an output."""
    if state != "done":
        raise Conflict(f"the step {step.name} is {state}: another key of it decides",
                       details={"state": state})

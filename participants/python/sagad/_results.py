"""The results of attempts: packed once, sent, and sent again until `done` names them."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Optional

from sagad._ledger import Answer, Attempt
from sagad._values import Unfit, pack, pack_value
from sagad.outcomes import LATER, bad_output, error_map

if TYPE_CHECKING:
    from sagad._session import Session

HEAD_ROOM = 1024  # bytes of a result beside its pairs, at most
RESEND = 5.0  # seconds after which a result that `done` has not named leaves again
RESEND_BATCH_MAX = 256  # results sent again before anything else gets its turn
HEAD = b"\xa1v\x01\xa4type\xa6result"
STATUS = {status: b"\xa6status" + pack(status) for status in ("ok", "failed", "later")}
VOID = {"cancelled", "expired"}  # codes of failures by which nothing was done


def _seal(status: str, key: bytes, packed: bytes, cost: Optional[int], is_void: bool) -> Answer:
    pairs = STATUS[status] + key + packed
    count = 2 if key else 1
    if cost is not None:
        pairs += b"\xafcost_usd_micros" + pack(cost)
        count += 1
    return Answer(status, count, pairs, is_void)


def failed(error: Dict[str, Any], cost: Optional[int] = None) -> Answer:
    is_void = error["code"] in VOID and not error["in_doubt"]
    return _seal("failed", b"\xa5error", pack(error), cost, is_void)


def void(code: str) -> Answer:
    """The answer for work that never began. Never a refusal: what a time-out calls off is wanted
    again, and a refused undo would wait for a person."""
    return failed(error_map(code, "not started"))


def returned(output: Any, size_max: int, cost: Optional[int] = None) -> Answer:
    """The answer for what a handler returned. An output that cannot be sent is the failure
    "bad_output", in doubt, which names the place: the effect has happened."""
    if output is LATER:
        return _seal("later", b"", b"", cost, False)
    try:
        packed = pack_value(output)
        if len(packed) > size_max - HEAD_ROOM:
            raise Unfit("", f"{len(packed)} bytes, more than a message may have,", True)
    except Unfit as error:
        return failed(bad_output(error), cost)
    return _seal("ok", b"\xa6output", packed, cost, False)


def answer(session: Session, attempt: Attempt, given: Answer, now: float) -> None:
    """Answers an attempt. A new window leaves first: a result makes room for one task more."""
    head = pack({"key": attempt.run.key, "attempt": attempt.number, "token": attempt.token})
    count = 5 + given.pair_count
    result = bytes([0x80 | count]) + HEAD + head[1:] + given.pairs
    attempt.status = given.status
    session.ledger.keep(attempt, result, now)
    session.counts[given.status] += 1
    session.tell_window(now)
    session.send(result, now)


def resend(session: Session, attempt: Attempt, now: float) -> None:
    assert attempt.result is not None
    session.counts["resent"] += 1
    session.ledger.sent(attempt, now)
    session.send(attempt.result, now)


def resend_due(session: Session, now: float) -> None:
    """Sends again what `done` has not named for 5 s."""
    for _ in range(RESEND_BATCH_MAX):
        first = next(iter(session.ledger.kept), None)
        if first is None or now - first.sent < RESEND:
            return
        resend(session, first, now)

"""Each task is taken once, and ends in work, in an answer from memory, or in a refusal.

An attempt that comes while an older one of its key is worked on waits for that work and shares its
outcome, unless nothing was done ("cancelled", "expired"): then the work begins for the newer one. A
key that was answered ok is answered from memory, but for checks, whose answer may change."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, FrozenSet, Optional

from sagad import _results
from sagad._ledger import Answer, Attempt, Job, Run
from sagad.outcomes import error_map

if TYPE_CHECKING:
    from sagad._session import Session

KINDS = ("do", "undo", "confirm", "check")
KEY_SIZE_MAX = 255  # characters, by the protocol


def _can_answer(message: Dict[str, Any]) -> bool:
    key, number = message.get("key"), message.get("attempt")
    return type(key) is str and key != "" and type(number) is int and 1 <= number < 2**32 \
        and type(message.get("token")) is str


def _can_work(message: Dict[str, Any], served: FrozenSet[str]) -> bool:
    get = message.get
    kind, action = get("kind"), get("action")
    return type(action) is str and action in served \
        and (kind == "do" or (kind in KINDS and type(get("do_key")) is str)) \
        and type(get("ttl_ms")) is int and type(get("saga")) is str \
        and type(get("step")) is str and len(message["key"]) <= KEY_SIZE_MAX


def take(session: Session, message: Dict[str, Any], now: float) -> None:
    """A task has come. Each is answered, unless it lacks what an answer needs."""
    if not _can_answer(message):
        session.counts["garbage"] += 1
        return
    known = session.ledger.find(message["key"], message["attempt"])
    if known is not None:
        session.counts["duplicates"] += 1
        if known.result is not None:
            _results.resend(session, known, now)
        return
    session.counts["tasks"] += 1
    can_work = _can_work(message, session.served)
    attempt = session.ledger.take(message, now)
    if not can_work:
        _results.answer(session, attempt, _results.failed(error_map(
            "not_served", "this participant does not serve it")), now)
        return
    _take_new(session, attempt, now)


def _remembered(run: Run, number: int) -> Optional[Answer]:
    """The answer that holds for this attempt too."""
    if run.job is not None or run.answer is None or run.kind == "check":
        return None
    is_same = run.answer.status == "ok" or number <= run.answered_number
    return run.answer if is_same else None


def _take_new(session: Session, attempt: Attempt, now: float) -> None:
    run = attempt.run
    remembered = _remembered(run, attempt.number)
    if remembered is not None:
        session.counts["remembered"] += 1
        _results.answer(session, attempt, remembered, now)
        return
    job = run.job
    if job is None:
        _begin(session, attempt)
    elif attempt.number > job.attempt.number:
        if job.claim():
            _begin(session, attempt)  # the older one had not begun; it will share the outcome
        else:
            job.is_cancelled = False  # a cancel of the older one does not concern the newer one


def _begin(session: Session, attempt: Attempt) -> None:
    job = Job(attempt)
    attempt.run.job = job
    session.starts.append(job)


def finish(session: Session, job: Job, answer: Answer, now: float) -> None:
    """The work has ended: answers all attempts that waited for it."""
    run = job.attempt.run
    if run.job is not job:
        return
    run.job = None
    run.answer = answer
    run.answered_number = job.attempt.number
    newer: Optional[Attempt] = None
    for number in sorted(run.attempts, reverse=True) if len(run.attempts) > 1 else [*run.attempts]:
        attempt = run.attempts[number]
        if attempt.result is not None:
            continue
        if number <= run.answered_number or not answer.is_void:
            _results.answer(session, attempt, answer, now)
        elif newer is None:
            newer = attempt
    if newer is not None:
        _begin(session, newer)


def cancel(session: Session, message: Dict[str, Any], now: float) -> None:
    """An attempt is no longer wanted: its work ends, or never begins, if that is still possible."""
    key, number = message.get("key"), message.get("attempt")
    if not isinstance(key, str) or not isinstance(number, int):
        session.counts["garbage"] += 1
        return
    attempt = session.ledger.find(key, number)
    if attempt is None or attempt.result is not None:
        return
    attempt.is_cancelled = True
    run = attempt.run
    job = run.job
    is_newest = attempt is run.newest()
    if job is not None and is_newest:  # of several attempts the newest decides
        if job.claim():
            finish(session, job, _results.void("cancelled"), now)
            return
        job.is_cancelled = True
        session.cancels.append(job)
    if job is None or attempt is not job.attempt:
        # Nothing was done for an attempt that waits for the work of an older one.
        _results.answer(session, attempt, _results.void("cancelled"), now)


def expire_all(session: Session, now: float) -> None:
    """After a silence: what has not begun never does."""
    for run in list(session.ledger.runs.values()):
        job = run.job
        if job is not None and job.claim():
            finish(session, job, _results.void("expired"), now)

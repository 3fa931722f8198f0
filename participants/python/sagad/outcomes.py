"""How a handler ends, and what the coordinator is told.

    | the handler ...              | answer                                                 |
    | returns a value              | ok, with that output                                   |
    | returns LATER                | later; finished by Client.finish() with the token      |
    | raises Refused               | failed for good, no effect                             |
    | raises Retry                 | failed, no effect; tried again                         |
    | raises InDoubt               | failed, and nobody knows whether it had its effect     |
    | raises Cancelled             | failed "cancelled", no effect                          |
    | is cancelled by asyncio      | failed "cancelled", in doubt outside a barrier         |
    | raises anything else         | failed with the class's name, in doubt outside a       |
    |                              | barrier, whose transaction was rolled back             |
"""
from __future__ import annotations

import asyncio
import enum
from decimal import Decimal, InvalidOperation
from typing import Any, Dict, Optional, Union

from sagad._values import INT_MAX, Unfit, pack_value
from sagad.errors import Invalid

CODE_SIZE_MAX = 64  # bytes of an error's code
MESSAGE_SIZE_MAX = 1024  # bytes of an error's message
DETAILS_SIZE_MAX = 64 * 1024  # bytes of packed details; larger ones are left out
WAIT_MAX = 24 * 3600.0  # seconds; the coordinator counts more as this

Money = Union[str, int, float, Decimal]


class Later(enum.Enum):
    """The type of LATER."""

    LATER = "later"


LATER = Later.LATER
"""Returned by a handler that goes on elsewhere: `Client.finish(task.token, output)` ends the
task."""


class Failure(Exception):
    """Refused, Retry and InDoubt. `code` is a word for programs, `message` a sentence for
    people."""

    retryable = True
    in_doubt = False
    after: Optional[float] = None

    def __init__(self, code: str, message: str = "", details: Any = None) -> None:
        super().__init__(code, message)
        self.code = str(code)
        self.message = str(message)
        self.details = details

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


class Refused(Failure):
    """No effect, and never will be: trying again does not help.

        raise sagad.Refused("no_rooms", "sold out that night", details={"nights": 2})
    """

    retryable = False


class Retry(Failure):
    """No effect this time; tried again, after at least `after` seconds if given (24 h at most).

        raise sagad.Retry("busy", after=2.5)
    """

    def __init__(self, code: str, message: str = "", after: Optional[float] = None,
                 details: Any = None) -> None:
        super().__init__(code, message, details)
        self.after = after


class InDoubt(Failure):
    """The effect may have happened: it is asked after, tried again with its key, or undone.

        raise sagad.InDoubt("timeout", "the provider did not answer")
    """

    in_doubt = True


class Cancelled(Exception):
    """Raised by task.check() once the coordinator has called the task off: no effect."""


def micro_usd(usd: Money) -> int:
    """US dollars as whole millionths; a float counts as it is printed. Raises Invalid."""
    try:
        amount = Decimal(str(usd)) * 1_000_000
        whole = int(amount.to_integral_value()) if amount.is_finite() else -1
    except (InvalidOperation, ValueError):
        whole = -1
    if not 0 <= whole <= INT_MAX:
        raise Invalid(f"{usd!r} is no cost in US dollars")
    return whole


def cut(text: str, size_max: int) -> str:
    """The longest beginning of at most so many bytes of UTF-8."""
    raw = text.encode("utf-8", "replace")
    return raw[:size_max].decode("utf-8", "ignore") if len(raw) > size_max else raw.decode()


def error_map(code: str, message: str = "", *, retryable: bool = True, in_doubt: bool = False,
              after: Optional[float] = None, details: Any = None) -> Dict[str, Any]:
    """The `error` of a result. Details that cannot be sent are left out, and the message says
    so."""
    told: Dict[str, Any] = {"code": cut(code, CODE_SIZE_MAX) or "failed", "retryable": retryable,
                            "in_doubt": in_doubt}
    if after is not None and after > 0:
        told["retry_after_ms"] = int(min(after, WAIT_MAX) * 1000)
    if details is not None:
        try:
            if len(pack_value(details, 1)) > DETAILS_SIZE_MAX:
                raise Unfit("", "too large")
            told["details"] = details
        except Unfit as error:
            message = f"{message} (details left out: {error})"
    told["message"] = cut(message, MESSAGE_SIZE_MAX)
    return told


def bad_output(error: Unfit, in_doubt: bool = True) -> Dict[str, Any]:
    """The `error` for an output that cannot be sent: the effect has happened."""
    return error_map("bad_output", f"the output: {error}", in_doubt=in_doubt)


def error_of(error: BaseException, *, rolled_back: bool = False) -> Dict[str, Any]:
    """The `error` for what a handler raised. `rolled_back`: out of a barrier, whose transaction is
    gone with all that was written in it."""
    if isinstance(error, Failure):
        return error_map(error.code, error.message, retryable=error.retryable,
                         in_doubt=error.in_doubt, after=error.after, details=error.details)
    if isinstance(error, Cancelled):
        return error_map("cancelled", str(error))
    doubt = not rolled_back
    if isinstance(error, asyncio.CancelledError):
        return error_map("cancelled", "stopped while it ran", in_doubt=doubt)
    return error_map(type(error).__name__, str(error), in_doubt=doubt)

"""What a client raises: `Error` with a code, and a class for each code that callers tell apart.

    try:
        client.start("trip-booking", {"trip": "Lisbon"}, id="trip-1")
    except sagad.IdempotencyConflict as error:
        print(error.code, error.message)      # trip-1 was started before, with another request
"""
from __future__ import annotations

from typing import Any, ClassVar, Dict, Mapping, Optional, Type


class Error(Exception):
    """A request was refused, or not answered.

    code         a word for programs: "conflict", "not_found" ...
    message      a sentence for people
    details      more about it, or None
    retry_after  seconds after which it may be tried again, or None
    """

    CODE: ClassVar[str] = "internal"

    def __init__(self, message: str = "", *, code: Optional[str] = None, details: Any = None,
                 retry_after: Optional[float] = None) -> None:
        self.code = code or self.CODE
        self.message = message
        self.details = details
        self.retry_after = retry_after
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code

    def __reduce__(self) -> Any:
        return _again, (type(self), self.message, self.code, self.details, self.retry_after)


def _again(kind: Type[Error], message: str, code: str, details: Any,
           retry_after: Optional[float]) -> Error:
    return kind(message, code=code, details=details, retry_after=retry_after)


class NotFound(Error):
    """There is no such thing."""

    CODE = "not_found"


class Conflict(Error):
    """Not possible in the present state."""

    CODE = "conflict"


class PreconditionFailed(Error):
    """The state has moved since it was read."""

    CODE = "precondition_failed"


class Invalid(Error, ValueError):
    """Well formed but wrong. For a value that cannot be sent, `details["pointer"]` says where."""

    CODE = "invalid"


class InvalidDefinition(Error):
    """The saga definition is wrong."""

    CODE = "invalid_definition"


class IdempotencyConflict(Error):
    """The same id came before with another request."""

    CODE = "idempotency_conflict"


class TooLarge(Error):
    """Larger than the limit: 960 KiB for a value, 1 MiB for a message."""

    CODE = "too_large"


class Overloaded(Error):
    """A limit is reached; try again after `retry_after` seconds."""

    CODE = "overloaded"


class Unavailable(Error):
    """Nobody answered in time. The effect is not known; the same call may be made again."""

    CODE = "unavailable"


class Forbidden(Error):
    """Not allowed to do this."""

    CODE = "forbidden"


class Unauthenticated(Error):
    """Who is asking is not known."""

    CODE = "unauthenticated"


CLASSES: Dict[str, Type[Error]] = {
    kind.CODE: kind
    for kind in (NotFound, Conflict, PreconditionFailed, Invalid, InvalidDefinition,
                 IdempotencyConflict, TooLarge, Overloaded, Unavailable, Forbidden,
                 Unauthenticated)
}


def from_wire(message: Mapping[str, Any]) -> Error:
    """The exception for an `error` of the coordinator; a code without a class gives Error."""
    code = message.get("code")
    code = code if isinstance(code, str) and code else "internal"
    text = message.get("message")
    wait = message.get("retry_after_ms")
    return CLASSES.get(code, Error)(
        text if isinstance(text, str) else "", code=code, details=message.get("details"),
        retry_after=wait / 1000 if isinstance(wait, (int, float)) else None)

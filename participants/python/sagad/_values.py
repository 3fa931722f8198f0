"""Values are JSON's data model, packed as msgpack: what may be sent, and where it may not.

None, bool, int within +-(2**53 - 1), finite float, str, list or tuple, dict with str keys. A value
has at most 960 KiB, 100,000 values and keys, and 27 levels. Checked before anything is sent,
because ZeroMQ drops a message that is too large without a word."""
from __future__ import annotations

import importlib
import math
from typing import Any, Callable

from sagad.errors import Invalid, TooLarge

msgpack: Any = importlib.import_module("msgpack")  # it has no types
_packb: Callable[[Any], bytes] = msgpack.packb

INT_MAX = 2**53 - 1
VALUE_SIZE_MAX = 960 * 1024  # bytes of one packed value
VALUE_DEPTH_MAX = 27  # levels of lists and dicts; a message has 28, itself among them
VALUE_NODES_MAX = 99_900  # values and keys; a message may have 100,000
MESSAGE_SIZE_MAX = 1024 * 1024  # bytes of a message, until the coordinator says otherwise


class Unfit(Exception):
    """Why a value cannot be sent, and where: a JSON Pointer (RFC 6901), "" for the whole."""

    def __init__(self, pointer: str, why: str, is_too_large: bool = False) -> None:
        super().__init__(f"{why} at {pointer or 'the top'}")
        self.pointer = pointer
        self.is_too_large = is_too_large


def escape(key: str) -> str:
    """A key as a segment of a JSON Pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def _text(value: str, pointer: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unfit(pointer, "a text that is not Unicode (a lone surrogate)") from None


def _scalar(value: Any, pointer: str) -> None:
    if isinstance(value, str):
        _text(value, pointer)
    elif isinstance(value, int):
        if not -INT_MAX <= value <= INT_MAX:
            raise Unfit(pointer, "an integer beyond +-(2^53 - 1)")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise Unfit(pointer, "a number that is not finite")
    else:
        raise Unfit(pointer, f"{type(value).__qualname__} is no JSON value")


def check(value: Any, around: int = 0) -> None:
    """Raises Unfit at the first place that is not of the data model. `around`: how many lists and
    dicts stand around the value, beside the message."""
    depth_max = VALUE_DEPTH_MAX - around
    stack: list[tuple[Any, str, int]] = [(value, "", 1)]
    nodes = 0
    while stack:
        item, pointer, depth = stack.pop()
        nodes += 1
        if item is None or item is True or item is False:
            continue
        if not isinstance(item, (dict, list, tuple)):
            _scalar(item, pointer)
            continue
        if depth > depth_max:
            raise Unfit(pointer, f"more than {depth_max} levels")
        if nodes + len(stack) + len(item) > VALUE_NODES_MAX:
            raise Unfit(pointer, f"more than {VALUE_NODES_MAX} values and keys", True)
        if isinstance(item, dict):
            nodes += len(item)
            for key, child in reversed(list(item.items())):
                if not isinstance(key, str):
                    raise Unfit(pointer, f"a key that is no text ({type(key).__qualname__})")
                _text(key, pointer)
                stack.append((child, f"{pointer}/{escape(key)}", depth + 1))
        else:
            for index in range(len(item) - 1, -1, -1):
                stack.append((item[index], f"{pointer}/{index}", depth + 1))


def pack(message: Any) -> bytes:
    """The bytes of what has been checked."""
    return _packb(message)


def pack_value(value: Any, around: int = 0) -> bytes:
    """The bytes of a user's value. Raises Unfit."""
    if value is None:
        return b"\xc0"
    check(value, around)
    packed = pack(value)
    if len(packed) > VALUE_SIZE_MAX:
        raise Unfit("", f"{len(packed)} bytes, more than {VALUE_SIZE_MAX},", True)
    return packed


def unpack(packed: bytes) -> Any:
    """The value of some bytes. Raises ValueError when they are none."""
    try:
        return msgpack.unpackb(packed, strict_map_key=False)
    except ValueError:
        raise
    except Exception as error:  # msgpack's own are not all of one class
        raise ValueError(f"not msgpack: {type(error).__name__}") from None


def copied(value: Any, name: str, around: int = 0) -> Any:
    """The value as the other side sees it: lists for tuples, nothing shared. Raises Invalid, or
    TooLarge, with the JSON Pointer of the fault below /`name`."""
    return unpack(packed_argument(value, name, around))


def packed_argument(value: Any, name: str, around: int = 0) -> bytes:
    """The bytes of a value that a caller gave as argument `name`. Raises as copied() does."""
    try:
        return pack_value(value, around)
    except Unfit as error:
        pointer = f"/{name}{error.pointer}"
        why = str(error).rpartition(" at ")[0].rstrip(",")
        kind = TooLarge if error.is_too_large else Invalid
        raise kind(f"{why} at {pointer}", details={"pointer": pointer}) from None

"""Durations as the definition language writes them: "250ms", "10m", "PT15M"; or seconds."""
from __future__ import annotations

import re
from datetime import timedelta
from typing import Union

from sagad.errors import Invalid

Duration = Union[str, int, float, timedelta]

UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
PLAIN = re.compile(r"(\d+)(ms|s|m|h|d)")
ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?"
                 r"(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
ISO_UNITS = (604_800_000, 86_400_000, 3_600_000, 60_000, 1000)


def milliseconds(duration: Duration) -> int:
    """Whole milliseconds, at least 1. Raises Invalid for what is no duration."""
    if isinstance(duration, timedelta):
        ms = duration.total_seconds() * 1000
    elif isinstance(duration, str):
        ms = _of_text(duration)
    elif isinstance(duration, (int, float)) and not isinstance(duration, bool):
        ms = duration * 1000
    else:
        ms = -1.0
    if not 1 <= ms <= 3650 * 86_400_000:
        raise Invalid(f"{duration!r} is no duration: seconds, or a text such as 250ms, 30s, 10m")
    return int(ms)


def _of_text(text: str) -> float:
    plain = PLAIN.fullmatch(text)
    if plain:
        return int(plain[1]) * UNITS[plain[2]]
    iso = ISO.fullmatch(text)
    if iso and any(iso.groups()):
        return sum(float(count) * unit for count, unit in zip(iso.groups(), ISO_UNITS) if count)
    return -1.0

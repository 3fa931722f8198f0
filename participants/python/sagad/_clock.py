"""The clock of all durations: it counts the time that the host slept. A participant that was asleep
must know that its coordinator was not."""
from __future__ import annotations

import time

CLOCK = getattr(time, "CLOCK_BOOTTIME", None)  # Linux


def now() -> float:
    """Seconds."""
    return time.monotonic() if CLOCK is None else time.clock_gettime(CLOCK)


def wall_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000

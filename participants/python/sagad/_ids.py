"""Ids that are made here, before a request leaves, so that it may be sent again: UUIDv7."""
from __future__ import annotations

import secrets
import uuid

from sagad._clock import wall_ms


def new_id() -> str:
    bits = (wall_ms() & (1 << 48) - 1) << 80 | 7 << 76 | secrets.randbits(12) << 64 \
        | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=bits))

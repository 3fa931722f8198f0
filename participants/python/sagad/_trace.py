"""OpenTelemetry, when that package is there: handlers run in the context of their task's
traceparent, and a start carries the caller's. Without the package nothing of this happens."""
from __future__ import annotations

import contextlib
import importlib
from typing import Any, Dict, Iterator, Optional


def _packages() -> Any:
    try:
        context = importlib.import_module("opentelemetry.context")
        module = importlib.import_module("opentelemetry.trace.propagation.tracecontext")
    except ImportError:
        return None
    return context, module.TraceContextTextMapPropagator()


PACKAGES = _packages()


@contextlib.contextmanager
def attached(traceparent: str, tracestate: str) -> Iterator[None]:
    """The current context is the one that the traceparent names."""
    if PACKAGES is None or not traceparent:
        yield
        return
    context, propagator = PACKAGES
    carrier = {"traceparent": traceparent, "tracestate": tracestate}
    token = context.attach(propagator.extract(carrier))
    try:
        yield
    finally:
        context.detach(token)


def current() -> Optional[str]:
    """The traceparent of the current context, if there is one."""
    if PACKAGES is None:
        return None
    carrier: Dict[str, str] = {}
    PACKAGES[1].inject(carrier)
    return carrier.get("traceparent")

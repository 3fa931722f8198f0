"""sagad - participants and clients of the sagad saga coordinator.

    import sagad

    app = sagad.Participant(workers=16)

    @app.action("payments.charge")
    def charge(task):
        with sagad.barrier(db, task) as effect:
            if effect.wanted:
                db.execute("INSERT INTO charge VALUES (?, ?)", (task.key, task.input["amount"]))
                effect.output = {"receipt": 17}
        return effect.output

    app.run()

Delivery is at least once. The package takes each attempt once, sends each result until it is known
to be durable, and remembers answers for as long as the process lives. For effects that happen once
even across crashes, give task.key to your provider, or use the barrier with your own database."""
import importlib
from types import ModuleType

from sagad._calls import Delivered, Started
from sagad._link import Keys
from sagad._open import Step
from sagad._serve import Later
from sagad._version import __version__
from sagad.aio import AsyncClient, AsyncSaga
from sagad.barrier import Effect, barrier, barrier_check, barrier_create, barrier_forget
from sagad.client import Client
from sagad.errors import (Conflict, Error, Forbidden, IdempotencyConflict, Invalid,
                          InvalidDefinition, NotFound, Overloaded, PreconditionFailed, TooLarge,
                          Unauthenticated, Unavailable)
from sagad.outcomes import LATER, Cancelled, InDoubt, Refused, Retry
from sagad.participant import Participant
from sagad.saga import Saga
from sagad.task import Task

def __getattr__(name: str) -> ModuleType:
    """sagad.testing, which programs in production do not need, is imported when it is named."""
    if name == "testing":
        return importlib.import_module("sagad.testing")
    raise AttributeError(f"module 'sagad' has no attribute {name!r}")


__all__ = [
    "LATER", "AsyncClient", "AsyncSaga", "Cancelled", "Client", "Conflict", "Delivered", "Effect",
    "Error", "Forbidden", "IdempotencyConflict", "InDoubt", "Invalid", "InvalidDefinition", "Keys",
    "Later", "NotFound", "Overloaded", "Participant", "PreconditionFailed", "Refused", "Retry",
    "Saga", "Started", "Step", "Task", "TooLarge", "Unauthenticated", "Unavailable", "__version__",
    "barrier", "barrier_check", "barrier_create", "barrier_forget",
]

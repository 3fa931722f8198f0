"""The barrier: one table in the participant's own database makes at-least-once harmless.

    with sagad.barrier(db, task) as effect:
        if effect.wanted:
            db.execute("INSERT INTO charge VALUES (?, ?)", (task.key, task.input["amount"]))
            effect.output = {"receipt": 17}
    return effect.output

One transaction holds the effect and the memory of it (schemas/barrier.sql):

    a do that was done before            not wanted; its first output again
    a do whose undo came first           raises Refused("undone_before")
    an undo of what was done             wanted
    an undo whose do never came, or is   not wanted; remembered, so that the do is refused if it
    undone already                       still comes
    a confirm                            wanted once
    a check                              not wanted; as barrier_check()

`connection` is of sqlite3, in any of its transaction modes, or of psycopg 3; the process may use
it in several threads. Say Participant(barrier=True) when every action goes through a barrier."""
from __future__ import annotations

import threading
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Type, Union

from sagad._databases import Database, database_of
from sagad._open import Step
from sagad._values import Unfit, pack_value, unpack
from sagad.errors import Conflict, Invalid
from sagad.outcomes import Refused, Retry
from sagad.task import Task

if TYPE_CHECKING:
    import sqlite3

    import psycopg

    Connection = Union[sqlite3.Connection, "psycopg.Connection[Any]"]

DONE, UNDONE = 1, 2


class _Turns:
    """One barrier at a time on a connection: threads wait for each other."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._lines: Dict[int, List[Any]] = {}  # id -> [lock, how many use it, thread inside]

    def take(self, connection: Any) -> None:
        with self._mutex:
            line = self._lines.setdefault(id(connection), [threading.Lock(), 0, 0])
            if line[2] == threading.get_ident():
                raise Conflict("the connection is in a barrier already")
            line[1] += 1
        line[0].acquire()
        line[2] = threading.get_ident()

    def give(self, connection: Any) -> None:
        with self._mutex:
            line = self._lines[id(connection)]
            line[1] -= 1
            line[2] = 0
            if line[1] == 0:
                del self._lines[id(connection)]
        line[0].release()


_turns = _Turns()


class Effect:
    """What `with sagad.barrier(...)` gives.

    wanted  act, in this transaction; else it was done before, or must not be done
    output  set it where wanted; where not, what was remembered
    """

    def __init__(self, connection: Connection, task: Union[Task, Step]) -> None:
        self.wanted = False
        self.output: Any = None
        self._connection = connection
        self._database = database_of(connection)
        self._task = task
        self._remembered: Any = None

    def __enter__(self) -> Effect:
        _turns.take(self._connection)
        try:
            self._database.begin()
        except BaseException as error:
            _turns.give(self._connection)
            if not isinstance(error, Conflict):  # else there is a transaction that is not ours
                self._task._rolled_back = error
            raise
        try:
            ENTER[self._task.kind](self)
        except BaseException as error:
            self._roll_back(error)
            raise
        self.output = self._remembered
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        if error is not None:
            self._roll_back(error)
            return
        try:
            self._leave()
        except BaseException as failed:
            self._roll_back(failed)
            raise
        try:
            self._database.commit()
        except BaseException as failed:
            self._roll_back(failed, self._database.refused(failed))
            raise
        _turns.give(self._connection)
        if not self.wanted:
            self.output = self._remembered

    def _roll_back(self, error: BaseException, is_sure: Optional[bool] = None) -> None:
        """Nothing of the transaction stays, unless somebody else ended it, or a commit failed in a
        way that does not tell."""
        if self._database.is_ours() if is_sure is None else is_sure:
            self._task._rolled_back = error
        try:
            self._database.roll_back(error)
        finally:
            _turns.give(self._connection)

    # ---- entering

    def _enter_do(self) -> None:
        if self._database.insert(self._task.do_key, DONE):
            self.wanted = True
            return
        row = self._database.find(self._task.do_key)
        if row is None:
            raise Retry("barrier", "its row was forgotten at this moment")
        if row[0] == UNDONE:
            raise Refused("undone_before", "its undo came first")
        self._remembered = read_output(row[1])

    def _enter_undo(self) -> None:
        if self._database.insert(self._task.do_key, UNDONE):
            self._database.put(self._task.key, DONE, None)
            return
        row = self._database.find(self._task.do_key, is_locked=True)
        if row is None:
            raise Retry("barrier", "its row was forgotten at this moment")
        self.wanted = row[0] == DONE
        if not self.wanted:
            self._database.put(self._task.key, DONE, None)

    def _enter_confirm(self) -> None:
        self.wanted = self._database.insert(self._task.key, DONE)
        if not self.wanted:
            row = self._database.find(self._task.key)
            self._remembered = read_output(row[1]) if row else None

    def _enter_check(self) -> None:
        self._remembered = check(self._database, self._task.do_key)

    # ---- leaving

    def _leave(self) -> None:
        database, task = self._database, self._task
        if not database.is_open():
            raise RuntimeError("the transaction was ended inside the barrier: no commit(), "
                               "rollback() or `with connection:` there")
        if not self.wanted:
            return
        try:
            packed = pack_value(self.output)
        except Unfit as error:
            raise Retry("bad_output", f"the output: {error}") from None
        if task.ttl <= 0:
            raise Retry("expired", "its time is over")
        if task.kind == "undo":
            database.put(task.do_key, UNDONE, None)
            database.put(task.key, DONE, None)
        elif not database.update(task.key, None if self.output is None else packed):
            raise RuntimeError("the transaction was rolled back inside the barrier")


ENTER = {"do": Effect._enter_do, "undo": Effect._enter_undo, "confirm": Effect._enter_confirm,
         "check": Effect._enter_check}


def read_output(packed: Optional[bytes]) -> Any:
    return None if packed is None else unpack(bytes(packed))


def check(database: Database, key: str) -> Any:
    row = database.find(key)
    if row is None or row[0] != DONE:
        raise Refused("not_found", "it does not stand here")
    return read_output(row[1])


def barrier(connection: Connection, task: Union[Task, Step]) -> Effect:
    """The transaction of an effect, to be entered by `with`; see the head of this module. `task` is
    that of a handler, or the step of an open saga.

    Raises Conflict when the connection is in a transaction already, TypeError for another kind of
    connection. At its end it refuses to commit when the task's time is over: Retry("expired"). When
    the block raises, everything is rolled back, and the answer is not in doubt."""
    return Effect(connection, task)


def barrier_create(connection: Connection) -> None:
    """Creates the table `saga_barrier` when it is not there, and commits. Raises Conflict inside a
    transaction.

        sagad.barrier_create(sqlite3.connect("payments.db"))
    """
    with database_of(connection) as database:
        database.create()


def barrier_check(connection: Connection, task: Union[Task, Step]) -> Any:
    """Answers a task of kind "check": gives the output when what task.do_key names was committed
    and not undone; else raises Refused("not_found").

        @app.action("payments.was_charged")
        def was_charged(task):
            return sagad.barrier_check(db, task)
    """
    _turns.take(connection)
    try:
        return database_of(connection).read(lambda database: check(database, task.do_key))
    finally:
        _turns.give(connection)


def barrier_forget(connection: Connection, before: Union[datetime, int, float]) -> int:
    """Forgets keys last used before a time (a datetime, or seconds since 1970), and commits. Gives
    how many. Keep them at least as long as sagas may live, their reversal window included. Raises
    Conflict inside a transaction.

        sagad.barrier_forget(db, datetime.now(timezone.utc) - timedelta(days=90))
    """
    seconds = before.timestamp() if isinstance(before, datetime) else before
    if not isinstance(seconds, (int, float)):
        raise Invalid("`before` is a datetime, or seconds since 1970")
    with database_of(connection) as database:
        return database.forget(int(seconds * 1000))


__all__ = ["Effect", "barrier", "barrier_check", "barrier_create", "barrier_forget"]

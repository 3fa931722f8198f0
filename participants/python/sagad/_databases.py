"""What a barrier asks of a database, for sqlite3 and for psycopg 3."""
from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Optional, Tuple, Type, TypeVar

from sagad._clock import wall_ms
from sagad.errors import Conflict

T = TypeVar("T")
Row = Tuple[int, Optional[bytes]]

INSERT = ("INSERT INTO saga_barrier(key, state, output, used_ms) VALUES(?, ?, NULL, ?)"
          " ON CONFLICT(key) DO NOTHING")
PUT = ("INSERT INTO saga_barrier(key, state, output, used_ms) VALUES(?, ?, ?, ?)"
       " ON CONFLICT(key) DO UPDATE SET state = excluded.state, output = excluded.output,"
       " used_ms = excluded.used_ms")
UPDATE = "UPDATE saga_barrier SET output = ?, used_ms = ? WHERE key = ?"
FIND = "SELECT state, output FROM saga_barrier WHERE key = ?"
FORGET = "DELETE FROM saga_barrier WHERE used_ms < ?"


def schema(index: int) -> str:
    """The statement of a dialect: 0 SQLite's, 1 PostgreSQL's."""
    text = Path(__file__).with_name("barrier.sql").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return code.split(";")[index].strip()


class Database:
    """One connection, for one transaction. What it raises is the driver's."""

    mark = "?"  # of a parameter
    lock = ""  # a SELECT with this locks its rows
    dialect = 0

    def begin(self) -> None:
        """Raises Conflict when the connection is in a transaction already."""
        raise NotImplementedError

    def commit(self) -> None:
        raise NotImplementedError

    def roll_back(self, error: BaseException) -> None:
        """Whatever state it is in; does not raise what the database says."""
        raise NotImplementedError

    def is_open(self) -> bool:
        """Is the transaction that began still there, and good?"""
        raise NotImplementedError

    def is_ours(self) -> bool:
        """Has nobody ended it? Then all of it can be rolled back."""
        return self.is_open()

    def refused(self, error: BaseException) -> bool:
        """Does this error of a commit mean that surely nothing was committed?"""
        raise NotImplementedError

    def execute(self, sql: str, *values: Any) -> Any:
        """A cursor whose rows are tuples, whatever the connection's own are."""
        raise NotImplementedError

    def read(self, work: Callable[[Database], T]) -> T:
        """Reads, and leaves no transaction behind."""
        raise NotImplementedError

    def _run(self, sql: str, *values: Any) -> Any:
        return self.execute(sql.replace("?", self.mark), *values)

    def insert(self, key: str, state: int) -> bool:
        """False when the key has a row. Waits for a transaction that is about to give it one."""
        return bool(self._run(INSERT, key, state, wall_ms()).rowcount == 1)

    def put(self, key: str, state: int, output: Optional[bytes]) -> None:
        self._run(PUT, key, state, output, wall_ms())

    def update(self, key: str, output: Optional[bytes]) -> bool:
        """False when the row is not there any more."""
        return bool(self._run(UPDATE, output, wall_ms(), key).rowcount == 1)

    def find(self, key: str, is_locked: bool = False) -> Optional[Row]:
        row: Optional[Row] = self._run(FIND + (self.lock if is_locked else ""), key).fetchone()
        return row

    def create(self) -> None:
        self.execute(schema(self.dialect))

    def forget(self, before_ms: int) -> int:
        return int(self._run(FORGET, before_ms).rowcount)

    def __enter__(self) -> Database:
        self.begin()
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        if error is not None:
            self.roll_back(error)
        else:
            self.commit()


class Sqlite(Database):
    """In the mode of PEP 249 (autocommit=False, Python 3.12) a transaction is always open: the
    barrier's is that one, and what was written before it is committed with it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._is_always = getattr(connection, "autocommit", None) is False

    def begin(self) -> None:
        if self._is_always:
            return
        if self._connection.in_transaction:
            raise Conflict("the connection is in a transaction already")
        self.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        if self._is_always:
            self._connection.commit()
        else:
            self.execute("COMMIT")

    def roll_back(self, error: BaseException) -> None:
        try:
            if self._is_always:
                self._connection.rollback()
            elif self._connection.in_transaction:
                self.execute("ROLLBACK")
        except sqlite3.Error:
            pass  # the database has done so itself

    def is_open(self) -> bool:
        try:
            return self._connection.in_transaction
        except sqlite3.ProgrammingError:  # closed, with which it rolled back
            return False

    def refused(self, error: BaseException) -> bool:
        code = getattr(error, "sqlite_errorcode", None)  # Python 3.11
        if isinstance(code, int):
            return code & 0xFF in (5, 6, 19)  # BUSY, LOCKED, CONSTRAINT
        return isinstance(error, sqlite3.IntegrityError) or "locked" in str(error)

    def execute(self, sql: str, *values: Any) -> Any:
        cursor = self._connection.cursor()
        cursor.row_factory = None
        return cursor.execute(sql, values)

    def read(self, work: Callable[[Database], T]) -> T:
        try:
            return work(self)
        finally:
            if self._is_always:
                self._connection.rollback()


class Postgres(Database):
    mark = "%s"
    lock = " FOR UPDATE"
    dialect = 1
    # The classes of SQLSTATE by which the server says that it did not commit.
    REFUSALS = ("22", "23", "40", "P0")

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._transaction: Any = None

    def begin(self) -> None:
        if self._connection.info.transaction_status.name != "IDLE":
            raise Conflict("the connection is in a transaction already, or closed")
        self._transaction = self._connection.transaction()
        self._transaction.__enter__()

    def commit(self) -> None:
        self._transaction.__exit__(None, None, None)

    def roll_back(self, error: BaseException) -> None:
        if self._connection.info.transaction_status.name in ("INTRANS", "INERROR"):
            self._transaction.__exit__(type(error), error, error.__traceback__)

    def is_open(self) -> bool:
        return bool(self._connection.info.transaction_status.name == "INTRANS")

    def is_ours(self) -> bool:
        """After an error of a statement too, and when the server is gone."""
        return bool(self._connection.info.transaction_status.name != "IDLE")

    def refused(self, error: BaseException) -> bool:
        state = getattr(error, "sqlstate", None)
        return isinstance(state, str) and state[:2] in self.REFUSALS

    def execute(self, sql: str, *values: Any) -> Any:
        from psycopg.rows import tuple_row
        return self._connection.cursor(row_factory=tuple_row).execute(sql, values or None)

    def create(self) -> None:
        """Two processes that create one table at once would trip over each other."""
        self.execute("SELECT pg_advisory_xact_lock(hashtext('saga_barrier'))")
        super().create()

    def read(self, work: Callable[[Database], T]) -> T:
        with self._connection.transaction():
            return work(self)


def database_of(connection: Any) -> Database:
    """Raises TypeError for a connection of another kind."""
    if isinstance(connection, sqlite3.Connection):
        return Sqlite(connection)
    psycopg = sys.modules.get("psycopg")
    if psycopg is not None and isinstance(connection, psycopg.Connection):
        return Postgres(connection)
    raise TypeError(f"a connection of sqlite3 or psycopg 3, not {type(connection).__qualname__}")

"""A theatre that serves its seats: a seat is free, reserved for a key, or sold to it.

The reservation is the try, `confirm` sells, `release` cancels. Each is one transaction
together with the barrier's row, so that what comes twice, late, or before its time does no harm."""
import contextlib
import os
import sqlite3

import sagad

TABLE = "CREATE TABLE IF NOT EXISTS seat (seat TEXT PRIMARY KEY, state TEXT NOT NULL, key TEXT)"


def database(hall):
    db = sqlite3.connect(os.path.join(os.environ["HALLS"], f"{hall}.db"), timeout=20,
                         isolation_level=None)
    return contextlib.closing(db)


def build(hall, seats):
    with database(hall) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(TABLE)
        db.executemany("INSERT INTO seat VALUES (?, 'free', NULL)", [(seat,) for seat in seats])
        sagad.barrier_create(db)


def reserve(step):
    """The try: holds the seat under the step's key. Refused when another has it."""
    hall, seat = step.input["hall"], step.input["seat"]
    with database(hall) as db, sagad.barrier(db, step) as effect:
        if effect.wanted:
            free = db.execute("UPDATE seat SET state = 'reserved', key = ?"
                              " WHERE seat = ? AND state = 'free'", (step.key, seat))
            if free.rowcount == 0:
                raise sagad.Refused("taken", f"{seat} in {hall} is another's")


def plan(hall):
    with database(hall) as db:
        return dict(db.execute("SELECT seat, state FROM seat"))


app = sagad.Participant(barrier=True)


def settle(task, state):
    """Sells the seat that is reserved under the key of the try, or gives it back."""
    with database(task.input["hall"]) as db, sagad.barrier(db, task) as effect:
        if effect.wanted:
            db.execute("UPDATE seat SET state = ?, key = CASE ? WHEN 'free' THEN NULL ELSE key END"
                       " WHERE key = ? AND state = 'reserved'", (state, state, task.do_key))


@app.action("theatre.confirm")
def confirm(task):
    settle(task, "sold")


@app.action("theatre.release")
def release(task):
    settle(task, "free")


if __name__ == "__main__":
    app.run()

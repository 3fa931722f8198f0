"""The agent's tools: each changes something outside, takes a key, and can be undone by that key.

The ledger (one SQLite file) stands for all the worlds that a real agent touches: it says which call
had its effect, how often it was made, and in which order effects came and went."""
import contextlib
import os
import sqlite3

import sagad

TABLE = """CREATE TABLE IF NOT EXISTS effect (
    number INTEGER PRIMARY KEY,      -- in the order of the effects
    key TEXT NOT NULL UNIQUE, tool TEXT NOT NULL, what TEXT NOT NULL,
    undone INTEGER                   -- in the order of the undoing; NULL: it stands
)"""


def ledger():
    db = sqlite3.connect(os.environ["LEDGER"], timeout=20, isolation_level=None)
    db.execute(TABLE)
    sagad.barrier_create(db)
    return contextlib.closing(db)


def call(step):
    """Does what the model asked for, once for each key."""
    tool, what = step.input["tool"], step.input["what"]
    with ledger() as db, sagad.barrier(db, step) as effect:
        if effect.wanted:
            db.execute("INSERT INTO effect (key, tool, what) VALUES (?, ?, ?)",
                       (step.key, tool, what))
            effect.output = {"did": f"{tool}: {what}"}
    with open(os.environ["LEDGER"] + ".calls", "a") as calls:
        print(step.name, file=calls)
    return effect.output


def effects():
    with ledger() as db:
        return db.execute("SELECT what, undone FROM effect ORDER BY number").fetchall()


app = sagad.Participant(barrier=True)


@app.action("tools.undo")
def undo(task):
    with ledger() as db, sagad.barrier(db, task) as effect:
        if effect.wanted:
            db.execute("UPDATE effect SET undone = (SELECT count(undone) FROM effect)"
                       " WHERE key = ?", (task.do_key,))


if __name__ == "__main__":
    app.run()

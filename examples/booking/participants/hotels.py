"""hotels - the hotel of hotels.c in Python; it may take over in the middle, for it has the same
database and the same barrier.

    hotels.py [--endpoint tcp://127.0.0.1:7701] [--database hotels.db]"""
import argparse
import contextlib
import sqlite3

import sagad

SCHEMA = """CREATE TABLE IF NOT EXISTS booking (id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE, trip TEXT NOT NULL, guest TEXT NOT NULL) STRICT"""

parser = argparse.ArgumentParser()
parser.add_argument("--endpoint")
parser.add_argument("--database", default="hotels.db")
options = parser.parse_args()
app = sagad.Participant(options.endpoint, barrier=True)


def database():
    """A connection of its own for each task: handlers run in several threads."""
    return contextlib.closing(sqlite3.connect(options.database, timeout=5))


@app.action("hotels.reserve")
def reserve(task):
    with database() as db, sagad.barrier(db, task) as effect:
        if effect.wanted:
            made = db.execute("INSERT INTO booking (key, trip, guest) VALUES (?, ?, ?)",
                              (task.key, task.input["trip"], task.input["guest"]))
            effect.output = {"id": f"H{made.lastrowid}"}
    return effect.output


@app.action("hotels.release")
def release(task):
    with database() as db, sagad.barrier(db, task) as effect:
        if effect.wanted:
            db.execute("DELETE FROM booking WHERE key = ?", (task.do_key,))


with database() as created:
    created.execute("PRAGMA journal_mode = WAL")
    created.execute(SCHEMA)
    sagad.barrier_create(created)
app.run()

"""The world around the shop: a shelf, a payment provider, a carrier. Each has customers elsewhere,
its own memory, and takes an idempotency key, as providers do: the same key twice is one effect.

Here they share one SQLite file, so that the example can look at what stands."""
import os
import sqlite3

TABLE = """CREATE TABLE IF NOT EXISTS effect (
    key   TEXT PRIMARY KEY,   -- the idempotency key
    what  TEXT NOT NULL,      -- 'taken', 'charged', 'sent'
    calls INTEGER NOT NULL,   -- how often it was asked for
    stands INTEGER NOT NULL   -- 0: taken back; a call that comes later is refused
)"""


class Declined(Exception):
    """The provider will not do it, and has done nothing."""


def database():
    db = sqlite3.connect(os.environ["WORLD"], timeout=20, isolation_level=None)
    db.execute(TABLE)
    return db


def do(key, what):
    with database() as db:
        db.execute("INSERT INTO effect VALUES (?, ?, 1, 1)"
                   " ON CONFLICT DO UPDATE SET calls = calls + 1", (key, what))
        stands, = db.execute("SELECT stands FROM effect WHERE key = ?", (key,)).fetchone()
    if not stands:
        raise Declined(f"{key} was taken back")
    return {"number": f"{what}-{key}"}


def undo(key, what):
    """Takes back what stands under the key; what never came is refused from now on."""
    with database() as db:
        db.execute("INSERT INTO effect VALUES (?, ?, 0, 0)"
                   " ON CONFLICT DO UPDATE SET stands = 0", (key, what))


def take(key, thing):
    return do(key, "taken") | {"thing": thing}


def charge(key, amount):
    if amount > 1000:
        raise Declined("too much for this card")
    return do(key, "charged")


def send(key, thing):
    return do(key, "sent") | {"thing": thing}


def standing(order):
    """What stands for an order, and how many effects of each kind there are."""
    with database() as db:
        return sorted(what for what, in db.execute(
            "SELECT what FROM effect WHERE stands AND key LIKE ? || '%'", (order + "/",)))

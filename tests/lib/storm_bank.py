"""storm_bank - what test_storm moves money with: plans of sagas, the books, a bank, offices.

    storm_bank.py till                      a participant: a bank in Python on SQLite
    storm_bank.py office FROM STEP COUNT    a client: drives the sagas FROM, FROM + STEP ...

The other bank is examples/bank's `savings`, in C. An office acts in both banks' books itself when
its saga is an open one; what it did there the banks undo. Environment: STORM (folder of the books),
SEED, SAGAD_ENDPOINT."""
import contextlib
import os
import pathlib
import random
import signal
import sqlite3
import sys
import threading
import traceback

import sagad

ROLE = sys.argv[1] if len(sys.argv) > 1 else ""
FOLDER = pathlib.Path(os.environ.get("STORM", "."))
BANKS = ("savings", "till")
PEOPLE = ("ada", "bob", "cleo")
THREADS = 4
CENTS = 1000000  # never too little
AGAIN = {"max_attempts": 0, "initial_interval": "100ms"}
SOON = {"start_to_close": "2s"}
# In a storm ten attempts are few: nobody is to be asked (stuck_after) before it is over.
UNDOING = {"retry": AGAIN, "timeout": SOON, "stuck_after": 100000}
TABLES = """
CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, cents INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS held (key TEXT PRIMARY KEY, name TEXT NOT NULL, cents INTEGER NOT NULL)
"""


class Plan:
    """What saga `number` is to do: the same in every process and after every crash."""

    def __init__(self, seed, number):
        chance = random.Random(f"{seed}/{number}")
        self.id = f"s-{number}"
        self.is_open = number % 2 == 1
        self.source, self.target = chance.choice((BANKS, BANKS[::-1]))
        self.giver = chance.choice(PEOPLE)
        self.taker = chance.choice((*PEOPLE, "cleo", "nobody"))
        self.cents = chance.randrange(1, 100)
        self.is_held = self.is_open and self.target == "till" and chance.random() < 0.6
        self.fate = chance.choice(("commit",) * 4 + ("abort", "vanish")) if self.is_open else "end"
        self.acts_before_it_vanishes = chance.random() < 0.5

    def names(self):
        return f"{self.source}-to-{self.target}"

    def may_complete(self):
        return self.taker != "nobody" and self.fate in ("commit", "end")


def definition(source, target):
    """A transfer whose steps the banks do. What nobody knows of after a crash is soon given up."""
    def step(name, bank, act, undo, who):
        return {"step": name, "action": f"{bank}.{act}",
                "input": {"account": f"$.input.{who}", "cents": "$.input.cents"},
                "compensate": {"action": f"{bank}.{undo}", **UNDOING},
                "retry": {**AGAIN, "non_retryable": ["no_money"]}, "timeout": SOON}
    return {"saga": f"{source}-to-{target}", "timeout": "1h", "steps": [
        step("leave", source, "withdraw", "deposit", "giver"),
        step("arrive", target, "deposit", "withdraw", "taker")]}


# ---- the books


def books(bank):
    return contextlib.closing(sqlite3.connect(FOLDER / f"{bank}.db", timeout=60))


def open_books(bank):
    with books(bank) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(TABLES)
        db.executemany("INSERT INTO account VALUES (?, ?)",
                       [(name, CENTS) for name in PEOPLE])
        db.commit()
        sagad.barrier_create(db)


def balances(bank):
    with books(bank) as db:
        return dict(db.execute("SELECT name, cents FROM account")), dict(
            db.execute("SELECT key, cents FROM held"))


def ledger(bank):
    """The barrier's table: key -> 1 done, 2 undone."""
    with books(bank) as db:
        return dict(db.execute("SELECT key, state FROM saga_barrier"))


def move(db, task, cents):
    """As savings.c: money that leaves must be there, but what is undone is taken in any case."""
    moved = db.execute("UPDATE account SET cents = cents + ? WHERE name = ?"
                       " AND (cents + ? >= 0 OR ?)",
                       (cents, task.input["account"], cents, task.kind != "do"))
    if moved.rowcount == 0:
        raise sagad.Refused("no_money", "there is no such account, or too little in it")


def withdraw(db, task):
    move(db, task, -task.input["cents"])


def deposit(db, task):
    move(db, task, task.input["cents"])


def hold(db, task):
    """The try: the money is on no account yet."""
    if not db.execute("SELECT 1 FROM account WHERE name = ?", (task.input["account"],)).fetchone():
        raise sagad.Refused("no_money", "there is no such account")
    db.execute("INSERT INTO held VALUES (?, ?, ?)",
               (task.do_key, task.input["account"], task.input["cents"]))


def release(db, task):
    if db.execute("DELETE FROM held WHERE key = ?", (task.do_key,)).rowcount != 1:
        raise sagad.Refused("not_held", task.do_key)


def credit(db, task):
    """The confirm: what was held is the account's."""
    release(db, task)
    move(db, task, task.input["cents"])


def have_accident():
    """As `--accidents` of savings: killed once what was done is committed, and nobody knows."""
    with contextlib.suppress(FileNotFoundError):
        (FOLDER / "accidents" / f"{ROLE}.after.kill").unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def once(bank, work):
    """The work behind the barrier of that bank's books."""
    def act(task):
        with books(bank) as db, sagad.barrier(db, task) as effect:
            if effect.wanted:
                work(db, task)
        have_accident()
        return effect.output
    return act


def till():
    app = sagad.Participant(barrier=True)
    for work in (withdraw, deposit, release, credit):
        app.action(f"till.{work.__name__}")(once("till", work))
    app.run()


# ---- an office


class Fell(Exception):
    """The caller has changed its mind."""


def steps(plan):
    arrive = ("release", hold, "till.credit") if plan.is_held else ("withdraw", deposit, None)
    yield "leave", plan.source, plan.giver, ("deposit", withdraw, None)
    yield "arrive", plan.target, plan.taker, arrive


def drive(client, plan):
    saga = client.saga(plan.id, name="storm", timeout="6s" if plan.fate == "vanish" else "1h")
    if plan.fate == "vanish":
        saga.__enter__()  # nobody will leave it: its time limit ends it
        act_all(saga, plan)
        return
    with saga:
        act_all(saga, plan)
        if plan.fate == "abort":
            raise Fell


def act_all(saga, plan):
    for name, bank, account, (undo, work, confirm) in steps(plan):
        how = {"input": {"account": account, "cents": plan.cents},
               "compensate": {"action": f"{bank}.{undo}", **UNDOING},
               "confirm": confirm and {"action": confirm, "retry": AGAIN, "timeout": SOON}}
        if name == "arrive" and plan.fate == "vanish":
            step = saga.register(name, **how)
            if plan.acts_before_it_vanishes:
                once(bank, work)(step)
        else:
            saga.step(name, once(bank, work), **how)


def begin(client, plan):
    try:
        if plan.is_open:
            drive(client, plan)
        else:
            client.start(plan.names(), {"giver": plan.giver, "taker": plan.taker,
                                        "cents": plan.cents}, id=plan.id)
    except (Fell, sagad.Refused, sagad.Conflict):
        pass  # undone, or turned back already


def serve_all(client, plans, lock, journal):
    while True:
        with lock:
            plan = next(plans, None)
        if plan is None:
            return
        while True:
            with contextlib.suppress(sagad.Unavailable):
                begin(client, plan)
                break
        with lock:
            print(plan.id, file=journal, flush=True)


def serve(*arguments):
    try:
        serve_all(*arguments)
    except BaseException:
        traceback.print_exc()
        os._exit(1)  # the test must see it


def office(first, step, count):
    path = FOLDER / f"office-{first}"
    path.touch()
    over = set(path.read_text().split())
    plans = (plan for plan in (Plan(os.environ["SEED"], n) for n in range(first, count, step))
             if plan.id not in over)
    lock = threading.Lock()
    with open(path, "a", encoding="ascii") as journal, sagad.Client() as client:
        desks = [threading.Thread(target=serve, args=(client, plans, lock, journal))
                 for _ in range(THREADS)]
        for desk in desks:
            desk.start()
        for desk in desks:
            desk.join()


if __name__ == "__main__":
    {"till": till, "office": office}[sys.argv[1]](*map(int, sys.argv[2:]))

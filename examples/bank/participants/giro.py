"""giro - a bank on PostgreSQL, in Python. Its barrier's table is that of savings.c in another
dialect.

GIRO is the database, as libpq takes it."""
import os

import psycopg
import sagad

app = sagad.Participant(barrier=True)


def open_books():
    """Made once, before the service starts."""
    with psycopg.connect(os.environ["GIRO"]) as db:
        db.execute("CREATE TABLE IF NOT EXISTS account"
                   " (name text PRIMARY KEY, cents bigint NOT NULL)")
        db.execute("INSERT INTO account VALUES ('ada', 10000), ('bob', 10000), ('shop', 0)"
                   " ON CONFLICT DO NOTHING")
    with psycopg.connect(os.environ["GIRO"]) as db:
        sagad.barrier_create(db)


def balances():
    with psycopg.connect(os.environ["GIRO"]) as db:
        return dict(db.execute("SELECT name, cents FROM account").fetchall())


def move(task, cents):
    """What is undone is taken even where the account is in debt afterwards."""
    with psycopg.connect(os.environ["GIRO"]) as db, sagad.barrier(db, task) as effect:
        if effect.wanted:
            moved = db.execute("UPDATE account SET cents = cents + %s WHERE name = %s"
                               " AND (cents + %s >= 0 OR %s)",
                               (cents, task.input["account"], cents, task.kind != "do"))
            if moved.rowcount == 0:
                raise sagad.Refused("no_money", "there is no such account, or too little in it")


@app.action("giro.deposit")
def deposit(task):
    move(task, task.input["cents"])


@app.action("giro.withdraw")
def withdraw(task):
    move(task, -task.input["cents"])


if __name__ == "__main__":
    app.run()

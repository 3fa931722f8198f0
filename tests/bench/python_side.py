"""python_side - what tests/bench/run --python measures: the package beside what it is made of.

    python_side.py package ENDPOINT     a participant of the package whose handlers do nothing
    python_side.py bare ENDPOINT        the same by pyzmq and msgpack alone: it remembers nothing
    python_side.py barrier FOLDER N     N transactions with the barrier and N without, in turns
"""
import json
import pathlib
import sqlite3
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "participants" / "python"))
ACTIONS = ["flights.book", "flights.cancel", "hotels.reserve", "hotels.release",
           "itineraries.create"]
WINDOW = 4096


def package(endpoint):
    import sagad
    app = sagad.Participant(endpoint, window=WINDOW)

    def nothing(task):
        return None

    for action in ACTIONS:
        app.action(action)(nothing)
    app.run()


def bare(endpoint):
    import msgpack
    import zmq
    socket = zmq.Context().socket(zmq.DEALER)
    socket.connect(endpoint)

    def say(kind, **keys):
        socket.send(msgpack.packb({"v": 1, "type": kind, **keys}))

    say("ready", instance="bare", actions=ACTIONS, window=WINDOW, barrier=False, meta={},
        running=[])
    spoke = time.monotonic()
    while True:
        if time.monotonic() - spoke > 1:
            spoke = time.monotonic()
            say("heartbeat")
        if not socket.poll(500):
            continue
        task = msgpack.unpackb(socket.recv())
        if task["type"] == "task":
            say("result", key=task["key"], attempt=task["attempt"], token=task["token"],
                status="ok", output=None)


def barrier(folder, count):
    """Microseconds of a transaction that inserts one row, in the middle, without and with."""
    import sagad
    from sagad._open import Step
    db = sqlite3.connect(pathlib.Path(folder) / "barrier.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE booking (key TEXT PRIMARY KEY, seat TEXT NOT NULL)")
    sagad.barrier_create(db)
    took = {"bare_us": [], "barrier_us": []}
    for number in range(int(count)):
        begun = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO booking VALUES (?, ?)", (f"bare-{number}/flight/do", "14C"))
        db.execute("COMMIT")
        took["bare_us"].append(time.perf_counter() - begun)
        step = Step("flight", None, {"key": f"trip-{number}/flight/do", "state": "new"})
        begun = time.perf_counter()
        with sagad.barrier(db, step) as effect:
            if effect.wanted:
                db.execute("INSERT INTO booking VALUES (?, ?)", (step.key, "14C"))
                effect.output = {"seat": "14C"}
        took["barrier_us"].append(time.perf_counter() - begun)
    print(json.dumps({name: statistics.median(all) * 1e6 for name, all in took.items()}))


if __name__ == "__main__":
    {"package": package, "bare": bare, "barrier": barrier}[sys.argv[1]](*sys.argv[2:])

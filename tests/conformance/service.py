#!/usr/bin/python3
"""service - the participant that the conformance kit drives, in Python.

    service.py --endpoint E --ledger FILE [--window N]

Any SDK can be held to the kit by a program that takes these arguments and serves these actions.
Each start of a handler is a line "key attempt kind" in the ledger, written at once.

    kit.echo     ok: {"input", "kind", "do_key", "output", "in_doubt", "details", "traceparent"}
    kit.refuse   refuses: code no_rooms, message "sold out", details {"n": 1}
    kit.retry    fails: code busy, to be tried again after 2.5 s
    kit.doubt    fails in doubt: code who_knows
    kit.crash    raises what the SDK does not know
    kit.later    later
    kit.block    waits, deaf to everything, until FILE.go is there; ok: "went"
    kit.wait     waits until FILE.go is there, or it is cancelled and stops
    kit.large    ok, with a text of 1 MiB
    kit.bad      ok, with what is not JSON at /rooms/1
    kit.cost     ok, costs 0.02 USD
    kit.beat     reports {"page": 1}, waits as kit.block, ok: "went"
"""
import argparse
import logging
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "participants" / "python"))
import sagad  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--endpoint", required=True)
parser.add_argument("--ledger", required=True, type=pathlib.Path)
parser.add_argument("--window", type=int, default=64)
arguments = parser.parse_args()
logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
app = sagad.Participant(arguments.endpoint, window=arguments.window, workers=16,
                        meta={"kit": True})
go = pathlib.Path(f"{arguments.ledger}.go")
mutex = threading.Lock()


def action(name):
    def offer(handler):
        @app.action(name)
        def noted(task):
            with mutex, open(arguments.ledger, "a", encoding="utf-8") as ledger:
                ledger.write(f"{task.key} {task.attempt} {task.kind}\n")
            return handler(task)
        return handler
    return offer


def wait(task, stop):
    while not go.exists():
        stop(task)
        threading.Event().wait(0.01)
    return "went"


@action("kit.echo")
def echo(task):
    return {"input": task.input, "kind": task.kind, "do_key": task.do_key, "output": task.output,
            "in_doubt": task.in_doubt, "details": task.details, "traceparent": task.traceparent}


@action("kit.refuse")
def refuse(task):
    raise sagad.Refused("no_rooms", "sold out", details={"n": 1})


@action("kit.retry")
def retry(task):
    raise sagad.Retry("busy", after=2.5)


@action("kit.doubt")
def doubt(task):
    raise sagad.InDoubt("who_knows")


@action("kit.crash")
def crash(task):
    return 1 // 0


@action("kit.later")
def later(task):
    return sagad.LATER


@action("kit.block")
def block(task):
    return wait(task, lambda task: None)


@action("kit.wait")
def attentive(task):
    return wait(task, sagad.Task.check)


@action("kit.large")
def large(task):
    return "x" * (1 << 20)


@action("kit.bad")
def bad(task):
    return {"rooms": [1, {2}]}


@action("kit.cost")
def cost(task):
    task.cost("0.02")


@action("kit.beat")
def beat(task):
    task.heartbeat({"page": 1})
    return block(task)


app.run()

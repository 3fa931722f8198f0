"""cases - what every SDK's participant must do, however its coordinator behaves.

A script sets SERVICE, a program as service.py describes it, and EXCEPTION, the code of an exception
that the SDK does not know; then it runs the functions called test_.... Nothing here knows an SDK.
"""
import contextlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile

import zmq

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from coordinator import BEAT, DEAD, Coordinator  # noqa: E402
from e2e import MEMORY, Process, check, equal, until  # noqa: E402

SERVICE, EXCEPTION = [], ""
TOKENS = []  # that were given out: no log may have one


class Kit:
    """A coordinator, and the service under test in a process of its own."""

    def __init__(self, *flags, is_ready=True, env=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saga-kit-", dir=MEMORY))
        self.ledger = self.folder / "ledger"
        self.coordinator = Coordinator()
        self.flags, self.env = flags, env
        self.start()
        if is_ready:
            self.coordinator.ready()

    def start(self):
        self.process = Process(
            [*map(str, SERVICE), "--endpoint", self.coordinator.endpoint, "--ledger",
             str(self.ledger), *self.flags], self.folder / "log", self.env)

    def __enter__(self):
        return self, self.coordinator

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.process.signal(signal.SIGCONT)
                self.go()
                self.process.signal(signal.SIGTERM)
                self.finish()
            else:
                print(f"--- the service said\n{self.process.log()[-3000:]}")
        finally:
            if self.process.is_running():
                self.process.kill()
            self.coordinator.__exit__()
            shutil.rmtree(self.folder, ignore_errors=True)

    def finish(self):
        """It says bye, everything that it has is made durable, and it ends well."""
        def is_over():
            self.coordinator.read(0.02)
            self.answer_ready()
            rows = sorted(self.coordinator.results)
            self.coordinator.results.clear()
            if rows:
                with contextlib.suppress(zmq.ZMQError):
                    self.coordinator.done(*((key, attempt, "ok") for key, attempt in rows))
            return not self.process.is_running()
        until(is_over, "the service has ended")
        equal(self.process.wait(), 0, f"exit of the service\n{self.process.log()[-3000:]}")
        for token in TOKENS:
            check(token not in self.process.log(), "a token in the log")

    def answer_ready(self):
        """It may have lost its connection in the last moment."""
        found = self.coordinator.find(lambda message: message["type"] == "ready")
        if found:
            self.coordinator.peer = found[0]
            with contextlib.suppress(zmq.ZMQError):  # gone again
                self.coordinator.welcome()

    def freeze(self):
        """Stops it, and waits until none of its threads runs."""
        self.process.signal(signal.SIGSTOP)
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        until(lambda: all("State:\tT" in (task / "status").read_text() for task in tasks.iterdir()),
              "all of its threads are stopped")

    def go(self):
        pathlib.Path(f"{self.ledger}.go").touch()

    def starts(self, key):
        """How often a handler began for the key."""
        lines = self.ledger.read_text().splitlines() if self.ledger.exists() else []
        return sum(line.split()[0] == key for line in lines)

    def begun(self, key):
        until(lambda: self.starts(key), f"a handler for {key} begins")


def send(coordinator, *arguments, **keys):
    TOKENS.append(coordinator.task(*arguments, **keys))
    return TOKENS[-1]


def test_ready_says_who_it_is():
    kit = Kit(is_ready=False)
    with kit as (kit, coordinator):
        ready = coordinator.ready()
        check(len(ready["instance"]) >= 16 and ready["window"] == 64, f"{ready}")
        check({"kit.echo", "kit.beat"} <= set(ready["actions"]), f"{ready['actions']}")
        equal(ready.get("running", []), [], "running, of a new process")


def test_each_outcome_has_its_answer():
    failures = {
        "refuse": ("no_rooms", False, False), "retry": ("busy", True, False),
        "doubt": ("who_knows", True, True), "crash": (EXCEPTION, True, True),
        "large": ("bad_output", True, True), "bad": ("bad_output", True, True)}
    with Kit() as (kit, coordinator):
        for name, expected in failures.items():
            token = send(coordinator, f"t/{name}/do", f"kit.{name}")
            result = coordinator.result(f"t/{name}/do")
            error = result["error"]
            equal((result["status"], result["token"]), ("failed", token), name)
            equal((error["code"], error.get("retryable", True), error.get("in_doubt", False)),
                  expected, name)
            if name == "refuse":
                equal((error["message"], error["details"]), ("sold out", {"n": 1}), name)
            if name == "retry":
                equal(error["retry_after_ms"], 2500, name)
            if name == "bad":
                check("/rooms/1" in error["message"], f"{error['message']} names the place")
        send(coordinator, "t/later/do", "kit.later")
        equal(coordinator.result("t/later/do")["status"], "later", "later")
        send(coordinator, "t/cost/do", "kit.cost")
        equal(coordinator.result("t/cost/do")["cost_usd_micros"], 20_000, "cost")


def test_an_undo_brings_all_that_it_needs():
    with Kit() as (kit, coordinator):
        send(coordinator, "t/a/undo", "kit.echo", kind="undo", input={"n": 2**53 - 1}, details=[1])
        output = coordinator.result("t/a/undo")["output"]
        trace = output.pop("traceparent")
        equal(output, {"input": {"n": 2**53 - 1}, "kind": "undo", "do_key": "t/a/do", "output":
        None,
                       "in_doubt": True, "details": [1]}, "what the handler saw")
        check(trace.startswith("00-aaaa"), f"traceparent {trace}")


def test_a_task_that_comes_twice_is_done_once():
    with Kit() as (kit, coordinator):
        token = send(coordinator, "t/a/do", "kit.block")
        for _ in range(5):
            send(coordinator, "t/a/do", "kit.block", token=token)
        kit.begun("t/a/do")
        kit.go()
        first = coordinator.result("t/a/do")
        send(coordinator, "t/a/do", "kit.block", token=token)
        equal(coordinator.result("t/a/do"), first, "the same result again")
        equal(kit.starts("t/a/do"), 1, "starts")


def test_late_and_reordered_attempts_have_one_effect():
    """The newest attempt comes first; all are answered with their own tokens, by one work."""
    with Kit() as (kit, coordinator):
        tokens = {number: send(coordinator, "t/a/do", "kit.block", attempt=number)
                  for number in (3, 1, 2)}
        kit.begun("t/a/do")
        kit.go()
        for number, token in tokens.items():
            result = coordinator.result("t/a/do", number)
            equal((result["token"], result["output"]), (token, "went"), f"attempt {number}")
        coordinator.done(*(("t/a/do", number, "ok") for number in tokens))
        send(coordinator, "t/a/do", "kit.block", attempt=4)
        equal(coordinator.result("t/a/do", 4)["output"], "went", "from memory")
        equal(kit.starts("t/a/do"), 1, "starts")


def test_an_undo_before_its_do_and_during_it():
    with Kit() as (kit, coordinator):
        send(coordinator, "t/a/undo", "kit.echo", kind="undo")
        equal(coordinator.result("t/a/undo")["status"], "ok", "an undo of nothing")
        send(coordinator, "t/b/do", "kit.block")
        kit.begun("t/b/do")
        send(coordinator, "t/b/undo", "kit.echo", kind="undo")
        equal(coordinator.result("t/b/undo")["status"], "ok", "an undo beside its do")
        equal(coordinator.count("result", key="t/b/do"), 0, "results of the do")
        kit.go()
        equal(coordinator.result("t/b/do")["status"], "ok", "the do")


def test_a_check_is_never_answered_from_memory():
    with Kit() as (kit, coordinator):
        for number in (1, 2):
            send(coordinator, "t/a/check", "kit.echo", attempt=number, kind="check")
            equal(coordinator.result("t/a/check", number)["status"], "ok", "the check")
        equal(kit.starts("t/a/check"), 2, "starts")


def test_cancel_ends_what_listens_and_is_answered():
    with Kit() as (kit, coordinator):
        send(coordinator, "t/a/do", "kit.wait")
        kit.begun("t/a/do")
        coordinator.cancel("t/a/do")
        error = coordinator.result("t/a/do")["error"]
        equal((error["code"], error.get("in_doubt", False)), ("cancelled", False), "the answer")
        coordinator.cancel("nobody/a/do")
        send(coordinator, "t/b/do", "kit.echo")
        equal(coordinator.result("t/b/do")["status"], "ok", "it goes on")


def test_cancel_of_what_waits_for_a_worker():
    """More tasks than workers: the last ones have not begun."""
    with Kit() as (kit, coordinator):
        for index in range(64):
            send(coordinator, f"t-{index}/a/do", "kit.block")
        until(lambda: kit.ledger.exists(), "the first begin")
        coordinator.cancel("t-63/a/do")
        equal(coordinator.result("t-63/a/do")["error"]["code"], "cancelled", "the answer")
        kit.go()
        for index in range(63):
            equal(coordinator.result(f"t-{index}/a/do")["status"], "ok", "the others")
        equal(kit.starts("t-63/a/do"), 0, "starts")


def test_a_restart_between_result_and_done():
    with Kit() as (kit, coordinator):
        token = send(coordinator, "t/a/do", "kit.echo")
        send(coordinator, "t/b/do", "kit.block")
        first = coordinator.result("t/a/do")
        kit.begun("t/b/do")
        coordinator.restart()
        ready = coordinator.ready()
        equal(sorted((each["key"], each["attempt"]) for each in ready["running"]),
              [("t/a/do", 1), ("t/b/do", 1)], "what it names: answered ones too")
        again = coordinator.result("t/a/do", seconds=DEAD / 1000)
        equal((again, again["token"]), (first, token), "the result again")
        coordinator.done(("t/a/do", 1, "ok"))
        kit.go()
        coordinator.result("t/b/do")
        coordinator.done(("t/b/do", 1, "ok"))
        coordinator.restart()
        equal(coordinator.ready()["running"], [], "what it names in the end")
        equal((kit.starts("t/a/do"), kit.starts("t/b/do")), (1, 1), "starts")


def test_ready_comes_with_the_connection_and_not_with_the_heartbeat():
    kit = Kit(is_ready=False)
    with kit as (kit, coordinator):
        coordinator.ready(heartbeat_ms=60_000, dead_ms=120_000)
        coordinator.restart()
        coordinator.ready()


def test_who_is_answered_by_ready():
    with Kit() as (kit, coordinator):
        send(coordinator, "t/a/do", "kit.block")
        kit.begun("t/a/do")
        coordinator.say("who")
        equal(coordinator.ready()["running"], [{"key": "t/a/do", "attempt": 1}], "what it names")


def test_a_result_is_sent_until_done_names_it():
    """Never `done`: again after 5 s; done for another attempt ends nothing."""
    with Kit() as (kit, coordinator):
        send(coordinator, "t/a/do", "kit.echo")
        first = coordinator.result("t/a/do")
        coordinator.done(("t/a/do", 2, "ok"), ("t/b/do", 1, "ok"))
        coordinator.spend(5.5)
        equal(coordinator.result("t/a/do", seconds=1), first, "the result again")
        coordinator.done(("t/a/do", 1, "unknown"))


def test_heartbeats_go_while_handlers_block():
    with Kit() as (kit, coordinator):
        for index in range(40):
            send(coordinator, f"t-{index}/a/do", "kit.block")
        until(lambda: kit.ledger.exists(), "the first begin")
        for _ in range(8):
            coordinator.expect("heartbeat", DEAD / 1000)
            coordinator.say("heartbeat")
        equal(coordinator.count("ready"), 0, "new sessions")


def test_progress_is_reported():
    with Kit() as (kit, coordinator):
        send(coordinator, "t/a/do", "kit.beat", heartbeat_ms=1000)
        coordinator.expect("heartbeat", running=[
            {"key": "t/a/do", "attempt": 1, "details": {"page": 1}}])


def test_nothing_begins_after_a_silence():
    """Tasks wait for workers; the coordinator falls silent for dead_ms: they never begin."""
    with Kit() as (kit, coordinator):
        for index in range(40):
            send(coordinator, f"t-{index}/a/do", "kit.block")
        until(lambda: len(kit.ledger.read_text().splitlines() if kit.ledger.exists() else "") == 16,
              "all workers are busy")
        coordinator.spend(1.5 * DEAD / 1000, beat=False)
        named = {each["key"] for each in coordinator.ready()["running"]}
        equal(len(named), 40, "named in the new session: nothing is dropped")
        expired = [coordinator.expect("result", status="failed") for _ in range(24)]
        equal({each["error"]["code"] for each in expired}, {"expired"}, "those that waited")
        kit.go()
        for _ in range(16):
            coordinator.expect("result", status="ok")
        equal(len(kit.ledger.read_text().splitlines()), 16, "starts")


def test_a_frozen_process_begins_nothing_when_it_wakes():
    """What was sent to it while it was stopped lies in its socket, and is not begun."""
    with Kit() as (kit, coordinator):
        coordinator.expect("heartbeat")  # it has read the welcome, and what is dead
        kit.freeze()
        send(coordinator, "t/a/do", "kit.echo")
        coordinator.spend(2 * DEAD / 1000)
        kit.process.signal(signal.SIGCONT)
        coordinator.ready()
        # On a machine that is busy another silence may follow, and "expired" is right again.
        for number in range(20):
            key = f"t/b{number}/do"
            send(coordinator, key, "kit.echo")
            result = coordinator.result(key)
            if result["status"] == "ok":
                break
            equal(result["error"]["code"], "expired", "what came after")
        equal(result["status"], "ok", "what came after")
        equal(kit.starts("t/a/do"), 0, "starts of what came before")


def test_a_task_whose_time_is_over_is_expired():
    with Kit() as (kit, coordinator):
        for index in range(16):
            send(coordinator, f"t-{index}/a/do", "kit.block")
        send(coordinator, "t/late/do", "kit.echo", ttl_ms=300)
        coordinator.spend(0.4)
        kit.go()
        error = coordinator.result("t/late/do")["error"]
        equal((error["code"], error.get("in_doubt", False), error.get("retryable", True)),
              ("expired", False, True), "the answer")
        equal(kit.starts("t/late/do"), 0, "starts")


def test_ten_thousand_tasks_at_once():
    """Far above the window: each is answered, none is lost, the session lives."""
    with Kit() as (kit, coordinator):
        count = 10_000
        for index in range(count):
            coordinator.task(f"t-{index}/a/do", "kit.echo", input=index)
            if index % 100 == 0:
                coordinator.read(0)
        left = set(range(count))
        while left:
            result = coordinator.expect("result")
            left.discard(int(result["key"].split("/")[0][2:]))
            equal(result["status"], "ok", "a result")
            coordinator.done((result["key"], result["attempt"], "ok"))
        equal(coordinator.count("ready"), 0, "new sessions")


def test_tasks_of_three_megabytes_are_taken():
    with Kit() as (kit, coordinator):
        size = 3 * (1 << 20) - 4096
        send(coordinator, "t/a/undo", "kit.cost", kind="undo", input="x" * (size // 2),
             output="y" * (size // 2))
        equal(coordinator.result("t/a/undo")["status"], "ok", "the undo")


def test_a_window_of_nothing_is_said():
    kit = Kit("--window", "0", is_ready=False)
    with kit as (kit, coordinator):
        equal(coordinator.ready()["window"], 0, "the window")
        send(coordinator, "t/a/do", "kit.echo")
        equal(coordinator.result("t/a/do")["status"], "ok", "what comes all the same is answered")


def test_garbage_and_news_are_passed_over():
    """A newer coordinator may say more than an SDK knows; a mad one may say anything."""
    with Kit() as (kit, coordinator):
        for frame in (b"", b"\xc1", b"\x93\x01", b"\x80" * 5):
            coordinator.raw(frame)
        coordinator.socket.send_multipart([coordinator.peer, b"two", b"frames"])
        coordinator.say("news", of={"tomorrow": 1})
        coordinator.say("task", key="t/a/do")
        coordinator.say("done", results=[["t/a/do"], 7, None, ["x", "y", "z"]])
        coordinator.say("error", code="bad_message", message="\x1b[31mred", details={})
        send(coordinator, "t/b/do", "kit.echo", colour="green", priority={"of": [1]})
        equal(coordinator.result("t/b/do")["status"], "ok", "it goes on")
        send(coordinator, "t/c/do", "kit.nobody")
        equal(coordinator.result("t/c/do")["status"], "failed", "what is not served is answered")


def test_a_slow_coordinator_that_takes_results_late():
    """Results pile up unread and undone: they are kept, and named on return."""
    with Kit() as (kit, coordinator):
        for index in range(300):
            coordinator.task(f"t-{index}/a/do", "kit.echo")
        coordinator.expect("result")
        coordinator.spend(1.0)
        coordinator.restart()
        equal(len(coordinator.ready()["running"]), 300, "named")
        keys = set()
        while len(keys) < 300:
            keys.add(coordinator.expect("result")["key"])


def test_bye_and_what_was_taken_is_finished():
    with Kit() as (kit, coordinator):
        send(coordinator, "t/a/do", "kit.block")
        kit.begun("t/a/do")
        kit.process.signal(signal.SIGTERM)
        coordinator.expect("bye")
        kit.go()
        coordinator.result("t/a/do")
        check(kit.process.is_running(), "it waits for done")
        coordinator.done(("t/a/do", 1, "ok"))
        equal(kit.process.wait(), 0, "exit")


def test_a_second_signal_does_not_wait_for_done():
    with Kit() as (kit, coordinator):
        send(coordinator, "t/a/do", "kit.echo")
        coordinator.result("t/a/do")
        kit.process.signal(signal.SIGINT)
        coordinator.expect("bye")
        kit.process.signal(signal.SIGINT)
        equal(kit.process.wait(), 0, "exit")


def test_it_waits_for_a_coordinator_that_is_not_there():
    with Kit() as (kit, coordinator):
        coordinator.unbind()
        send_at = "waits for a coordinator at"
        until(lambda: send_at in kit.process.log() or "gone" in kit.process.log(), "it says so")
        coordinator.bind()
        coordinator.ready()
        send(coordinator, "t/a/do", "kit.echo")
        equal(coordinator.result("t/a/do")["status"], "ok", "it goes on")


assert BEAT < DEAD

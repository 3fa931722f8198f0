"""e2e - real processes for tests: sagad, the booking participants, people by HTTP, peers by wire.

    with World() as world:
        world.sagad()
        world.participants()
        world.apply()
        saga = world.book("lisbon")
        world.settle(saga, "completed")
        world.holds(saga, 1)

Everything a world starts is stopped at its end, and its folder is gone. Nothing sleeps to let
something happen: until() asks again until its time is over, and then says what it waited for.
"""
import contextlib
import functools
import http.client
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback

SOURCE = pathlib.Path(os.environ.get("SAGA_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
BIN = pathlib.Path(os.environ.get("SAGA_BIN", SOURCE / "build" / "bin"))
BOOKING = SOURCE / "examples" / "booking" / "booking.yaml"
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # no disk to wait for
PATIENCE = 30
SHORT = {"SAGAD_HEARTBEAT": "250ms", "SAGAD_DEAD_AFTER": "1s"}  # who is silent is soon lost
TABLES = {"flights": "booking", "hotels": "booking", "itineraries": "itinerary"}


class Failed(Exception):
    """What the test saw is not what must be."""


def check(condition, what):
    if not condition:
        raise Failed(what)


def equal(seen, expected, what):
    check(seen == expected, f"{what}: {seen!r}, expected {expected!r}")


def until(condition, what, seconds=PATIENCE):
    """The first true result of condition()."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        check(time.monotonic() < deadline, f"after {seconds} s, not yet: {what}")
        time.sleep(0.02)


def free_port():
    """Below the range of outgoing connections, so that it stays free."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Process:
    """A program of the build, with what it says in a file."""

    def __init__(self, arguments, log, env=None, **options):
        self.name = pathlib.Path(arguments[0]).name
        self.path = log
        with open(log, "ab") as out:
            self.start = out.tell()
            self.popen = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=out, env={**os.environ, **(env or {})}, **options)

    @property
    def pid(self):
        return self.popen.pid

    def log(self):
        with open(self.path, "rb") as file:
            file.seek(self.start)
            return file.read().decode(errors="replace")

    def memory(self):
        """What it holds of the machine's memory, in bytes."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) << 10

    def heeds(self, number):
        """It has said by now what the signal means to it: before, it would just die of it."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return any(int(re.search(rf"{name}:\s+(\w+)", status)[1], 16) >> (number - 1) & 1
                   for name in ("SigCgt", "SigBlk"))

    def signal(self, number):
        self.popen.send_signal(number)

    def is_running(self):
        return self.popen.poll() is None

    def wait(self, seconds=PATIENCE):
        """The exit code; -9 for kill -9."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            last = self.log()[-3000:]
            raise Failed(f"{self.name} still runs after {seconds} s:\n{last}") from None

    def kill(self):
        self.signal(signal.SIGKILL)
        self.popen.wait()

    def ask_to_stop(self):
        """As an operator in a hurry would: the second SIGTERM waits for nobody."""
        if self.is_running():
            self.signal(signal.SIGCONT)
            until(lambda: not self.is_running() or self.heeds(signal.SIGTERM), "it heeds SIGTERM")
            self.signal(signal.SIGTERM)
            if self.name == "sagad":
                until(lambda: not self.is_running() or "draining" in self.log(), "sagad drains")
                self.signal(signal.SIGTERM)

    def stop(self):
        self.ask_to_stop()
        self.must_end_well()

    def must_end_well(self):
        code = self.wait()
        equal(code, 0, f"{self.name}'s exit after SIGTERM; it said:\n{self.log()[-3000:]}")


@functools.cache
def described():
    """Each path of the HTTP API as a pattern, with its methods and their answers."""
    document = json.loads((SOURCE / "schemas" / "openapi.yaml").read_text())
    return [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), item)
            for path, item in document["paths"].items()]


def check_described(method, path, status):
    """schemas/openapi.yaml has every status that is answered; what is no route is not asked."""
    for pattern, item in described():
        operation = item.get(method.lower())
        if operation and pattern.fullmatch(path.partition("?")[0]):
            check(str(status) in operation["responses"],
                  f"schemas/openapi.yaml does not say that {method} {path} may answer {status}")


class World:
    def __init__(self, folder=MEMORY):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saga-e2e-", dir=folder))
        self.data = self.folder / "data"
        self.accidents = self.folder / "accidents"
        self.accidents.mkdir()
        self.wire = f"tcp://127.0.0.1:{free_port()}"
        self.http_port = free_port()
        self.processes = []
        self.daemon = None
        self.ids = (f"trip-{n}" for n in itertools.count(1))
        self.seats = itertools.count(1)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                running = [p for p in reversed(self.processes) if p.is_running()]
                for process in running:
                    process.ask_to_stop()
                for process in running:
                    process.must_end_well()
            elif self.daemon:
                print(f"--- sagad said\n{self.daemon.log()[-4000:]}")
        finally:
            for process in self.processes:
                if process.is_running():
                    process.kill()
            shutil.rmtree(self.folder, ignore_errors=True)

    # --- processes

    def spawn(self, arguments, log, **options):
        process = Process([str(argument) for argument in arguments], self.folder / log, **options)
        self.processes.append(process)
        return process

    def sagad_arguments(self, *flags):
        return [BIN / "sagad", "--data", self.data, "--listen", self.wire,
                "--http", f"127.0.0.1:{self.http_port}", *flags]

    def sagad(self, *flags, **options):
        """Starts sagad and waits until it is ready, or has ended."""
        self.daemon = self.spawn(self.sagad_arguments(*flags), "sagad.log", **options)
        until(lambda: self.is_ready() or not self.daemon.is_running(), "sagad is ready")
        return self.daemon

    def is_ready(self):
        """In the words of the log's format."""
        said = self.daemon.log()
        return "ready" in said.splitlines() or '"event":"ready"' in said

    def clock_file(self):
        return self.folder / "clock"

    def set_clock(self, host_s=0, boot_s=0, boot=""):
        """By how much sagad's clocks are shifted from now on, or from its start on: the host's
        clock, and the one that counts while the host is suspended; and what the host calls its
        boot. sagad reads the file at its start and at SIGHUP."""
        self.clock_file().write_text(f"{host_s * 1000} {boot_s * 1000} {boot}\n")
        if self.daemon and self.daemon.is_running():
            before = self.daemon.log().count("what=clock")
            self.daemon.signal(signal.SIGHUP)
            until(lambda: self.daemon.log().count("what=clock") > before, "the clock is read")

    def environment(self):
        return {**SHORT, "SAGAD_CLOCK_FILE": str(self.clock_file())}

    def database(self, service):
        return self.folder / f"{service}.db"

    def participant(self, service):
        return self.spawn([BIN / service, "--endpoint", self.wire, "--accidents", self.accidents,
                           "--database", self.database(service)], f"{service}.log")

    def participants(self):
        return {service: self.participant(service) for service in TABLES}

    def accident(self, action, moment, end="kill"):
        (self.accidents / f"{action}.{moment}.{end}").touch()

    def counts(self):
        """What the wire has seen, as sagad logs it on SIGHUP."""
        before = self.daemon.log().count("event=counts")
        self.daemon.signal(signal.SIGHUP)
        until(lambda: self.daemon.log().count("event=counts") > before, "the counts are logged")
        line = [x for x in self.daemon.log().splitlines() if "event=counts" in x][-1]
        return {k: int(v) for k, v in (w.split("=") for w in line.split()[3:])}

    def counted(self, name):
        return self.counts()[name]

    def ctl(self, *arguments, code=0):
        """Runs sagactl; its exit code must be as said. Gives what it printed."""
        run = subprocess.run(
            [BIN / "sagactl", "--server", f"http://127.0.0.1:{self.http_port}", "--token-file",
             self.data / "admin.token", *map(str, arguments)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * PATIENCE)
        equal(run.returncode, code,
              f"exit of sagactl {' '.join(map(str, arguments))}\n{run.stdout}{run.stderr}")
        return run.stdout + run.stderr

    # --- people

    def token(self):
        return (self.data / "admin.token").read_text().strip()

    def http(self, method, path, body=None, headers=None, token=True):
        """(status, headers, value); a body that is not bytes is sent as JSON."""
        head = {"Authorization": f"Bearer {self.token()}"} if token else {}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            head["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, body, {**head, **(headers or {})})
            answer = connection.getresponse()
            text = answer.read()
            kind = answer.getheader("Content-Type", "")
            value = json.loads(text) if "json" in kind and text else text.decode()
            check_described(method, path, answer.status)
            return answer.status, answer.headers, value

    def try_http(self, *arguments):
        """The answer, when it came and took what was asked; None when sagad was gone."""
        try:
            answer = self.http(*arguments)
        except (OSError, http.client.HTTPException):
            return None
        check(answer[0] in (200, 202, 503), f"{arguments}: {answer}")
        return answer if answer[0] != 503 else None

    def status(self, saga):
        """None while there is no saga, or no sagad."""
        try:
            answer = self.http("GET", f"/v1/sagas/{saga}")
        except (OSError, http.client.HTTPException):
            return None
        return answer[2]["status"] if answer[0] == 200 else None

    def get(self, path):
        status, _, value = self.http("GET", path)
        equal(status, 200, f"GET {path}: {value}")
        return value

    def apply(self, path=BOOKING):
        self.ctl("apply", "-f", path)

    def apply_impatient(self, start_to_close="2s"):
        """The booking for tests in which much fails, or goes on after a crash and nobody knows of
        it: neither waits long, but longer than it takes to see that somebody is dead (SHORT)."""
        path, text = self.folder / "booking.yaml", BOOKING.read_text()
        text = text.replace("start_to_close: 30s", f"start_to_close: {start_to_close}")
        path.write_text(text.replace("initial_interval: 1s", "initial_interval: 100ms"))
        self.apply(path)

    def request(self, trip, saga=None):
        saga = saga or next(self.ids)
        return {"definition": "trip-booking", "id": saga,
                "input": {"trip": trip, "seat": f"{next(self.seats)}A", "name": "Ada"}}

    def book(self, trip="lisbon", saga=None):
        """Starts a booking; gives its id once it is durable."""
        body = self.request(trip, saga)
        status, _, value = self.http("POST", "/v1/sagas", body)
        equal(status, 202, f"start of {body['id']}: {value}")
        return body["id"]

    def show(self, saga):
        return self.get(f"/v1/sagas/{saga}")

    def history(self, saga):
        return self.get(f"/v1/sagas/{saga}/history?limit=500")["items"]

    def events(self, saga):
        """The history in short: ["saga_started", "task_intended flight do" ...]."""
        return [" ".join(str(item[key]) for key in ("type", "step", "kind") if key in item)
                for item in self.history(saga)]

    def step(self, saga, name):
        return next(step for step in self.show(saga)["steps"] if step["step"] == name)

    def settle(self, saga, status, seconds=PATIENCE):
        final = ("completed", "compensated", "parked", "terminated")
        until(lambda: self.show(saga)["status"] in {status, *final}, f"{saga} is {status}", seconds)
        equal(self.show(saga)["status"], status, f"status of {saga}")

    # --- what the participants really hold

    def rows(self, service, saga):
        with contextlib.closing(sqlite3.connect(self.database(service), timeout=10)) as db:
            key = f"{saga}/%"
            table = "SELECT count(*) FROM sqlite_master WHERE name = ?"
            if db.execute(table, (TABLES[service],)).fetchone()[0] == 0:
                return 0  # the participant has just been started
            query = f"SELECT count(*) FROM {TABLES[service]} WHERE key LIKE ?"
            return db.execute(query, (key,)).fetchone()[0]

    def holds(self, saga, count):
        """Each participant's database has so many bookings of the saga."""
        equal({service: self.rows(service, saga) for service in TABLES},
              {service: count for service in TABLES}, f"bookings of {saga}")


class Peer:
    """A peer in another language: one DEALER, one msgpack map a message, nothing else."""

    def __init__(self, world):
        import msgpack
        import zmq
        self.msgpack = msgpack
        self.zmq = zmq
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(world.wire)
        self.pending = []
        self.requests = itertools.count(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.context.term()

    def raw(self, *frames):
        self.socket.send_multipart(frames)

    def send(self, type, **keys):
        self.raw(self.msgpack.packb({"v": 1, "type": type, **keys}))

    def receive(self, wanted, seconds=PATIENCE):
        """The next message that `wanted` (a type, or a function) takes; others are kept."""
        fits = wanted if callable(wanted) else lambda message: message["type"] == wanted
        deadline = time.monotonic() + seconds
        while True:
            for message in self.pending:
                if fits(message):
                    self.pending.remove(message)
                    return message
            left = deadline - time.monotonic()
            check(left > 0 and self.socket.poll(left * 1000),
                  f"after {seconds} s no {wanted}; there were {self.pending}")
            self.pending.append(self.msgpack.unpackb(self.socket.recv()))

    def ask(self, type, **keys):
        """A request and its reply or error."""
        request = f"r{next(self.requests)}"
        self.send(type, request=request, **keys)
        return self.receive(lambda message: message.get("request") == request)

    def ready(self, *actions, instance="python", window=10, **keys):
        self.send("ready", instance=instance, actions=list(actions), window=window, **keys)
        return self.receive("welcome")


def main(tests):
    """Runs the functions called test_..., or those whose names contain an argument; =NAME is the
    one of this name."""
    failures, count = 0, 0
    words = [word.replace("=", "test_", 1) for word in sys.argv[1:]]
    for name, test in list(tests.items()):
        if not name.startswith("test_") or not callable(test):
            continue
        if words and not any(word == name or word in name[len("test_"):] for word in words):
            continue
        count += 1
        begin = time.monotonic()
        try:
            test()
            outcome = "ok"
        except Exception as error:
            outcome = "FAILED"
            failures += 1
            print(error if isinstance(error, Failed) else traceback.format_exc())
            if isinstance(error, Failed):
                print("".join(traceback.format_tb(error.__traceback__)[-2:]), end="")
        print(f"{outcome} {name[5:].replace('_', ' ')} ({time.monotonic() - begin:.1f} s)",
              flush=True)
    if count == 0:
        print(f"no test is called {' or '.join(sys.argv[1:])}")
    sys.exit(1 if failures or count == 0 else 0)

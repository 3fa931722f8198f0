"""coordinator - a scripted coordinator that is as nasty as the protocol allows, to hold SDKs to it.

It is independent of all SDKs: one ROUTER, msgpack, and what a case tells it to say. What it hears
is kept until a case asks for it; nothing sleeps to let something happen.

    with Coordinator() as coordinator:
        ready = coordinator.ready()              # and says welcome
        token = coordinator.task("t/a/do", "kit.echo", input=7)
        result = coordinator.result("t/a/do")
        coordinator.done(("t/a/do", 1, "ok"))
"""
import itertools
import os
import secrets
import sys
import time

import msgpack
import zmq

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from e2e import PATIENCE, check, free_port  # noqa: E402

BEAT, DEAD = 200, 1000  # milliseconds that welcome dictates
READ_MAX = 256  # messages that are read at once


class Coordinator:
    def __init__(self, endpoint=None):
        self.endpoint = endpoint or f"tcp://127.0.0.1:{free_port()}"
        self.context = zmq.Context()
        self.socket = None
        self.heard = []  # (peer, message), what no case has asked for yet
        self.peer = None  # who said `ready` last
        self.results = set()  # (key, attempt) of all results that ever came
        self.sessions = itertools.count(1)
        self.bind()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.unbind()
        self.context.term()

    # ---- the connection

    def bind(self):
        """Serves again at the same place, knowing nobody."""
        self.socket = self.context.socket(zmq.ROUTER)
        self.socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self.socket.linger = 1000
        self.socket.rcvhwm = self.socket.sndhwm = 0
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.socket.bind(self.endpoint)
                return
            except zmq.ZMQError:
                check(time.monotonic() < deadline, f"{self.endpoint} is free again")
                time.sleep(0.01)

    def unbind(self):
        """As after a kill: all connections break, and what lies unread is gone."""
        self.socket.close()
        self.heard.clear()

    def restart(self):
        self.unbind()
        self.bind()

    # ---- saying

    def say(self, type, peer=None, **keys):
        self.raw(msgpack.packb({"v": 1, "type": type, **keys}), peer)

    def raw(self, frame, peer=None):
        self.socket.send_multipart([peer or self.peer, frame])

    def welcome(self, **keys):
        self.say("welcome", **{"session": f"session-{next(self.sessions)}", "heartbeat_ms": BEAT,
                               "dead_ms": DEAD, "max_message": 1 << 20, "nodes": [],
                               "server": {"name": "kit", "version": "9.9"}, **keys})

    def task(self, key, action, attempt=1, kind="do", token=None, **keys):
        """Sends a task; gives its token."""
        token = token or secrets.token_hex(16)
        saga, step, _ = key.rsplit("/", 2)
        more = {} if kind == "do" else {"do_key": f"{saga}/{step}/do", "output": None,
                                        "in_doubt": True}
        self.say("task", **{
            "key": key, "attempt": attempt, "token": token, "saga": saga, "definition": "kit",
            "version": 3, "step": step, "kind": kind, "action": action, "input": None,
            "ttl_ms": 60_000, "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01", **more,
            **keys})
        return token

    def done(self, *rows):
        """Names results: (key, attempt, verdict)."""
        self.say("done", results=[list(row) for row in rows])

    def cancel(self, key, attempt=1):
        self.say("cancel", key=key, attempt=attempt, reason="no longer wanted")

    # ---- hearing

    def read(self, seconds):
        """Takes in some of what has come, waiting so long for the first; False when nothing came.
        Not all: who reads for ever says nothing meanwhile."""
        if not self.socket.poll(max(seconds, 0) * 1000):
            return False
        for _ in range(READ_MAX):
            if not self.socket.poll(0):
                break
            peer, frame = self.socket.recv_multipart()
            message = msgpack.unpackb(frame)
            check(len(frame) <= 1 << 20, f"a {message['type']} of {len(frame)} bytes")
            if message["type"] == "result":
                self.results.add((message["key"], message["attempt"]))
            self.heard.append((peer, message))
        return True

    def find(self, fits):
        for index, (peer, message) in enumerate(self.heard):
            if fits(message):
                del self.heard[index]
                return peer, message
        return None

    def hear(self, what, fits, seconds=PATIENCE):
        """The next message that fits, and from whom."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.find(fits)
            if found:
                return found
            left = deadline - time.monotonic()
            kinds = [message["type"] for _, message in self.heard]
            check(left > 0, f"after {seconds} s no {what}; heard {kinds[-20:]}")
            self.read(left)

    def expect(self, type, seconds=PATIENCE, **keys):
        """The next message of the type that has these keys."""
        def fits(message):
            return message["type"] == type and all(message.get(k) == v for k, v in keys.items())
        return self.hear(f"{type} {keys}", fits, seconds)[1]

    def ready(self, **welcome):
        """Waits for `ready`, and answers it; who has gone meanwhile will say it again."""
        while True:
            self.peer, message = self.hear("ready", lambda message: message["type"] == "ready")
            try:
                self.welcome(**welcome)
                return message
            except zmq.ZMQError as error:
                check(error.errno == zmq.EHOSTUNREACH, f"welcome: {error}")

    def result(self, key, attempt=1, **keys):
        return self.expect("result", key=key, attempt=attempt, **keys)

    def spend(self, seconds, beat=True):
        """Lets time pass, as a coordinator that lives (or one that says nothing)."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if beat:
                self.say("heartbeat")
            self.read(0)
            time.sleep(min(left, BEAT / 1000))

    def count(self, type, **keys):
        """How many such messages were heard and not asked for."""
        self.read(0)
        return sum(message["type"] == type and all(message.get(k) == v for k, v in keys.items())
                   for _, message in self.heard)

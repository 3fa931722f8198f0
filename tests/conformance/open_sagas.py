"""open_sagas - a scripted coordinator for the clients of open sagas, with a model of them in
memory.

It does what the protocol says of begin, register, complete, commit and abort, remembers every
request that it has carried out, and may lose, double or refuse answers, or restart between a
request and its answer. It is independent of all SDKs."""
import threading

import msgpack
import zmq
from coordinator import Coordinator


class Refusal(Exception):
    """(code, message)"""


class OpenSagas:
    def __init__(self):
        self.coordinator = Coordinator()
        self.endpoint = self.coordinator.endpoint
        self.sagas = {}  # id -> {"status", "steps": {name: {"key", "state", ...}}}
        self.requests = []  # types, as they were carried out
        self.frames = []  # keys of each, as they came
        self.lose = set()  # numbers of answers to be lost, from 0
        self.double = False
        self.overload = 0  # so many are answered `overloaded`
        self.restart_at = set()  # numbers of answers in whose place it restarts
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()
        self.coordinator.__exit__()

    def serve(self):
        count = 0
        while not self.is_over.is_set():
            self.coordinator.read(0.02)
            while self.coordinator.heard:
                peer, message = self.coordinator.heard.pop(0)
                if "request" not in message:
                    continue
                answer = self.answer(message)
                if count in self.restart_at:
                    self.coordinator.restart()
                elif count not in self.lose:
                    for _ in range(2 if self.double else 1):
                        try:
                            self.coordinator.raw(msgpack.packb(answer), peer)
                        except zmq.ZMQError:
                            pass  # gone; it asks again
                count += 1

    def answer(self, message):
        head = {"v": 1, "request": message["request"]}
        if self.overload:
            self.overload -= 1
            return {**head, "type": "error", "code": "overloaded", "message": "",
                    "retry_after_ms": 50}
        try:
            reply = getattr(self, message["type"])(message)
        except Refusal as error:
            return {**head, "type": "error", "code": error.args[0], "message": error.args[1]}
        self.requests.append(message["type"])
        self.frames.append(message)
        return {**head, "type": "reply", "colour": "green", **reply}

    # ---- the model

    def begin(self, message):
        is_known = message["saga"] in self.sagas
        saga = self.sagas.setdefault(message["saga"], {
            "status": "running", "steps": {}, "begun": (message["name"], message.get("input"))})
        if saga["begun"] != (message["name"], message.get("input")):
            raise Refusal("idempotency_conflict", "another request")
        return {"saga": message["saga"], "status": saga["status"], "duplicate": is_known}

    def register(self, message):
        saga = self.sagas[message["saga"]]
        step = saga["steps"].get(message["step"])
        request = (message.get("input"), message.get("compensate"), message.get("confirm"))
        if saga["status"] != "running" and not (step and step["state"] == "done"
                                                and saga["status"] == "completed"):
            raise Refusal("conflict", "it is over")
        if step is None or step["state"] == "failed":
            run = step["run"] + 1 if step else 1
            mark = f"~{run}" if run > 1 else ""
            step = {"key": f"{message['saga']}/{message['step']}{mark}/do", "state": "open",
                    "run": run, "request": request, "output": None}
            saga["steps"][message["step"]] = step
            return {"state": "new", "key": step["key"]}
        if step["request"] != request:
            raise Refusal("idempotency_conflict", "another request")
        more = {"output": step["output"]} if step["state"] == "done" else {}
        return {"state": step["state"], "key": step["key"], **more}

    def complete(self, message):
        saga = self.sagas[message["saga"]]
        step = saga["steps"][message["step"]]
        if message.get("key", step["key"]) != step["key"]:
            return {"state": "stale"}
        if saga["status"] not in ("running", "completed"):
            raise Refusal("conflict", "it was aborted")
        if message["status"] == "ok":
            if step["state"] != "done":
                step.update(state="done", output=message.get("output"))
            return {"state": "done"}
        if step["state"] == "done":
            raise Refusal("conflict", "it has succeeded")
        step["error"] = message["error"]
        step["state"] = "open" if message["error"].get("in_doubt") else "failed"
        return {"state": step["state"]}

    def commit(self, message):
        saga = self.sagas[message["saga"]]
        unsure = [name for name, step in saga["steps"].items() if step["state"] == "open"]
        if saga["status"] not in ("running", "completed") or unsure:
            raise Refusal("conflict", f"open: {unsure}")
        saga["status"] = "completed"
        return {"status": "completed", "output": message.get("output")}

    def abort(self, message):
        saga = self.sagas[message["saga"]]
        if saga["status"] == "completed":
            raise Refusal("conflict", "it is committed")
        saga["status"], saga["reason"] = "compensating", message.get("reason")
        return {"status": "compensating"}

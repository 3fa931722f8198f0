"""A real sagad for tests: in a temporary folder, on free ports, gone at the end.

    with sagad.testing.server() as server:
        server.apply({"saga": "trip", "steps": [...]})
        app = sagad.Participant(server.endpoint)
        ...
        server.skip("24h")                        # what sleeps for a day wakes now
        server.kill()                             # as kill -9 would
        server.restart()                          # with all that was acknowledged

The program is SAGAD_BIN (or in the folder SAGAD_BIN), else `sagad` on the PATH."""
from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, Mapping, Optional, Type

from sagad._durations import Duration, milliseconds
from sagad.errors import Error, from_wire

PATIENCE = 30.0  # seconds for a program to come up


def program() -> str:
    """The path of sagad. Raises FileNotFoundError."""
    named = os.environ.get("SAGAD_BIN")
    if named:
        path = Path(named, "sagad") if Path(named).is_dir() else Path(named)
        if not path.is_file():
            raise FileNotFoundError(f"SAGAD_BIN: there is no {path}")
        return str(path)
    found = shutil.which("sagad")
    if found is None:
        raise FileNotFoundError("there is no sagad on the PATH; SAGAD_BIN may name one")
    return found


def free_port() -> int:
    """Below the range of outgoing connections, so that it stays free."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Server:
    """Made by server().

    endpoint  for Participant and Client
    url       of the HTTP API
    token     an administrator's, for the HTTP API
    folder    with the data and the log; gone at the end
    """

    def __init__(self, *arguments: str, env: Optional[Mapping[str, str]] = None) -> None:
        self._program = program()
        self._arguments = arguments
        self.folder = Path(tempfile.mkdtemp(prefix="sagad-test-"))
        self._clock = self.folder / "clock"
        self._env = {**os.environ, "SAGAD_CLOCK_FILE": str(self._clock), **(env or {})}
        self._shift_ms = 0
        self._set_clock(0)
        self.endpoint = self.url = self.token = ""
        self._process: Optional[subprocess.Popen[bytes]] = None

    def __enter__(self) -> Server:
        try:
            self.restart()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self._end()

    def _end(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """Ends it as kill -9 does: nothing is said, nothing is finished. May be called twice."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def restart(self) -> None:
        """Kills it if it runs, and starts it again, on the same ports, with its data. Returns when
        it is ready. Raises RuntimeError, with its last words, when it does not come up."""
        self.kill()
        for _ in range(10 if not self.endpoint else 1):
            if self._launch():
                return
        raise RuntimeError(f"sagad does not come up:\n{self.log()[-2000:]}")

    def _launch(self) -> bool:
        """False when it ended at once: with new ports, somebody may have taken one meanwhile."""
        is_first = not self.token
        if is_first:
            self.endpoint = f"tcp://127.0.0.1:{free_port()}"
            self.url = f"http://127.0.0.1:{free_port()}"
        with open(self.folder / "log", "ab") as log:
            start = log.tell()
            self._process = subprocess.Popen(
                [self._program, "--data", str(self.folder / "data"), "--listen", self.endpoint,
                 "--http", self.url[len("http://"):], *self._arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._env)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if any(word in self.log()[start:] for word in ("\nready\n", '"event":"ready"')) \
                    or self.log()[start:].startswith("ready\n"):
                self.token = (self.folder / "data" / "admin.token").read_text().strip()
                return True
            if self._process.poll() is not None:
                return False
            threading.Event().wait(0.01)
        self.kill()
        return False

    def skip(self, duration: Duration) -> None:
        """Moves its clocks forward, over restarts too: what is due in that time is due now.
        Participants keep theirs; to sagad they were silent for so long, and open new sessions.
        Raises RuntimeError when it does not run, or cannot move its clocks.

            client.start("nap", id="nap-1")          # sleep: 24h
            server.skip("24h")
            client.wait("nap-1", 10)
        """
        if self._process is None:
            raise RuntimeError("sagad does not run")
        self._set_clock(self._shift_ms + milliseconds(duration))
        start = len(self.log())
        self._process.send_signal(signal.SIGHUP)
        until = time.monotonic() + PATIENCE
        while not re.search(r"what[=\":]+clock", said := self.log()[start:]):
            if re.search(r"event[=\":]+counts", said) or time.monotonic() > until:
                raise RuntimeError("this sagad cannot move its clocks (SAGAD_CLOCK_FILE)")
            threading.Event().wait(0.01)

    def _set_clock(self, shift_ms: int) -> None:
        """By how much the host's clock, and the one of its running time, are to be ahead."""
        self._shift_ms = shift_ms
        self._clock.write_text(f"{shift_ms} {shift_ms}\n")

    def log(self) -> str:
        """What it has said."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def stop(self) -> None:
        """Ends it as an operator does, by SIGTERM, and waits for its end."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            process.wait()

    # ---- people

    def http(self, method: str, path: str, body: Any = None) -> Any:
        """A request to the HTTP API as administrator: the value of its answer. Raises Error for
        what was refused.

            server.http("POST", "/v1/sagas/trip-1/reverse", {"reason": "the traveller is ill"})
        """
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                text = answer.read()
                is_json = "json" in answer.headers.get("Content-Type", "")
                return json.loads(text) if is_json and text else text.decode()
        except urllib.error.HTTPError as error:
            raise problem_of(error) from None

    def apply(self, definition: Mapping[str, Any]) -> Dict[str, Any]:
        """Applies a definition, as a map: `sagactl apply`. Raises InvalidDefinition."""
        applied: Dict[str, Any] = self.http("PUT", f"/v1/definitions/{definition['saga']}",
                                            dict(definition))
        return applied


def problem_of(answer: urllib.error.HTTPError) -> Error:
    try:
        problem = json.loads(answer.read())
    except ValueError:
        problem = {}
    text = problem.get("detail") or problem.get("title") or str(answer)
    errors = problem.get("errors") or []
    text = "; ".join([text, *(f"{each.get('pointer')}: {each.get('detail')}" for each in errors)])
    return from_wire({**problem, "message": text, "details": errors or None})


def server(*arguments: str, env: Optional[Mapping[str, str]] = None) -> Server:
    """A real sagad, to be entered by `with`. `arguments` and `env` are the program's own. Raises
    FileNotFoundError when there is none.

        with sagad.testing.server("--dead-after", "1s") as server:
            client = sagad.Client(server.endpoint)
    """
    return Server(*arguments, env=env)

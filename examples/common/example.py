"""example - what the examples in Python share: the package, a sagad of their own, checks.

A line with a mark is a check of a database or of a saga; report() ends the program with 0 only if
all of them held. The programs are those of build/bin, or of SAGA_BIN."""
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = str(ROOT / "participants" / "python")
os.environ["PYTHONPATH"] = os.pathsep.join([PACKAGE, os.environ.get("PYTHONPATH", "")])
os.environ.setdefault("SAGAD_BIN", os.environ.get("SAGA_BIN", str(ROOT / "build" / "bin")))
sys.path.insert(0, PACKAGE)
try:
    import sagad
except ImportError as lacks:
    sys.exit(f"{lacks}: install pyzmq and msgpack (Debian: python3-zmq python3-msgpack)")
import sagad.testing  # noqa: E402

failures = []


def heading(text):
    print(f"\n{text}", flush=True)


def check(what, holds):
    print(f"  {'✓' if holds else '✗'} {what}", flush=True)
    if not holds:
        failures.append(what)


def until(asked, seconds=30):
    """What `asked` gives, as soon as that is true; its last answer when the time is over."""
    end = time.monotonic() + seconds
    while not (answer := asked()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer


def status(server, saga):
    """Of a saga; "none" when there is none of this id."""
    try:
        return server.http("GET", f"/v1/sagas/{saga}")["status"]
    except sagad.NotFound:
        return "none"


def program(*arguments, **env):
    """Starts a Python program of the example."""
    return subprocess.Popen([sys.executable, *arguments], env={**os.environ, **env},
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def report():
    print(f"\n{len(failures)} checks failed." if failures else "\nAll ended right.")
    sys.exit(1 if failures else 0)

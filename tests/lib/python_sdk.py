"""python_sdk - the Python package for tests: from its folder, or built and installed.

    reexec()                  goes on in the environment of python_sdk.txt (psycopg, mypy ...)
    import sagad              from participants/python
"""
import os
import pathlib
import subprocess
import sys

from e2e import BIN, SOURCE

PACKAGE = SOURCE / "participants" / "python"
os.environ.setdefault("SAGAD_BIN", str(BIN))  # for sagad.testing
sys.path.insert(0, str(PACKAGE))


def environment():
    """The folder of the environment, made once a build."""
    lib = SOURCE / "tests" / "lib"
    made = subprocess.run([lib / "venv", lib / "python_sdk.txt"], check=True, text=True,
                          stdout=subprocess.PIPE)
    return pathlib.Path(made.stdout.strip())


def reexec():
    """The rest of the test runs in the environment."""
    folder = environment()
    if pathlib.Path(sys.prefix) != folder:
        python = str(folder / "bin" / "python")
        os.execv(python, [python, *sys.argv])

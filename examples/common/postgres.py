"""postgres - a real PostgreSQL server of one's own: a new cluster, on a socket, gone at the end.

    with Postgres() as server:
        connection = psycopg.connect(server.url)

It refuses to run as root, so as root it runs as the user that Debian's package made."""
import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None  # faster than a disk, and as true here
PATIENCE = 60  # seconds for the server to come up


def state(pid):
    """Of a process: its letter and its parent; two blanks when there is none."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
    except (FileNotFoundError, ProcessLookupError):
        return " ", " "
    return tuple(fields.split()[:2])


def children(pid):
    return [int(name) for name in os.listdir("/proc")
            if name.isdigit() and state(name)[1] == str(pid)]


def is_running(pid):
    return state(pid)[0] not in " ZX"


class Postgres:
    def __enter__(self):
        places = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not places:
            raise FileNotFoundError("there is no PostgreSQL (Debian: postgresql)")
        self.bin = pathlib.Path(places[-1])
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saga-postgres-", dir=MEMORY))
        self.user = {}
        if os.getuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        self.process = None
        try:
            self.run("initdb", "-D", "data", "-U", "saga", "-A", "trust", "--no-sync")
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def run(self, program, *arguments):
        subprocess.run([self.bin / program, *arguments], cwd=self.folder, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **self.user)

    def start(self):
        self.url = f"host={self.folder} user=saga dbname=postgres"
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", "data", "-k", self.folder, "-c",
                 "listen_addresses=", "-c", "max_connections=60"],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self.user)
        ask = [self.bin / "pg_isready", "-q", "-h", self.folder, "-U", "saga", "-d", "postgres"]
        end = time.monotonic() + PATIENCE
        while subprocess.run(ask, check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.02)

    def kill(self):
        """As kill -9 would: the whole server, with all of its sessions. It is stopped first, so
        that it starts no session meanwhile."""
        self.process.send_signal(signal.SIGSTOP)
        sessions = children(self.process.pid)
        for pid in [*sessions, self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        end = time.monotonic() + PATIENCE
        while any(is_running(pid) for pid in sessions) and time.monotonic() < end:
            time.sleep(0.01)

    def restart(self):
        self.kill()
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        self.start()

    def __exit__(self, *_):
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)  # waits for no session
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

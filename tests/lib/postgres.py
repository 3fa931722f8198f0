"""postgres - a real PostgreSQL server for a test: its own cluster, on a socket, gone at the end.

    with Postgres() as server:
        connection = psycopg.connect(server.url)

It refuses to run as root, so as root it runs as the user that Debian's package made."""
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile

from e2e import MEMORY, check, until


class Postgres:
    def __enter__(self):
        places = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        check(places, "PostgreSQL is installed (tests/lib/packages)")
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
        until(lambda: subprocess.run(ask, check=False).returncode == 0, "PostgreSQL is ready")

    def kill(self):
        """As kill -9 would: the whole server, with all of its sessions."""
        self.process.kill()
        self.process.wait()

    def restart(self):
        self.kill()
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        self.start()

    def __exit__(self, *_):
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)  # waits for no session
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

"""Wakes a thread that polls. Any thread may ring, and a signal handler too."""
from __future__ import annotations

import os


class Wake:
    def __init__(self) -> None:
        self.fd, self._write = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._write, False)
        self._is_rung = False

    def ring(self) -> None:
        if not self._is_rung:  # at worst two threads write a byte each
            self._is_rung = True
            try:
                os.write(self._write, b"!")
            except (BlockingIOError, OSError):
                pass  # full, so it is rung; or closed, so nobody sleeps

    def hear(self) -> None:
        """Forgets that it rang. Look for what was put down after this."""
        try:
            os.read(self.fd, 4096)
        except BlockingIOError:
            pass
        self._is_rung = False

    def close(self) -> None:
        self._is_rung = True
        os.close(self.fd)
        os.close(self._write)

"""A daemon of the tests' own: started with a port and fixtures, killed, started again at the same port."""

import os
import signal
import subprocess
import threading
from pathlib import Path

WINDOW = 1.5


class Daemon:
    """`legwork serve` over a folder."""

    def __init__(self, legwork: str, folder: Path, window: float | None = WINDOW, options: list[str] | None = None):
        self.legwork = legwork
        self.folder = folder
        self.window = window
        self.options = ["--fixtures"] if options is None else options
        self.port = 0
        self.log: list[str] = []
        self._process: subprocess.Popen | None = None
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"LEGWORK_STATE": str(self.folder)}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    @property
    def token(self) -> str:
        return (self.folder / "token").read_text().strip()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self):
        window = [] if self.window is None else ["--mcp-window", f"{int(self.window * 1000)}ms"]
        command = [self.legwork, "serve", "--port", str(self.port), *window, *self.options]
        self._process = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        listening = threading.Event()
        threading.Thread(target=self._read, args=(self._process.stderr, listening), daemon=True).start()
        assert listening.wait(60), f"the daemon does not listen: {self.log[-20:]}"
        assert self.is_alive, f"the daemon did not start: {self.log[-20:]}"

    def _read(self, lines, listening: threading.Event):
        for line in lines:
            self.log.append(line.rstrip("\n"))
            if "listening on http://127.0.0.1:" in line:
                self.port = int(line.split("http://127.0.0.1:")[1].split("/")[0])
            if " serves " in line:
                listening.set()
        listening.set()

    def kill(self):
        """As a machine that loses power does it."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(timeout=10)

    def restart(self):
        self.kill()
        self.start()

    def stop(self):
        if self.is_alive:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                raise AssertionError(f"the daemon did not stop: {self.log[-20:]}") from None

    def resident_kilobytes(self) -> int:
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(entry.split()[1]) for entry in status if entry.startswith("VmRSS"))

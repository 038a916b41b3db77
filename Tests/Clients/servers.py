"""The servers that the tests drive, and what each of them offers.

`legwork` is tested when LEGWORK names the command, through its standard input and over HTTP; the example server is tested when it has been
built (or LEGWORK_MCP_EXAMPLE names it), and knows standard input only.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from daemon import Daemon

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "Examples/mcp-stdio-server/.build/debug/mcp-stdio-server"


@dataclass
class Call:
    """A call of a tool, and a piece of the text that it gives in the end."""

    tool: str
    arguments: dict
    text: str


@dataclass
class Server:
    name: str
    # How long a call may take before it becomes a task, in seconds.
    window: float
    # Whether tasks outlive the process that the client starts.
    keeps_tasks: bool
    # Whether the slow tool says how far it has come in numbers.
    counts: bool
    # What a client starts to speak with it over standard input.
    command: list[str]
    environment: dict[str, str]
    # Where it listens; None for standard input.
    url: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def quick(self, text: str) -> Call:
        raise NotImplementedError

    def slow(self, seconds: float) -> Call:
        raise NotImplementedError

    def failing(self, seconds: float) -> Call:
        raise NotImplementedError

    def misfit(self) -> Call:
        """A call whose arguments do not fit; the text is the path that has to be named."""
        raise NotImplementedError

    @property
    def longer(self) -> float:
        """A time that is surely longer than the window."""
        return self.window + 1.0

    def stop(self) -> None:
        """Ends what would outlive the tests."""


class Example(Server):
    def __init__(self, path: Path, state: Path):
        environment = os.environ | {"LEGWORK_WINDOW_MS": "400", "TMPDIR": str(state)}
        super().__init__("example", 0.4, False, True, [str(path)], environment)

    def quick(self, text):
        return Call("word_count", {"text": text}, f"{len(text.split())} words")

    def slow(self, seconds):
        return Call("countdown", {"seconds": seconds}, "Lift-off")

    def failing(self, seconds):
        return Call("countdown", {"seconds": seconds, "failure": "no fuel"}, "no fuel")

    def misfit(self):
        return Call("countdown", {"seconds": "soon"}, "arguments.seconds")


class Legwork(Server):
    def __init__(self, path: str, state: Path, over_http: bool):
        self.daemon = Daemon(path, state)
        super().__init__("legwork", self.daemon.window, True, False, [path, "mcp"], self.daemon.environment)
        if over_http:
            self.url = self.daemon.url
            self.headers = {"Authorization": f"Bearer {self.daemon.token}"}

    def quick(self, text):
        return Call("run_command", {"argv": ["echo", text]}, text)

    def slow(self, seconds):
        return Call("run_command", {"argv": ["sh", "-c", f"echo begin; sleep {seconds}; echo end"]}, "end")

    def failing(self, seconds):
        return Call("run_command", {"argv": ["sh", "-c", f"echo begin; sleep {seconds}; echo no fuel; exit 3"]}, "no fuel")

    def misfit(self):
        return Call("run_command", {"argv": "soon"}, "arguments.argv")

    def stop(self):
        self.daemon.stop()


def example_path() -> Path | None:
    path = Path(os.environ.get("LEGWORK_MCP_EXAMPLE", EXAMPLE))
    return path if path.exists() else None


def legwork_path() -> str | None:
    path = os.environ.get("LEGWORK")
    return path if path else None

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "Clients"))

from daemon import Daemon  # noqa: E402
from homeserver import Synapse  # noqa: E402
from receiver import Receiver  # noqa: E402

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Legwork:
    """A daemon with channels, and the command that speaks to it."""

    def __init__(self, path: str, folder: Path, channels: dict, **rest):
        self.path = path
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "channels.json").write_text(json.dumps({"channels": channels, **rest}))
        (folder / "channels.json").chmod(0o600)
        self.daemon = Daemon(path, folder, options=[])

    def start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [self.path, *arguments], env=self.daemon.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def run(self, *arguments: str, expect: int | None = 0) -> str:
        done = subprocess.run(
            [self.path, *arguments], env=self.daemon.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
        )
        assert expect is None or done.returncode == expect, (done.returncode, done.stdout, done.stderr, self.daemon.log[-20:])
        return done.stdout

    def json(self, *arguments: str):
        return json.loads(self.run(*arguments, "--json"))

    def submit(self, channel: str, *command: str) -> str:
        """Queues a command whose end is told in a channel, and gives the task's id."""
        arguments = json.dumps({"argv": list(command)})
        return self.run("submit", "--redirect", channel, "--quiet", "run_command", arguments).strip()


@pytest.fixture
def legwork(tmp_path):
    """Makes a `Legwork` with channels."""
    path = os.environ.get("LEGWORK")
    assert path, "run scripts/channel-tests"
    made = []

    def make(channels: dict, **rest) -> Legwork:
        made.append(Legwork(path, tmp_path / f"state{len(made)}", channels, **rest))
        return made[-1]

    yield make
    for each in made:
        each.daemon.stop()


@pytest.fixture
def receiver():
    made = Receiver(SECRET)
    yield made
    made.stop()


@pytest.fixture
def synapse(tmp_path):
    made = Synapse(tmp_path / "synapse")
    yield made
    made.stop()

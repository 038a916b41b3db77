import json
import sys
from fnmatch import fnmatch
from pathlib import Path

import checks
import pytest
import servers
import wire
from http_tap import HTTPTap

HERE = Path(__file__).parent

# Which environment runs what. Each test runs once, except those whose point is the SDK that checks or drives it.
ENVIRONMENTS = {
    "mcp1": ["test_legacy_client.py", "test_openai_agents.py", "test_langchain.py", "test_strands.py", "test_spec_2025_*.py", "test_wire.py"],
    "mcp2": [
        "test_modern_client.py",
        "test_fastmcp.py",
        "test_pydantic_ai.py",
        "test_spec_2026_*.py",
        "test_wire.py",
        "test_host*.py",
        "test_restarts.py",
        "test_http_*.py",
    ],
    "strands": ["test_strands.py"],
}
_environment = next((name for name in ENVIRONMENTS if f".venv-{name}" in sys.prefix), None)
if _environment is None:
    raise RuntimeError("run scripts/client-tests: the tests are spread over environments with different clients")
collect_ignore = [
    path.name for path in HERE.glob("test_*.py") if not any(fnmatch(path.name, pattern) for pattern in ENVIRONMENTS[_environment])
]

if checks.schema_folder() is None:
    sys.stderr.write("LEGWORK_MCP_SCHEMAS names no folder with the protocol's schemas: messages are checked against the SDK's types only\n")


@pytest.fixture
def anyio_backend():
    return "asyncio"


def start(name: str, folder: Path) -> servers.Server:
    if name == "example":
        path = servers.example_path()
        if path is None:
            pytest.skip("the example server is not built: swift build --package-path Examples/mcp-stdio-server")
        return servers.Example(path, folder)
    path = servers.legwork_path()
    if path is None:
        pytest.skip("LEGWORK does not name the command")
    return servers.Legwork(path, folder, over_http=name == "http")


def started(name: str, folder: Path):
    chosen = start(name, folder)
    yield chosen
    chosen.stop()


@pytest.fixture(params=["example", "stdio", "http"])
def server(request, tmp_path):
    """Every server in turn, over everything it listens at."""
    yield from started(request.param, tmp_path)


@pytest.fixture(params=["example", "stdio"])
def stdio_server(request, tmp_path):
    yield from started(request.param, tmp_path)


@pytest.fixture(params=["stdio", "http"])
def legwork(request, tmp_path):
    yield from started(request.param, tmp_path)


@pytest.fixture
def shim(tmp_path):
    """Legwork over standard input, where a process of the client's stands between it and the daemon."""
    yield from started("stdio", tmp_path)


@pytest.fixture
def http_server(tmp_path):
    yield from started("http", tmp_path)


def conversation(server):
    with wire.connect(server) as line:
        yield line
    checks.check(line.records)


@pytest.fixture
def line(server):
    """A conversation without an SDK. What the server said is checked in the end."""
    yield from conversation(server)


@pytest.fixture
def stdio_line(stdio_server):
    """The same over standard input only, where requests of a conversation share a pipe."""
    yield from conversation(stdio_server)


@pytest.fixture
def talk(legwork):
    """The same with legwork only, which offers the fixtures."""
    yield from conversation(legwork)


class Door:
    """How a client gets at a server, with a recorder between."""

    def __init__(self, server: servers.Server, folder: Path):
        self.server = server
        self.environment = server.environment
        self.headers = server.headers
        self.command: list[str] | None = None
        self.url: str | None = None
        self._record = folder / "record.jsonl"
        self._tap: HTTPTap | None = None
        if server.url is None:
            self.command = [sys.executable, str(HERE / "tap.py"), str(self._record), *server.command]
        else:
            self._tap = HTTPTap(lambda: server.daemon.port)
            self.url = self._tap.url

    @property
    def records(self) -> list[dict]:
        if self._tap is not None:
            return self._tap.records
        return [json.loads(line) for line in self._record.read_text().splitlines()] if self._record.exists() else []

    def asked(self, method: str) -> list[dict]:
        """What the client asked by a method."""
        found = []
        for record in self.records:
            if record["from"] == "client" and f'"{method}"' in record["line"]:
                message = json.loads(record["line"])
                if message.get("method") == method:
                    found.append(message)
        return found

    def stop(self):
        if self._tap is not None:
            self._tap.stop()
        assert checks.check(self.records) > 0, "nothing was recorded"


def door_of(server, folder: Path):
    chosen = Door(server, folder)
    yield chosen
    chosen.stop()


@pytest.fixture
def door(server, tmp_path):
    yield from door_of(server, tmp_path)


@pytest.fixture
def legwork_door(legwork, tmp_path):
    yield from door_of(legwork, tmp_path)

import json
import sys
from pathlib import Path

import pytest
import servers
import wire

HERE = Path(__file__).parent

# Each SDK has tests of its own; the others need none.
collect_ignore = ["test_modern_client.py"] if wire.SDK == 1 else ["test_legacy_client.py"]

if wire.schema_folder() is None:
    sys.stderr.write("LEGWORK_MCP_SCHEMAS names no folder with the protocol's schemas: messages are checked against the SDK's types only\n")


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(params=["example", "legwork"])
def server(request, tmp_path):
    if request.param == "example":
        path = servers.example_path()
        if path is None:
            pytest.skip("the example server is not built: swift build --package-path Examples/mcp-stdio-server")
        chosen = servers.Example(path, tmp_path)
    else:
        path = servers.legwork_path()
        if path is None:
            pytest.skip("LEGWORK does not name the command")
        chosen = servers.Legwork(path, tmp_path)
    yield chosen
    chosen.stop()


@pytest.fixture
def tapped(server, tmp_path):
    """The command of the server with a recorder before it. What was recorded is checked in the end."""
    record = tmp_path / "record.jsonl"
    command = [sys.executable, str(HERE / "tap.py"), str(record), *server.command]
    yield command
    lines = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
    assert wire.check(lines) > 0, "nothing was recorded"

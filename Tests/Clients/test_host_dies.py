"""The host is killed while a call goes on. The process that it started leaves; with a daemon behind it the work goes on."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from wire import StdioWire, modern

HOST = """
import json, subprocess, sys, time
command = json.loads(sys.argv[1])
server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
server.stdin.write(sys.argv[2].encode() + b"\\n")
server.stdin.flush()
print(server.pid, flush=True)
time.sleep(600)
"""


def dead(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/status") as status:
                if any(line.startswith("State:\tZ") for line in status):
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


def call_and_die(server, request: str) -> int:
    """A host that begins a call and is killed with SIGKILL; gives the process that it had started."""
    host = subprocess.Popen(
        [sys.executable, "-c", HOST, json.dumps(server.command), request], stdout=subprocess.PIPE, env=server.environment
    )
    child = int(host.stdout.readline())
    time.sleep(server.window / 2)
    os.kill(host.pid, signal.SIGKILL)
    host.wait()
    return child


def requests(call):
    legacy = {"jsonrpc": "2.0", "id": "call", "method": "tools/call", "params": {"name": call.tool, "arguments": call.arguments}}
    handshake = {
        "jsonrpc": "2.0",
        "id": "init",
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "host", "version": "1"}},
    }
    return {
        "legacy": json.dumps(handshake) + "\n" + json.dumps(legacy),
        "modern": json.dumps(legacy | {"params": modern(legacy["params"])}),
    }


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_the_process_it_started_leaves(stdio_server, era):
    child = call_and_die(stdio_server, requests(stdio_server.slow(stdio_server.longer))[era])
    assert dead(child, 10), "the server outlived its host"


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_the_work_goes_on_and_is_found_by_another_session(shim, era):
    call = shim.slow(shim.longer)
    call_and_die(shim, requests(call)[era])
    with StdioWire(shim) as line:
        listed = line.ask("tools/call", modern({"name": "list_tasks"}))["result"]["structuredContent"]["tasks"]
        assert len(listed) == 1
        arguments = {"task_id": listed[0]["task_id"], "timeout": 30}
        done = line.ask("tools/call", modern({"name": "await_task", "arguments": arguments}))["result"]
        assert done["structuredContent"]["status"] == "completed"
        assert call.text in "\n".join(block["text"] for block in done["content"])


def test_the_shim_itself_is_killed(shim):
    call = shim.slow(shim.longer)
    line = StdioWire(shim)
    line.begin("tools/call", modern({"name": call.tool, "arguments": call.arguments}), id="call")
    time.sleep(shim.window / 2)
    line.process.send_signal(signal.SIGKILL)
    line.process.wait()
    with StdioWire(shim) as line:
        listed = line.ask("tools/call", modern({"name": "list_tasks"}))["result"]["structuredContent"]["tasks"]
        assert len(listed) == 1
        arguments = {"task_id": listed[0]["task_id"], "timeout": 30}
        done = line.ask("tools/call", modern({"name": "await_task", "arguments": arguments}))["result"]
        assert done["structuredContent"]["status"] == "completed"

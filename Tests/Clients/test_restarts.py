"""A daemon that is killed and started again while clients wait for its tasks: each goes on, and nothing acknowledged is lost.

Commands outlive the daemon, so their tasks go on where they were.
"""

import threading
import time

import anyio
import pytest
import tasks_extension as tasks
from conftest import Door
from fastmcp import Client as FastClient
from fastmcp.client.transports import StreamableHttpTransport
from fastmcp_tasks.client import call_tool_task
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client
from wire import Endpoint, HTTPWire, StdioWire, modern, request

TERMINAL = ("completed", "failed", "cancelled")


def ended(ask, timeout: float = 40.0) -> dict:
    """Polls, whatever happens to single requests, until the task has ended."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            state = ask()
            if state["status"] in TERMINAL:
                return state
        except (OSError, AssertionError):
            pass
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_modern_client_that_polls_over_http(http_server):
    endpoint = Endpoint(http_server.url, http_server.headers)
    call = http_server.slow(http_server.longer + 1)
    _, answer = endpoint.ask("tools/call", modern({"name": call.tool, "arguments": call.arguments}))
    task = answer["result"]["taskId"]
    states = []
    killed = threading.Event()

    def ask():
        if not killed.is_set() and states:
            http_server.daemon.restart()
            killed.set()
        state = endpoint.ask("tasks/get", modern({"taskId": task}))[1]["result"]
        states.append(state["status"])
        return state

    end = ended(ask)
    assert killed.is_set()
    assert end["status"] == "completed"
    assert call.text in str(end["result"]["content"])
    # It was never lost on the way, and never anything but working before its end.
    assert set(states[:-1]) == {"working"}


def test_a_modern_client_that_polls_through_the_shim(shim):
    with StdioWire(shim) as line:
        call = shim.slow(shim.longer + 1)
        task = line.result("tools/call", modern({"name": call.tool, "arguments": call.arguments}))["taskId"]
        assert line.result("tasks/get", modern({"taskId": task}))["status"] == "working"
        shim.daemon.restart()

        def ask():
            answer = line.ask("tasks/get", modern({"taskId": task}))
            assert "result" in answer, answer
            return answer["result"]

        end = ended(ask)
        assert end["status"] == "completed"
        assert call.text in str(end["result"]["content"])


def test_a_client_with_a_handshake_through_the_shim(shim):
    with StdioWire(shim) as line:
        line.initialize()
        call = shim.slow(shim.longer + 1)
        task = line.call(call.tool, call.arguments)["structuredContent"]["task_id"]
        shim.daemon.restart()

        def ask():
            answer = line.ask("tools/call", {"name": "await_task", "arguments": {"task_id": task, "timeout": 30}})
            assert "result" in answer, answer
            return answer["result"]["structuredContent"]

        assert ended(ask)["status"] == "completed"


def test_a_session_over_http_is_over_and_its_task_is_not(http_server):
    """The client hears 404, begins a new session, as the specification has it, and finds its task."""
    line = HTTPWire(http_server)
    line.initialize()
    call = http_server.slow(http_server.longer + 1)
    task = line.call(call.tool, call.arguments)["structuredContent"]["task_id"]
    http_server.daemon.restart()
    response = line.endpoint.post(request("ping", {}), line.headers())
    assert response.status == 404
    response.close()
    with HTTPWire(http_server) as again:
        again.initialize()
        done = again.call("await_task", {"task_id": task, "timeout": 30})
        assert done["structuredContent"]["status"] == "completed"
        assert call.text in "\n".join(block.get("text", "") for block in done["content"])


def test_a_task_with_a_question_keeps_it(http_server):
    """What asks is no command: its tool cannot go on, and the task says so, in the end as after."""
    endpoint = Endpoint(http_server.url, http_server.headers)
    _, answer = endpoint.ask("tools/call", modern({"name": "confirm_delete", "arguments": {"filename": "a.txt"}}))
    task = answer["result"]["taskId"]
    http_server.daemon.restart()
    state = endpoint.ask("tasks/get", modern({"taskId": task}))[1]["result"]
    assert state["taskId"] == task
    assert state["status"] in ("working", "input_required", "failed")


def test_many_tasks_and_many_kills(http_server):
    endpoint = Endpoint(http_server.url, http_server.headers)
    call = http_server.slow(http_server.longer + 2)
    results = {}

    def begin(number):
        answer = endpoint.ask("tools/call", modern({"name": call.tool, "arguments": call.arguments}))[1]
        results[number] = answer["result"]["taskId"]

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == 8
    for _ in range(3):
        http_server.daemon.restart()
    for task in results.values():
        end = ended(lambda task=task: endpoint.ask("tasks/get", modern({"taskId": task}))[1]["result"])
        assert end["status"] == "completed"


# MARK: - Real clients


@pytest.fixture
def door(legwork, tmp_path):
    door = Door(legwork, tmp_path)
    yield door
    door.stop()


@pytest.mark.anyio
async def test_the_sdk_that_polls(legwork, door):
    if door.url is None:
        target = StdioServerParameters(command=door.command[0], args=door.command[1:], env=door.environment)
    else:
        target = streamable_http_client(door.url, http_client=create_mcp_http_client(headers=door.headers))
    async with Client(target, extensions=[tasks.Tasks()]) as client:
        call = legwork.slow(legwork.longer + 1)
        created = await client.session.call_tool(call.tool, call.arguments, allow_claimed=True)
        await anyio.to_thread.run_sync(legwork.daemon.restart)
        with anyio.fail_after(40):
            while True:
                state = await tasks.get(client.session, created.task_id)
                if state.status in TERMINAL:
                    break
                await anyio.sleep(0.1)
        assert state.status == "completed"
        assert call.text in str(state.result["content"])


@pytest.mark.anyio
async def test_fastmcp_that_polls(http_server, tmp_path):
    door = Door(http_server, tmp_path)
    async with FastClient(StreamableHttpTransport(door.url, headers=door.headers)) as client:
        call = http_server.slow(http_server.longer + 1)
        task = await call_tool_task(client, call.tool, call.arguments)
        await anyio.to_thread.run_sync(http_server.daemon.restart)
        assert (await task.wait(timeout=40)).status == "completed"
        assert call.text in str((await task.result()).content)
    door.stop()

"""A daemon that is killed and started again while clients wait for its tasks: each goes on, and nothing acknowledged is lost.

What such a task was doing is begun again where its tool says that it may be; a command is not, and waits for somebody to say so.
"""

import threading
import time
from dataclasses import dataclass

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


@dataclass
class Long:
    """A call that is begun again when its daemon has gone: the same in every way, but that it takes its time once more."""

    tool: str
    arguments: dict
    text: str


def long(seconds: float = 3.0) -> Long:
    return Long("slow_compute", {"seconds": seconds, "label": "long way"}, "long way")


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
    call = long()
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
        call = long()
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
        call = long()
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
    call = long()
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


def resumed(endpoint: Endpoint, task: str) -> dict:
    """Lets a task go on that nobody executes any more."""
    state = endpoint.ask("tasks/get", modern({"taskId": task}))[1]["result"]
    assert state["status"] == "working"
    assert "resume_task" in state["statusMessage"]
    return endpoint.ask("tools/call", modern({"name": "resume_task", "arguments": {"task_id": task}}))[1]["result"]


def test_a_command_stops_says_so_and_goes_on_when_it_is_told_to(http_server):
    endpoint = Endpoint(http_server.url, http_server.headers)
    call = http_server.slow(http_server.longer)
    task = endpoint.ask("tools/call", modern({"name": call.tool, "arguments": call.arguments}))[1]["result"]["taskId"]
    http_server.daemon.restart()
    assert not resumed(endpoint, task).get("isError")
    end = ended(lambda: endpoint.ask("tasks/get", modern({"taskId": task}))[1]["result"])
    assert end["status"] == "completed"
    assert call.text in str(end["result"]["content"])


def test_a_command_that_stopped_can_be_cancelled(http_server):
    endpoint = Endpoint(http_server.url, http_server.headers)
    call = http_server.slow(60)
    task = endpoint.ask("tools/call", modern({"name": call.tool, "arguments": call.arguments}))[1]["result"]["taskId"]
    http_server.daemon.restart()
    assert endpoint.ask("tasks/cancel", modern({"taskId": task}))[1]["result"]["resultType"] == "complete"
    assert ended(lambda: endpoint.ask("tasks/get", modern({"taskId": task}))[1]["result"])["status"] == "cancelled"


def test_a_task_with_a_question_asks_it_again(http_server):
    endpoint = Endpoint(http_server.url, http_server.headers)
    task = endpoint.ask("tools/call", modern({"name": "confirm_delete", "arguments": {"filename": "a.txt"}}))[1]["result"]["taskId"]

    def asked() -> dict:
        deadline = time.monotonic() + 20
        while (state := endpoint.ask("tasks/get", modern({"taskId": task}))[1]["result"])["status"] != "input_required":
            assert time.monotonic() < deadline, state
        return state["inputRequests"]

    asked()
    http_server.daemon.restart()
    state = endpoint.ask("tasks/get", modern({"taskId": task}))[1]["result"]
    if state["status"] == "working":
        assert not resumed(endpoint, task).get("isError")
    responses = {key: {"action": "accept", "content": {"confirm": True}} for key in asked()}
    endpoint.ask("tasks/update", modern({"taskId": task, "inputResponses": responses}))
    end = ended(lambda: endpoint.ask("tasks/get", modern({"taskId": task}))[1]["result"])
    assert end["status"] == "completed"
    assert "Deleted" in str(end["result"]["content"])


def test_many_tasks_and_many_kills(http_server):
    endpoint = Endpoint(http_server.url, http_server.headers)
    call = long()
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
        call = long()
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
        call = long()
        task = await call_tool_task(client, call.tool, call.arguments)
        await anyio.to_thread.run_sync(http_server.daemon.restart)
        assert (await task.wait(timeout=40)).status == "completed"
        assert call.text in str((await task.result()).content)
    door.stop()

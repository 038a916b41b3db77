"""The official client of the revisions with a handshake (mcp 1.x) and a server of ours."""

from contextlib import asynccontextmanager
from datetime import timedelta

import anyio
import pytest
from mcp import ClientSession, McpError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.types import CallToolResult, CreateMessageResult, ElicitResult, ResourceTemplateReference, TextContent
from pydantic import AnyUrl

pytestmark = pytest.mark.anyio
COMPANIONS = ["check_task", "await_task", "list_tasks", "cancel_task", "task_output"]


@asynccontextmanager
async def streams(door):
    if door.url is None:
        parameters = StdioServerParameters(command=door.command[0], args=door.command[1:], env=door.environment)
        async with stdio_client(parameters) as (read, write):
            yield read, write
    else:
        async with create_mcp_http_client(headers=door.headers) as client:
            async with streamable_http_client(door.url, http_client=client) as (read, write, _):
                yield read, write


@asynccontextmanager
async def connected(door, **callbacks):
    async with streams(door) as (read, write), ClientSession(read, write, **callbacks) as session:
        await session.initialize()
        yield session


def text(result) -> str:
    return "\n".join(block.text for block in result.content if block.type == "text")


async def ticket(session, call) -> str:
    """Makes a call that takes longer than the window; gives the task's id."""
    result = await session.call_tool(call.tool, call.arguments)
    assert not result.isError
    assert result.structuredContent["status"] == "running"
    assert result.structuredContent["next"] == "await_task"
    assert result.structuredContent["tool_name"] == call.tool
    assert result.structuredContent["poll_after_ms"] > 0
    task = result.structuredContent["task_id"]
    assert task in text(result)
    return task


async def companion(session, name, **arguments):
    result = await session.call_tool(name, arguments, read_timeout_seconds=timedelta(seconds=60))
    assert not result.isError, text(result)
    return result


async def test_handshake_and_list(server, door):
    async with streams(door) as (read, write), ClientSession(read, write) as session:
        answer = await session.initialize()
        assert answer.protocolVersion == "2025-11-25"
        assert answer.capabilities.tools is not None
        assert answer.capabilities.tasks.requests.tools.call is not None
        assert "await_task" in answer.instructions
        await session.send_ping()
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert set(COMPANIONS) < set(tools)
        for name in ["check_task", "await_task", "list_tasks", "task_output"]:
            assert tools[name].annotations.readOnlyHint
        assert tools["cancel_task"].annotations.destructiveHint
        for tool in tools.values():
            assert tool.inputSchema["type"] == "object"
            assert "properties" in tool.inputSchema


async def test_quick_call_is_answered_inline(server, door):
    async with connected(door) as session:
        call = server.quick("one two three")
        result = await session.call_tool(call.tool, call.arguments)
        assert not result.isError
        assert call.text in text(result)


async def test_slow_call_gives_a_ticket_and_then_its_result(server, door):
    async with connected(door) as session:
        await session.list_tools()
        call = server.slow(server.longer)
        task = await ticket(session, call)
        looked = await companion(session, "check_task", task_id=task)
        assert looked.structuredContent["status"] == "running"
        ended = await companion(session, "await_task", task_id=task, timeout=30)
        assert ended.structuredContent["status"] == "completed"
        assert ended.structuredContent["task_id"] == task
        assert call.text in text(ended)
        again = await companion(session, "check_task", task_id=task[:12])
        assert again.structuredContent["status"] == "completed"
        assert again.structuredContent["elapsed_seconds"] == ended.structuredContent["elapsed_seconds"]


async def test_await_gives_up_without_an_error(server, door):
    async with connected(door) as session:
        task = await ticket(session, server.slow(server.longer + 5))
        waited = await companion(session, "await_task", task_id=task, timeout=0.5)
        assert waited.structuredContent["status"] == "running"
        assert waited.structuredContent["timed_out"] is True
        await companion(session, "cancel_task", task_id=task)


async def test_failed_task_is_reported(server, door):
    async with connected(door) as session:
        call = server.failing(server.longer)
        task = await ticket(session, call)
        ended = await companion(session, "await_task", task_id=task, timeout=30)
        assert ended.structuredContent["status"] == "failed"
        assert call.text in text(ended)


async def test_cancel(server, door):
    async with connected(door) as session:
        task = await ticket(session, server.slow(120))
        cancelled = await companion(session, "cancel_task", task_id=task)
        assert cancelled.structuredContent["disposition"] == "requested"
        ended = await companion(session, "await_task", task_id=task, timeout=30)
        assert ended.structuredContent["status"] == "cancelled"
        again = await companion(session, "cancel_task", task_id=task)
        assert again.structuredContent["disposition"] == "already_finished"


async def test_list_and_output(server, door):
    async with connected(door) as session:
        tasks = [await ticket(session, server.slow(server.longer)) for _ in range(3)]
        page = await companion(session, "list_tasks", limit=2)
        assert [entry["task_id"] for entry in page.structuredContent["tasks"]] == [tasks[2], tasks[1]]
        rest = await companion(session, "list_tasks", limit=2, cursor=page.structuredContent["next_cursor"])
        assert [entry["task_id"] for entry in rest.structuredContent["tasks"]] == [tasks[0]]
        ended = await companion(session, "await_task", task_ids=tasks, mode="all", timeout=50)
        assert ended.structuredContent["settled"] == 3
        finished = await companion(session, "list_tasks", status="finished")
        assert finished.structuredContent["count"] == 3
        output = await companion(session, "task_output", task_id=tasks[0])
        assert output.structuredContent["total_bytes"] > 0
        whole = output.structuredContent["output"]
        first = await companion(session, "task_output", task_id=tasks[0], offset=0, limit=5)
        assert whole.startswith(first.structuredContent["output"])
        assert first.structuredContent["next_offset"] == 5
        assert first.structuredContent["more"] is True


async def test_progress(server, door):
    heard: list[tuple[float, float | None, str | None]] = []

    async def progress(value, total, message):
        heard.append((value, total, message))

    async with connected(door) as session:
        call = server.slow(server.longer + 5)
        result = await session.call_tool(call.tool, call.arguments, progress_callback=progress)
        task = result.structuredContent["task_id"]
        if server.counts:
            assert heard, "the tool counts within the window"
        within = len(heard)
        await session.call_tool("await_task", {"task_id": task, "timeout": 6}, progress_callback=progress)
        await companion(session, "cancel_task", task_id=task)
    # While it waits the client hears of every change, and at least something every five seconds.
    assert len(heard) > within
    values = [value for value, _, _ in heard[within:]]
    assert values == sorted(set(values))
    assert [value for value, _, _ in heard[:within]] == sorted({value for value, _, _ in heard[:within]})


async def test_unknown_tool_is_an_error_of_the_protocol(server, door):
    async with connected(door) as session:
        with pytest.raises(McpError) as caught:
            await session.call_tool("chekc_task", {})
        assert caught.value.error.code == -32602
        assert "check_task" in caught.value.error.message


async def test_bad_arguments_are_a_result_that_names_the_path(server, door):
    async with connected(door) as session:
        call = server.misfit()
        result = await session.call_tool(call.tool, call.arguments)
        assert result.isError
        assert call.text in text(result)
        unknown = await session.call_tool("check_task", {"task_id": "abcd", "verbose": True})
        assert unknown.isError
        assert "verbose" in text(unknown)


async def test_unknown_task_is_an_error(server, door):
    async with connected(door) as session:
        for name in ["check_task", "await_task", "cancel_task", "task_output"]:
            result = await session.call_tool(name, {"task_id": "task_aaaaaaaaaaaaaaaaaaaaaaaaaa"})
            assert result.isError
            assert result.structuredContent["error"]["code"] == "not_found"


async def test_requests_run_side_by_side(server, door):
    async with connected(door) as session:
        finished: list[str] = []

        async def run(name, call):
            await session.call_tool(call.tool, call.arguments)
            finished.append(name)

        with anyio.fail_after(30):
            async with anyio.create_task_group() as group:
                group.start_soon(run, "slow", server.slow(server.window * 0.7))
                await anyio.sleep(0.05)
                for number in range(5):
                    group.start_soon(run, "quick", server.quick(f"{number}"))
        assert finished == ["quick"] * 5 + ["slow"]


async def test_call_of_a_client_that_gave_up_is_not_lost(server, door):
    async with connected(door) as session:
        call = server.slow(60)
        with pytest.raises(McpError):
            await session.call_tool(call.tool, call.arguments, read_timeout_seconds=timedelta(seconds=server.window / 2))
        # This client only stops listening: it sends no cancellation, so the call becomes a task that can be found and cancelled.
        with anyio.fail_after(20):
            while True:
                page = await companion(session, "list_tasks", status="active")
                if page.structuredContent["count"] == 1:
                    break
                await anyio.sleep(0.1)
        # The answer that nobody waits for has to be out of the way: this client cannot bear one while it leaves.
        await anyio.sleep(server.window)
        task = page.structuredContent["tasks"][0]["task_id"]
        await companion(session, "cancel_task", task_id=task)
        ended = await companion(session, "await_task", task_id=task, timeout=30)
        assert ended.structuredContent["status"] == "cancelled"


# MARK: - What only legwork offers


def filled(schema: dict) -> dict:
    samples = {"boolean": True, "string": "Ada", "integer": 3, "number": 3}
    return {name: member.get("enum", [samples.get(member["type"])])[0] for name, member in schema["properties"].items()}


async def test_task_that_the_client_drives(legwork, legwork_door):
    async with connected(legwork_door) as session:
        call = legwork.slow(legwork.longer)
        created = await session.experimental.call_tool_as_task(call.tool, call.arguments, ttl=60_000)
        task = created.task.taskId
        assert created.task.status == "working"
        assert task in {entry.taskId for entry in (await session.experimental.list_tasks()).tasks}
        seen = [state.status async for state in session.experimental.poll_task(task)]
        assert seen[-1] == "completed"
        result = await session.experimental.get_task_result(task, CallToolResult)
        assert call.text in text(result)
        assert result.meta["io.modelcontextprotocol/related-task"] == {"taskId": task}


async def test_task_that_fails_and_task_that_is_cancelled(legwork, legwork_door):
    async with connected(legwork_door) as session:
        task = (await session.experimental.call_tool_as_task("failing_job", {})).task.taskId
        seen = [state.status async for state in session.experimental.poll_task(task)]
        assert seen[-1] == "failed"
        assert (await session.experimental.get_task_result(task, CallToolResult)).isError
        call = legwork.slow(60)
        task = (await session.experimental.call_tool_as_task(call.tool, call.arguments)).task.taskId
        assert (await session.experimental.cancel_task(task)).status == "cancelled"
        for again in (session.experimental.cancel_task(task), session.experimental.get_task("task_aaaaaaaaaaaaaaaaaaaaaaaaaa")):
            with pytest.raises(McpError) as caught:
                await again
            assert caught.value.error.code == -32602


async def test_task_that_asks(legwork, legwork_door):
    asked = []

    async def answer(context, params):
        asked.append(params.message)
        return ElicitResult(action="accept", content=filled(params.requestedSchema))

    async with connected(legwork_door, elicitation_callback=answer) as session:
        task = (await session.experimental.call_tool_as_task("confirm_delete", {"filename": "a.txt"})).task.taskId
        result = await session.experimental.get_task_result(task, CallToolResult)
        assert "a.txt" in text(result)
        assert len(asked) == 1


async def test_questions_and_samples_within_a_call(legwork, legwork_door):
    async def answer(context, params):
        return ElicitResult(action="accept", content=filled(params.requestedSchema))

    async def sample(context, params):
        return CreateMessageResult(role="assistant", content=TextContent(type="text", text="sampled"), model="scripted")

    async with connected(legwork_door, elicitation_callback=answer, sampling_callback=sample) as session:
        assert "Ada" in text(await session.call_tool("test_elicitation", {"message": "Who are you?"}))
        assert "sampled" in text(await session.call_tool("test_sampling", {"prompt": "Say something"}))


async def test_logging(legwork, legwork_door):
    heard = []

    async def log(params):
        heard.append(params.level)

    async with connected(legwork_door, logging_callback=log) as session:
        await session.set_logging_level("debug")
        await session.call_tool("test_tool_with_logging", {})
        # What was logged is on its way before the answer to what is asked next.
        await session.send_ping()
    assert len(heard) >= 3


async def test_resources_prompts_and_completion(legwork, legwork_door):
    async with connected(legwork_door) as session:
        assert "test://static-text" in {str(resource.uri) for resource in (await session.list_resources()).resources}
        assert (await session.read_resource(AnyUrl("test://static-text"))).contents[0].text
        templates = [template.uriTemplate for template in (await session.list_resource_templates()).resourceTemplates]
        assert "test_simple_prompt" in {prompt.name for prompt in (await session.list_prompts()).prompts}
        assert (await session.get_prompt("test_prompt_with_arguments", {"arg1": "one", "arg2": "two"})).messages
        task = await ticket(session, legwork.slow(legwork.longer))
        assert (await session.read_resource(AnyUrl(f"task://{task}"))).contents
        template = next(template for template in templates if template.startswith("task://"))
        name = template.split("{")[1].split("}")[0].lstrip("+")
        reference = ResourceTemplateReference(type="ref/resource", uri=template)
        assert (await session.complete(reference, {"name": name, "value": task[:12]})).completion.values == [task]


async def test_subscription(legwork, legwork_door):
    heard = []

    async def listen(message):
        if getattr(getattr(message, "root", None), "method", None) == "notifications/resources/updated":
            heard.append(str(message.root.params.uri))

    async with connected(legwork_door, message_handler=listen) as session:
        task = await ticket(session, legwork.slow(legwork.longer))
        await session.subscribe_resource(AnyUrl(f"task://{task}"))
        await companion(session, "await_task", task_id=task, timeout=30)
        with anyio.fail_after(10):
            while not heard:
                await anyio.sleep(0.02)
        assert set(heard) == {f"task://{task}"}

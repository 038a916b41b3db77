"""The official client of 2026-07-28 (mcp 2.x), with and without the tasks extension, and a server of ours."""

from contextlib import asynccontextmanager
from datetime import datetime

import anyio
import pytest
import tasks_extension as tasks
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client
from mcp_types import ElicitResult, ResourceTemplateReference
from servers import Call

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def connected(door, extensions=(tasks.Tasks(),), mode="auto", **callbacks):
    if door.url is None:
        target = StdioServerParameters(command=door.command[0], args=door.command[1:], env=door.environment)
    else:
        target = streamable_http_client(door.url, http_client=create_mcp_http_client(headers=door.headers))
    async with Client(target, extensions=list(extensions), mode=mode, **callbacks) as client:
        yield client


def text(result) -> str:
    blocks = result["content"] if isinstance(result, dict) else [block.model_dump() for block in result.content]
    return "\n".join(block["text"] for block in blocks if block["type"] == "text")


async def created(client, call) -> tasks.CreatedTask:
    result = await client.session.call_tool(call.tool, call.arguments, allow_claimed=True)
    assert isinstance(result, tasks.CreatedTask), result
    return result


async def ended(client, task_id: str, seconds: float = 40) -> tasks.Task:
    """Polls as the server suggests until the task has ended."""
    with anyio.fail_after(seconds):
        while True:
            task = await tasks.get(client.session, task_id)
            if task.status in ("completed", "failed", "cancelled"):
                return task
            assert task.result is None and task.error is None
            await anyio.sleep(min(task.poll_interval_ms / 1000, 0.2))


async def test_discover_and_list(server, door):
    async with connected(door) as client:
        assert client.protocol_version == "2026-07-28"
        assert "io.modelcontextprotocol/tasks" in client.server_capabilities.extensions
        assert client.server_info.name
        listed = await client.list_tools()
        names = [tool.name for tool in listed.tools]
        assert {"check_task", "await_task", "list_tasks", "cancel_task", "task_output"} < set(names)
        assert listed.ttl_ms >= 0


async def test_quick_call_is_answered_inline(server, door):
    async with connected(door) as client:
        call = server.quick("one two three")
        result = await client.call_tool(call.tool, call.arguments)
        assert not result.is_error
        assert call.text in text(result)


async def test_slow_call_becomes_a_task(server, door):
    async with connected(door) as client:
        call = server.slow(server.longer)
        task = await created(client, call)
        assert task.status == "working"
        assert task.poll_interval_ms == 1000
        datetime.fromisoformat(task.created_at)
        # It can be asked after the moment its id is known.
        assert (await tasks.get(client.session, task.task_id)).status == "working"
        done = await ended(client, task.task_id)
        assert done.status == "completed"
        assert done.result["isError"] is False
        assert call.text in text(done.result)
        # The companion tools know it by the same id.
        looked = await client.call_tool("check_task", {"task_id": task.task_id})
        assert looked.structured_content["status"] == "completed"


async def test_tool_error_is_a_completed_task(server, door):
    async with connected(door) as client:
        call = server.failing(server.longer)
        done = await ended(client, (await created(client, call)).task_id)
        assert done.status == "completed"
        assert done.result["isError"] is True
        assert call.text in text(done.result)


async def test_cancel_is_acknowledged_as_often_as_it_is_asked_for(server, door):
    async with connected(door) as client:
        task = await created(client, server.slow(120))
        for _ in range(2):
            await tasks.cancel(client.session, task.task_id)
        done = await ended(client, task.task_id)
        assert done.status == "cancelled"
        await tasks.cancel(client.session, task.task_id)


async def test_update_with_nothing_to_answer_is_acknowledged(server, door):
    async with connected(door) as client:
        task = await created(client, server.slow(120))
        await tasks.update(client.session, task.task_id, {"nobody-asked": {"action": "accept", "content": {}}})
        await tasks.cancel(client.session, task.task_id)


async def test_unknown_task(server, door):
    async with connected(door) as client:
        for ask in [tasks.get, tasks.cancel, lambda session, task: tasks.update(session, task, {})]:
            with pytest.raises(MCPError) as caught:
                await ask(client.session, "task_aaaaaaaaaaaaaaaaaaaaaaaaaa")
            assert caught.value.error.code == -32602


async def test_undeclared_client_gets_a_ticket(server, door):
    async with connected(door, extensions=()) as client:
        await client.list_tools()
        call = server.slow(server.longer)
        result = await client.call_tool(call.tool, call.arguments)
        assert result.structured_content["status"] == "running"
        task = result.structured_content["task_id"]
        # What it does not declare it may not use.
        with pytest.raises(MCPError) as caught:
            await tasks.get(client.session, task)
        assert caught.value.error.code == -32021
        assert caught.value.error.data == {"requiredCapabilities": {"extensions": {"io.modelcontextprotocol/tasks": {}}}}
        done = await client.call_tool("await_task", {"task_id": task, "timeout": 30})
        assert done.structured_content["status"] == "completed"
        assert call.text in text(done)


async def test_progress_within_the_window(server, door):
    heard: list[float] = []

    async def progress(value, total, message):
        heard.append(value)

    async with connected(door) as client:
        call = server.slow(server.window * 0.8)
        result = await client.call_tool(call.tool, call.arguments, progress_callback=progress)
        assert call.text in text(result)
    if server.counts:
        assert heard
    assert heard == sorted(set(heard))


async def test_falls_back_to_the_handshake(server, door):
    async with connected(door, extensions=(), mode="legacy") as client:
        assert client.protocol_version == "2025-11-25"
        call = server.quick("a b")
        assert call.text in text(await client.call_tool(call.tool, call.arguments))


async def test_unknown_tool_and_bad_arguments(server, door):
    async with connected(door) as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("chekc_task", {})
        assert caught.value.error.code == -32602
        call = server.misfit()
        result = await client.call_tool(call.tool, call.arguments)
        assert result.is_error
        assert call.text in text(result)


async def test_cancelled_request_stops_the_call(server, door):
    async with connected(door) as client:
        call = server.slow(60)
        with anyio.move_on_after(server.window / 2):
            await client.session.call_tool(call.tool, call.arguments, allow_claimed=True)
        # The client has called its request off in time: nothing goes on.
        await anyio.sleep(server.window)
        with anyio.fail_after(20):
            while True:
                page = await client.call_tool("list_tasks", {"status": "active"})
                if page.structured_content["count"] == 0:
                    break
                await anyio.sleep(0.1)


# MARK: - What only legwork offers


def filled(schema: dict) -> dict:
    samples = {"boolean": True, "string": "Ada", "integer": 3, "number": 3}
    return {name: member.get("enum", [samples.get(member["type"])])[0] for name, member in schema["properties"].items()}


async def test_task_that_asks(legwork, legwork_door):
    async with connected(legwork_door) as client:
        task = await created(client, Call("confirm_delete", {"filename": "a.txt"}, "a.txt"))
        with anyio.fail_after(20):
            while (state := await tasks.get(client.session, task.task_id)).status != "input_required":
                await anyio.sleep(0.02)
        asked = state.model_extra["inputRequests"]
        responses = {key: {"action": "accept", "content": filled(request["params"]["requestedSchema"])} for key, request in asked.items()}
        await tasks.update(client.session, task.task_id, responses)
        done = await ended(client, task.task_id)
        assert "a.txt" in text(done.result)


async def test_questions_before_an_answer(legwork, legwork_door):
    asked = []

    async def answer(context, params):
        asked.append(params.message)
        return ElicitResult(action="accept", content=filled(params.requested_schema))

    async with connected(legwork_door, elicitation_callback=answer) as client:
        result = await client.call_tool("test_input_required_result_elicitation", {})
        assert not result.is_error
        assert len(asked) == 1


async def test_questions_of_the_older_kind(legwork, legwork_door):
    async def answer(context, params):
        return ElicitResult(action="accept", content=filled(params.requested_schema))

    async with connected(legwork_door, extensions=(), mode="legacy", elicitation_callback=answer) as client:
        assert "Ada" in text(await client.call_tool("test_elicitation", {"message": "Who are you?"}))


async def test_resources_prompts_and_completion(legwork, legwork_door):
    async with connected(legwork_door) as client:
        assert "test://static-text" in {str(resource.uri) for resource in (await client.list_resources()).resources}
        assert (await client.read_resource("test://static-text")).contents[0].text
        templates = [template.uri_template for template in (await client.list_resource_templates()).resource_templates]
        assert "test_simple_prompt" in {prompt.name for prompt in (await client.list_prompts()).prompts}
        assert (await client.get_prompt("test_prompt_with_arguments", {"arg1": "one", "arg2": "two"})).messages
        task = (await created(client, Call("slow_compute", {"seconds": 0}, ""))).task_id
        template = next(template for template in templates if template.startswith("task://"))
        name = template.split("{")[1].split("}")[0].lstrip("+")
        completed = await client.complete(ResourceTemplateReference(type="ref/resource", uri=template), {"name": name, "value": task[:12]})
        assert completed.completion.values == [task]


async def test_subscription(legwork, legwork_door):
    async with connected(legwork_door) as client:
        call = legwork.slow(legwork.longer)
        task = (await created(client, call)).task_id
        with anyio.fail_after(20):
            async with client.listen(resource_subscriptions=[f"task://{task}"]) as subscription:
                async for event in subscription:
                    assert f"task://{task}" in str(event)
                    break

"""FastMCP 4 with its tasks, which it drives by itself, or hands out to be driven."""

import asyncio
from contextlib import asynccontextmanager

import mcp_types
import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from fastmcp.exceptions import ToolError
from fastmcp_tasks.client import call_tool_task
from mcp.shared.exceptions import MCPError

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def connected(door, **handlers):
    if door.url is None:
        transport = StdioTransport(door.command[0], door.command[1:], env=door.environment, keep_alive=False)
    else:
        transport = StreamableHttpTransport(door.url, headers=door.headers)
    async with Client(transport, **handlers) as client:
        yield client


def text(result) -> str:
    return "\n".join(block.text for block in result.content if block.type == "text")


@pytest.fixture
def door(legwork_door):
    return legwork_door


async def test_discover_and_list(legwork, door):
    async with connected(door) as client:
        assert client.protocol_version == "2026-07-28"
        names = {tool.name for tool in await client.list_tools()}
        assert {"run_command", "await_task", "greet"} <= names


async def test_quick_call(legwork, door):
    async with connected(door) as client:
        call = legwork.quick("one two")
        assert call.text in text(await client.call_tool(call.tool, call.arguments))
    assert not door.asked("tasks/get")


async def test_long_call_is_driven_to_its_end_by_itself(legwork, door):
    async with connected(door) as client:
        call = legwork.slow(legwork.longer)
        assert call.text in text(await client.call_tool(call.tool, call.arguments))
    assert door.asked("tasks/get")


async def test_error_of_a_long_call(legwork, door):
    async with connected(door) as client:
        call = legwork.failing(legwork.longer)
        with pytest.raises(ToolError, match=call.text):
            await client.call_tool(call.tool, call.arguments)
        with pytest.raises(ToolError):
            await client.call_tool("protocol_error_job", {})


async def test_task_by_hand(legwork, door):
    async with connected(door) as client:
        call = legwork.slow(legwork.longer)
        task = await call_tool_task(client, call.tool, call.arguments)
        assert (await task.status()).status == "working"
        assert (await task.wait(timeout=30)).status == "completed"
        assert call.text in text(await task.result())


async def test_cancel(legwork, door):
    async with connected(door) as client:
        call = legwork.slow(60)
        task = await call_tool_task(client, call.tool, call.arguments)
        await task.cancel()
        assert (await task.wait(timeout=30)).status == "cancelled"
        with pytest.raises(ToolError, match="cancelled"):
            await task.result()


async def test_task_that_asks(legwork, door):
    asked = []

    async def answer(message, response_type, params, context):
        asked.append(message)
        schema = params.requested_schema["properties"]
        samples = {"boolean": True, "string": "Ada", "integer": 3, "number": 3}
        content = {name: member.get("enum", [samples.get(member["type"])])[0] for name, member in schema.items()}
        return mcp_types.ElicitResult(action="accept", content=content)

    async with connected(door, elicitation_handler=answer) as client:
        assert "a.txt" in text(await client.call_tool("confirm_delete", {"filename": "a.txt"}))
        assert len(asked) == 1
        await client.call_tool("multi_input", {})
        assert len(asked) == 3
        assert "Ada" in text(await client.call_tool("test_tool_with_task", {}))
    assert door.asked("tasks/update")


async def test_progress(legwork, door):
    heard = []

    async def progress(value, total, message):
        heard.append(value)

    async with connected(door) as client:
        await client.call_tool("test_tool_with_progress", {}, progress_handler=progress)
    assert len(heard) >= 2
    assert heard == sorted(set(heard))


async def test_resources_prompts_and_completion(legwork, door):
    async with connected(door) as client:
        uris = {str(resource.uri) for resource in await client.list_resources()}
        assert {"test://static-text", "test://static-binary"} <= uris
        assert (await client.read_resource("test://static-text"))[0].text
        templates = {template.uri_template for template in await client.list_resource_templates()}
        assert "test://template/{id}/data" in templates
        assert "test_simple_prompt" in {prompt.name for prompt in await client.list_prompts()}
        assert (await client.get_prompt("test_prompt_with_arguments", {"arg1": "one", "arg2": "two"})).messages
        task = (await call_tool_task(client, "slow_compute", {"seconds": 0})).task_id
        template = next(template for template in templates if template.startswith("task://"))
        name = template.split("{")[1].split("}")[0].lstrip("+")
        reference = mcp_types.ResourceTemplateReference(type="ref/resource", uri=template)
        assert (await client.complete(reference, {"name": name, "value": task[:12]})).values == [task]


async def test_unknown_things(legwork, door):
    async with connected(door) as client:
        with pytest.raises((ToolError, MCPError)):
            await client.call_tool("no_such_tool", {})
        with pytest.raises(Exception, match="(?i)resource|no such|not"):
            await client.read_resource("test://nothing-here")


async def test_many_at_once(legwork, door):
    async with connected(door) as client:
        calls = [client.call_tool("slow_compute", {"seconds": 0.3, "label": f"n{number}"}) for number in range(8)]
        for number, result in enumerate(await asyncio.gather(*calls)):
            assert f"n{number}" in text(result)


async def test_handshake_of_the_older_kind(legwork, door):
    async with connected(door, mode="legacy") as client:
        assert client.protocol_version == "2025-11-25"
        call = legwork.slow(legwork.longer)
        # It knows no tasks then, so it gets a ticket.
        result = await client.call_tool(call.tool, call.arguments)
        done = await client.call_tool("await_task", {"task_id": result.structured_content["task_id"], "timeout": 30})
        assert call.text in text(done)

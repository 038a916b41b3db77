"""LangChain's adapters: tools of ours as tools of theirs, with a session for each call or one for all."""

import re

import pytest
from langchain_core.tools import ToolException
from langchain_mcp_adapters.callbacks import Callbacks
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools
from mcp.types import ElicitResult

pytestmark = pytest.mark.anyio


@pytest.fixture
def door(legwork_door):
    return legwork_door


def client(door, **options) -> MultiServerMCPClient:
    if door.url is None:
        connection = {"transport": "stdio", "command": door.command[0], "args": door.command[1:], "env": door.environment}
    else:
        connection = {"transport": "streamable_http", "url": door.url, "headers": door.headers}
    return MultiServerMCPClient({"legwork": connection}, **options)


async def tools_of(door, **options) -> dict:
    return {tool.name: tool for tool in await client(door, **options).get_tools()}


def task_in(result) -> str:
    return re.search(r"task_[a-z0-9]+", str(result))[0]


async def test_tools_are_listed_and_a_quick_call_is_answered(legwork, door):
    tools = await tools_of(door)
    assert {"run_command", "greet", "await_task"} <= tools.keys()
    call = legwork.quick("one two")
    assert call.text in str(await tools[call.tool].ainvoke(call.arguments))


async def test_ticket_is_good_in_the_next_session_too(legwork, door):
    """Each call has a session of its own here, and over standard input a process of its own."""
    tools = await tools_of(door)
    call = legwork.slow(legwork.longer)
    ticket = await tools[call.tool].ainvoke(call.arguments)
    done = await tools["await_task"].ainvoke({"task_id": task_in(ticket), "timeout": 30})
    assert call.text in str(done)


async def test_one_session_for_all(legwork, door):
    async with client(door).session("legwork") as session:
        tools = {tool.name: tool for tool in await load_mcp_tools(session)}
        call = legwork.slow(60)
        ticket = await tools[call.tool].ainvoke(call.arguments)
        assert "asked to stop" in str(await tools["cancel_task"].ainvoke({"task_id": task_in(ticket)}))
        assert "cancelled" in str(await tools["await_task"].ainvoke({"task_id": task_in(ticket), "timeout": 30}))


async def test_error_is_told(legwork, door):
    tools = await tools_of(door, handle_tool_errors=False)
    call = legwork.failing(0)
    with pytest.raises(ToolException, match=call.text):
        await tools[call.tool].ainvoke(call.arguments)


async def test_progress_and_questions(legwork, door):
    heard, asked = [], []

    async def progress(value, total, message, context):
        heard.append(value)

    async def answer(mcp_context, params, context):
        asked.append(params.message)
        return ElicitResult(action="accept", content={"username": "ada", "email": "ada@example.org"})

    tools = await tools_of(door, callbacks=Callbacks(on_progress=progress, on_elicitation=answer))
    await tools["test_tool_with_progress"].ainvoke({})
    assert len(heard) >= 2
    await tools["test_elicitation"].ainvoke({"message": "Who are you?"})
    assert len(asked) == 1


async def test_resources_and_prompts(legwork, door):
    blobs = await client(door).get_resources("legwork", uris=["test://static-text"])
    assert blobs[0].as_string()
    assert await client(door).get_prompt("legwork", "test_prompt_with_arguments", arguments={"arg1": "one", "arg2": "two"})

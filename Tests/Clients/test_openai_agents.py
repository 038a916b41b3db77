"""The OpenAI Agents SDK, which gives up after five seconds: an agent whose scripted model gets a ticket in time and goes on with it."""

import json
import re

import pytest
from agents import Agent, Model, ModelResponse, Runner, Usage, set_tracing_disabled
from agents.mcp import MCPServerStdio, MCPServerStreamableHttp
from daemon import Daemon
from mcp.shared.exceptions import McpError
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText
from servers import legwork_path

pytestmark = pytest.mark.anyio
set_tracing_disabled(True)


@pytest.fixture
def door(legwork_door):
    return legwork_door


def server(door, **options):
    if door.url is None:
        return MCPServerStdio({"command": door.command[0], "args": door.command[1:], "env": door.environment}, **options)
    return MCPServerStreamableHttp({"url": door.url, "headers": door.headers}, **options)


class Script(Model):
    """A model that calls tools in turn, and says in the end what came."""

    def __init__(self, *calls):
        self.calls = list(calls)
        self.tools: set[str] = set()
        self.returned: list[str] = []

    async def get_response(self, system_instructions, input, model_settings, tools, output_schema, handoffs, tracing, **options):
        self.tools = {tool.name for tool in tools}
        self.returned = [str(item["output"]) for item in input if isinstance(item, dict) and item.get("type") == "function_call_output"]
        if self.calls:
            call = self.calls.pop(0)
            name, arguments = call(self.returned) if callable(call) else call
            id = f"call-{len(self.returned)}"
            item = ResponseFunctionToolCall(type="function_call", call_id=id, name=name, arguments=json.dumps(arguments))
        else:
            content = [ResponseOutputText(type="output_text", text=self.returned[-1], annotations=[])]
            item = ResponseOutputMessage(type="message", id="message-1", role="assistant", status="completed", content=content)
        return ModelResponse(output=[item], usage=Usage(), response_id=None)

    def stream_response(self, *arguments, **options):
        raise NotImplementedError


async def run(door, script: Script, **options) -> str:
    async with server(door, **options) as tools:
        agent = Agent(name="agent", model=script, mcp_servers=[tools])
        return (await Runner.run(agent, "go")).final_output


def wait(returned):
    return "await_task", {"task_id": re.search(r"task_[a-z0-9]+", returned[-1])[0], "timeout": 4}


async def test_tools_are_listed_and_a_quick_call_is_answered(legwork, door):
    call = legwork.quick("one two")
    script = Script((call.tool, call.arguments))
    assert call.text in await run(door, script)
    assert {"run_command", "greet", "await_task"} <= script.tools


async def test_ticket_comes_before_it_gives_up_and_leads_to_the_result(legwork, door):
    call = legwork.slow(legwork.longer)
    script = Script((call.tool, call.arguments), wait)
    assert call.text in await run(door, script)
    assert "await_task" in script.returned[0]


async def test_ticket_comes_in_time_with_the_window_that_is_usual(tmp_path):
    """Without any option: three seconds are less than five."""
    if legwork_path() is None:
        pytest.skip("LEGWORK does not name the command")
    daemon = Daemon(legwork_path(), tmp_path, window=None)
    try:
        parameters = {"command": daemon.legwork, "args": ["mcp"], "env": daemon.environment}
        async with MCPServerStdio(parameters) as tools:
            result = await tools.call_tool("run_command", {"argv": ["sleep", "20"]})
            assert result.structuredContent["status"] == "running"
            await tools.call_tool("cancel_task", {"task_id": result.structuredContent["task_id"]})
    finally:
        daemon.stop()


async def test_long_wait_is_given_up_and_the_task_is_not_lost(legwork, door):
    """A model that waits for longer than its client does loses the answer, not the task."""
    async with server(door, client_session_timeout_seconds=2) as tools:
        call = legwork.slow(legwork.longer + 2)
        ticket = (await tools.call_tool(call.tool, call.arguments)).structuredContent
        try:
            await tools.call_tool("await_task", {"task_id": ticket["task_id"], "timeout": 30})
        except McpError:
            pass
        except Exception as error:
            assert "imed out" in str(error) or "imeout" in str(error)
        for _ in range(10):
            state = (await tools.call_tool("await_task", {"task_id": ticket["task_id"], "timeout": 1})).structuredContent
            if state["status"] == "completed":
                break
        assert state["status"] == "completed"


async def test_error_of_a_long_call_reaches_the_model(legwork, door):
    call = legwork.failing(legwork.longer)
    assert call.text in await run(door, Script((call.tool, call.arguments), wait))


async def test_cancel_by_the_model(legwork, door):
    call = legwork.slow(60)
    script = Script((call.tool, call.arguments), lambda returned: ("cancel_task", {"task_id": wait(returned)[1]["task_id"]}))
    assert "asked to stop" in await run(door, script)


async def test_resources_and_prompts(legwork, door):
    async with server(door) as tools:
        assert "test_simple_prompt" in {prompt.name for prompt in (await tools.list_prompts()).prompts}
        assert (await tools.get_prompt("test_simple_prompt")).messages
        assert "test://static-text" in {str(resource.uri) for resource in (await tools.list_resources()).resources}
        assert (await tools.read_resource("test://static-text")).contents

"""Pydantic AI: an agent whose scripted model calls tools; the tasks that they become are driven without its knowing."""

import pytest
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from mcp_types import ElicitResult
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import FunctionModel
from wire import connect, modern

pytestmark = pytest.mark.anyio


@pytest.fixture
def door(legwork_door):
    return legwork_door


def toolset(door, **options) -> MCPToolset:
    if door.url is None:
        transport = StdioTransport(door.command[0], door.command[1:], env=door.environment, keep_alive=False)
    else:
        transport = StreamableHttpTransport(door.url, headers=door.headers)
    return MCPToolset(transport, **options)


class Script:
    """A model that calls tools in turn, and says in the end what came."""

    def __init__(self, *calls):
        self.calls = list(calls)
        self.tools: set[str] = set()
        self.returned: list[str] = []

    def __call__(self, messages, info) -> ModelResponse:
        self.tools = {tool.name for tool in info.function_tools}
        last = messages[-1]
        self.returned += [str(part.content) for part in last.parts if isinstance(part, ToolReturnPart) or part.part_kind == "retry-prompt"]
        if self.calls:
            call = self.calls.pop(0)
            call = call(self.returned) if callable(call) else call
            return ModelResponse(parts=[ToolCallPart(*call)])
        return ModelResponse(parts=[TextPart(self.returned[-1])])


async def run(door, script: Script, **options) -> str:
    agent = Agent(FunctionModel(script), toolsets=[toolset(door, **options)])
    async with agent:
        return (await agent.run("go")).output


async def test_tools_are_listed_and_a_quick_call_is_answered(legwork, door):
    script = Script(("greet", {"name": "Ada"}))
    assert "Ada" in await run(door, script)
    assert {"run_command", "greet", "await_task"} <= script.tools
    assert not door.asked("tasks/get")


async def test_long_call_is_driven_to_its_end(legwork, door):
    assert "long way" in await run(door, Script(("slow_compute", {"seconds": legwork.longer, "label": "long way"})))
    assert door.asked("tasks/get")


async def test_errors_reach_the_model(legwork, door):
    assert "failed" in await run(door, Script(("failing_job", {})))
    assert "gone away" in await run(door, Script(("protocol_error_job", {})))


# It gives the model the structured content of a result and nothing else.
async def test_output_of_a_quick_command_reaches_the_model(legwork, door):
    call = legwork.quick("one two")
    script = Script((call.tool, call.arguments))
    assert call.text in await run(door, script)


async def test_output_of_a_long_command_reaches_the_model(legwork, door):
    call = legwork.slow(legwork.longer)
    assert call.text in await run(door, Script((call.tool, call.arguments)))


async def test_output_of_a_failed_command_reaches_the_model(legwork, door):
    call = legwork.failing(legwork.longer)
    assert call.text in await run(door, Script((call.tool, call.arguments)))


async def test_task_that_asks(legwork, door):
    asked = []

    async def answer(*arguments):
        params = next(argument for argument in arguments if hasattr(argument, "requested_schema"))
        asked.append(params.message)
        samples = {"boolean": True, "string": "Ada", "integer": 3, "number": 3}
        properties = params.requested_schema["properties"]
        return ElicitResult(action="accept", content={name: samples[member["type"]] for name, member in properties.items()})

    assert "a.txt" in await run(door, Script(("confirm_delete", {"filename": "a.txt"})), elicitation_handler=answer)
    assert len(asked) == 1


async def test_task_of_another_session_is_found_and_cancelled_by_the_model(legwork, door):
    with connect(legwork) as line:
        call = legwork.slow(60)
        task = line.result("tools/call", modern({"name": call.tool, "arguments": call.arguments}))["taskId"]
    script = Script(("list_tasks", {"status": "active"}), ("cancel_task", {"task_id": task}))
    assert "requested" in await run(door, script)
    assert task in script.returned[0]


async def test_resources_and_prompts(legwork, door):
    tools = toolset(door)
    async with tools:
        uris = {resource.uri for resource in await tools.list_resources()}
        assert "test://static-text" in {str(uri) for uri in uris}
        assert await tools.read_resource("test://static-text")
        assert "test_simple_prompt" in {prompt.name for prompt in await tools.list_prompts()}
        assert await tools.get_prompt("test_simple_prompt")

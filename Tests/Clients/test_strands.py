"""Strands with its tasks: an agent whose scripted model calls tools. With the newer SDK the tasks of 2026-07-28, with the older 2025-11-25."""

import json
import re
from datetime import timedelta

import checks
import pytest
from mcp import StdioServerParameters, stdio_client
from mcp.types import ElicitResult
from strands import Agent
from strands.models.model import Model
from strands.tools.mcp import MCPClient

MODERN = checks.SDK == 2


@pytest.fixture
def door(legwork_door):
    return legwork_door


def client(door, tasks: bool = True, **options) -> MCPClient:
    if tasks:
        options["tasks_config"] = {"poll_timeout": timedelta(seconds=60)}
    if door.url is None:
        parameters = StdioServerParameters(command=door.command[0], args=door.command[1:], env=door.environment)
        return MCPClient(lambda: stdio_client(parameters), **options)
    return MCPClient(url=door.url, headers=door.headers, **options)


class Script(Model):
    """A model that calls tools in turn, and says in the end what came."""

    def __init__(self, *calls):
        self.calls = list(calls)
        self.returned: list[str] = []
        self.tools: set[str] = set()

    def update_config(self, **model_config):
        pass

    def get_config(self):
        return {}

    def structured_output(self, output_model, prompt, system_prompt=None, **kwargs):
        raise NotImplementedError

    async def stream(self, messages, tool_specs=None, system_prompt=None, **kwargs):
        self.tools = {spec["name"] for spec in tool_specs or []}
        for block in messages[-1]["content"]:
            if "toolResult" in block:
                self.returned.append(str(block["toolResult"]["content"]))
        yield {"messageStart": {"role": "assistant"}}
        if self.calls:
            call = self.calls.pop(0)
            name, arguments = call(self.returned) if callable(call) else call
            start = {"toolUse": {"toolUseId": f"use-{len(self.returned)}", "name": name}}
            yield {"contentBlockStart": {"start": start}}
            yield {"contentBlockDelta": {"delta": {"toolUse": {"input": json.dumps(arguments)}}}}
            yield {"contentBlockStop": {}}
            yield {"messageStop": {"stopReason": "tool_use"}}
        else:
            yield {"contentBlockStart": {"start": {}}}
            yield {"contentBlockDelta": {"delta": {"text": self.returned[-1]}}}
            yield {"contentBlockStop": {}}
            yield {"messageStop": {"stopReason": "end_turn"}}


def run(door, script: Script, **options) -> str:
    with client(door, **options) as tools:
        agent = Agent(model=script, tools=tools.list_tools_sync(), callback_handler=None)
        return str(agent("go"))


def test_tools_are_listed_and_a_quick_call_is_answered(legwork, door):
    call = legwork.quick("one two")
    script = Script((call.tool, call.arguments))
    assert call.text in run(door, script)
    assert {"run_command", "greet", "await_task"} <= script.tools


def test_long_call_is_driven_to_its_end(legwork, door):
    call = legwork.slow(legwork.longer)
    assert call.text in run(door, Script((call.tool, call.arguments)))
    assert door.asked("tasks/get")
    assert bool(door.asked("tasks/result")) is not MODERN


def test_error_of_a_long_call_reaches_the_model(legwork, door):
    call = legwork.failing(legwork.longer)
    assert call.text in run(door, Script((call.tool, call.arguments)))


def test_tickets_without_tasks(legwork, door):
    call = legwork.slow(legwork.longer)

    def wait(returned):
        return "await_task", {"task_id": re.search(r"task_[a-z0-9]+", returned[-1])[0], "timeout": 30}

    assert call.text in run(door, Script((call.tool, call.arguments), wait), tasks=False)
    assert not door.asked("tasks/get")


@pytest.mark.skipif(not MODERN, reason="the older flow has no handles")
def test_task_by_hand(legwork, door):
    call = legwork.slow(60)
    with client(door) as tools:
        task = tools.submit_tool_sync(call.tool, call.arguments)
        assert tools.get_task_sync(task.task_id).status == "working"
        tools.cancel_task_sync(task.task_id)
        tools.cancel_task_sync(task.task_id)
        for _ in range(1000):
            state = tools.get_task_sync(task.task_id)
            if state.status != "working":
                break
        assert state.status == "cancelled"


@pytest.mark.skipif(not MODERN, reason="in the older flow it never asks for the result of a task that needs input, which is how it would be asked")
def test_task_that_asks(legwork, door):
    asked = []

    async def answer(context, params):
        asked.append(params.message)
        schema = params.requested_schema if MODERN else params.requestedSchema
        samples = {"boolean": True, "string": "Ada", "integer": 3, "number": 3}
        return ElicitResult(action="accept", content={name: samples[member["type"]] for name, member in schema["properties"].items()})

    assert "a.txt" in run(door, Script(("confirm_delete", {"filename": "a.txt"})), elicitation_callback=answer)
    assert len(asked) == 1


def test_progress(legwork, door):
    heard = []

    async def progress(value, total, message):
        heard.append(value)

    with client(door, tasks=False, progress_callback=progress) as tools:
        tools.call_tool_sync("use-1", "test_tool_with_progress", {})
    assert len(heard) >= 2
    assert heard == sorted(set(heard))


def test_resources_and_prompts(legwork, door):
    with client(door) as tools:
        assert "test://static-text" in {str(resource.uri) for resource in tools.list_resources_sync().resources}
        assert tools.read_resource_sync("test://static-text").contents
        assert tools.list_resource_templates_sync()
        assert "test_simple_prompt" in {prompt.name for prompt in tools.list_prompts_sync().prompts}
        assert tools.get_prompt_sync("test_prompt_with_arguments", {"arg1": "one", "arg2": "two"}).messages

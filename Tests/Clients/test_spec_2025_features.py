"""2025-11-25, what servers offer and what they may ask: tools, resources, prompts, completion, logging, elicitation, sampling.

https://modelcontextprotocol.io/specification/2025-11-25/server and …/client
"""

import base64

import pytest
from wire import CONTENT_OF_TOOLS, LISTS, HTTPWire

EVERYTHING = {"elicitation": {"form": {}, "url": {}}, "sampling": {}, "roots": {"listChanged": True}}


@pytest.fixture
def session(talk):
    """After the handshake, as a client that can be asked anything."""
    talk.initialize(capabilities=EVERYTHING)
    if isinstance(talk, HTTPWire):
        talk.listen()
    return talk


def every(session, method: str) -> list[dict]:
    found, cursor = [], None
    while True:
        page = session.result(method, {"cursor": cursor} if cursor is not None else {})
        found += page[LISTS[method]]
        cursor = page.get("nextCursor")
        if cursor is None:
            return found


def slow_task(session, legwork, seconds: float) -> str:
    call = legwork.slow(seconds)
    return session.call(call.tool, call.arguments)["structuredContent"]["task_id"]


# MARK: - Tools


def test_tools_say_whether_they_can_be_tasks(session):
    for tool in every(session, "tools/list"):
        assert tool.get("execution", {}).get("taskSupport", "forbidden") in ("forbidden", "optional", "required")


def test_tools_an_unknown_one_is_an_error_and_bad_arguments_are_a_result(session):
    assert session.error("tools/call", {"name": "no_such_tool"})["code"] == -32602
    assert session.call("greet", {"name": 5})["isError"] is True


@pytest.mark.parametrize("tool, kinds", CONTENT_OF_TOOLS)
def test_tools_content_of_every_kind(session, tool, kinds):
    content = session.call(tool)["content"]
    assert [block["type"] for block in content] == kinds
    assert all(base64.b64decode(block["data"], validate=True) for block in content if "data" in block)


# MARK: - Resources


def test_resources_are_listed_and_read(session):
    listed = every(session, "resources/list")
    assert {"test://static-text", "test://static-binary"} <= {resource["uri"] for resource in listed}
    for resource in listed:
        contents = session.result("resources/read", {"uri": resource["uri"]})["contents"]
        assert all("text" in part or "blob" in part for part in contents)
    assert "test://template/{id}/data" in {template["uriTemplate"] for template in every(session, "resources/templates/list")}


def test_resources_one_that_is_not_there_is_not_found(session):
    # The older revisions have a code of their own for it, which newer clients take as well as the new one.
    assert session.error("resources/read", {"uri": "test://nothing-here"})["code"] in (-32002, -32602)


def test_resources_who_subscribes_is_told_of_changes(session, legwork):
    task = slow_task(session, legwork, legwork.longer)
    uri = f"task://{task}"
    assert session.result("resources/subscribe", {"uri": uri}) == {}
    session.hear("notifications/resources/updated", where=lambda params: params["uri"] == uri)
    session.call("await_task", {"task_id": task, "timeout": 30})


def test_resources_who_unsubscribes_is_told_no_more(session, legwork):
    task = slow_task(session, legwork, legwork.longer)
    uri = f"task://{task}"
    session.result("resources/subscribe", {"uri": uri})
    assert session.result("resources/unsubscribe", {"uri": uri}) == {}
    before = len(session.notifications("notifications/resources/updated"))
    session.call("await_task", {"task_id": task, "timeout": 30})
    assert len(session.notifications("notifications/resources/updated")) == before


def test_resources_subscribing_to_what_is_not_there_is_an_error(session):
    assert session.error("resources/subscribe", {"uri": "task://task_aaaaaaaaaaaaaaaaaaaaaaaaaa"})["code"] in (-32002, -32602)
    assert session.error("resources/subscribe", {})["code"] == -32602


# MARK: - Prompts and completion


def test_prompts_are_listed_and_filled(session):
    names = {prompt["name"] for prompt in every(session, "prompts/list")}
    assert {"test_simple_prompt", "test_prompt_with_arguments"} <= names
    assert session.result("prompts/get", {"name": "test_simple_prompt"})["messages"]
    filled = session.result("prompts/get", {"name": "test_prompt_with_arguments", "arguments": {"arg1": "one", "arg2": "two"}})
    assert "one" in str(filled["messages"]) and "two" in str(filled["messages"])


def test_prompts_an_unknown_one_or_a_missing_argument_is_a_bad_parameter(session):
    assert session.error("prompts/get", {"name": "no_such_prompt"})["code"] == -32602
    assert session.error("prompts/get", {"name": "test_prompt_with_arguments", "arguments": {}})["code"] == -32602


def test_completion_of_a_tasks_id(session, legwork):
    task = slow_task(session, legwork, legwork.longer)
    template = next(item["uriTemplate"] for item in every(session, "resources/templates/list") if item["uriTemplate"].startswith("task://"))
    name = template.split("{")[1].split("}")[0].lstrip("+")
    params = {"ref": {"type": "ref/resource", "uri": template}, "argument": {"name": name, "value": task[:10]}}
    assert session.result("completion/complete", params)["completion"]["values"] == [task]


# MARK: - Pagination


@pytest.mark.parametrize("method", LISTS)
def test_pagination_a_cursor_that_was_never_given_is_a_bad_parameter(session, method):
    assert session.error(method, {"cursor": "nonsense"})["code"] == -32602


# MARK: - Logging


@pytest.mark.parametrize("level", ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"])
def test_logging_every_level_can_be_set(session, level):
    assert session.result("logging/setLevel", {"level": level}) == {}


@pytest.mark.parametrize("level", ["loud", "", None, 5])
def test_logging_another_level_is_a_bad_parameter(session, level):
    assert session.error("logging/setLevel", {"level": level})["code"] == -32602


def test_logging_messages_come_from_the_level_that_was_set(session):
    session.result("logging/setLevel", {"level": "debug"})
    session.call("test_tool_with_logging")
    told = session.notifications("notifications/message")
    assert len(told) >= 3
    assert all(notice["params"]["level"] and "data" in notice["params"] for notice in told)
    session.result("logging/setLevel", {"level": "emergency"})
    session.call("test_tool_with_logging")
    assert len(session.notifications("notifications/message")) == len(told)


# MARK: - Elicitation and sampling


def begin(session, tool: str, arguments: dict | None = None):
    return session.begin("tools/call", {"name": tool, "arguments": arguments or {}})


@pytest.mark.parametrize("action", ["accept", "decline", "cancel"])
def test_elicitation_is_asked_and_its_answer_arrives(session, action):
    id = begin(session, "test_elicitation", {"message": "Who are you?"})
    asked = session.hear("elicitation/create")
    assert asked["params"]["message"]
    assert asked["params"]["requestedSchema"]["type"] == "object"
    answer = {"action": action} | ({"content": {"username": "ada", "email": "ada@example.org"}} if action == "accept" else {})
    session.respond(asked, answer)
    result = session.answer(id)["result"]
    assert action in str(result["content"]) or "ada" in str(result["content"])


def test_elicitation_of_a_client_that_cannot_be_asked_is_an_error_result(talk):
    talk.initialize()
    answer = talk.ask("tools/call", {"name": "test_elicitation", "arguments": {"message": "Who are you?"}})
    assert "error" in answer or answer["result"]["isError"] is True


def test_elicitation_an_error_as_answer_is_told_to_the_tool(session):
    id = begin(session, "test_elicitation", {"message": "Who are you?"})
    asked = session.hear("elicitation/create")
    session.send({"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -32601, "message": "no"}})
    answer = session.answer(id)
    assert "error" in answer or answer["result"]["isError"] is True


def test_elicitation_schemas_have_defaults_and_choices(session):
    for tool in ["test_elicitation_sep1034_defaults", "test_elicitation_sep1330_enums"]:
        id = begin(session, tool)
        asked = session.hear("elicitation/create")
        properties = asked["params"]["requestedSchema"]["properties"]
        if "defaults" in tool:
            assert all("default" in member for member in properties.values())
        else:
            assert all({"enum", "oneOf", "items"} & member.keys() for member in properties.values())
        session.respond(asked, {"action": "decline"})
        assert "result" in session.answer(id)


def test_sampling_is_asked_and_its_answer_arrives(session):
    id = begin(session, "test_sampling", {"prompt": "Say something"})
    asked = session.hear("sampling/createMessage")
    assert asked["params"]["maxTokens"] > 0
    session.respond(asked, {"role": "assistant", "content": {"type": "text", "text": "something"}, "model": "scripted"})
    assert "something" in str(session.answer(id)["result"]["content"])


def test_sampling_of_a_client_that_cannot_be_asked_is_an_error(talk):
    talk.initialize()
    answer = talk.ask("tools/call", {"name": "test_sampling", "arguments": {"prompt": "Say something"}})
    assert "error" in answer or answer["result"]["isError"] is True

"""2026-07-28, what servers offer: discovery, tools, resources, prompts, completion, lists, caching, and questions before an answer.

https://modelcontextprotocol.io/specification/2026-07-28/server and …/basic/patterns
"""

import base64
import time

import jsonschema
import pytest
from wire import CONTENT_OF_TOOLS, LISTS, META, MODERN, HTTPWire, connect, modern

FORM = {"elicitation": {"form": {}}}


def pages(talk, method: str) -> list[dict]:
    """All pages of a list."""
    found, cursor = [], None
    while True:
        page = talk.result(method, modern({"cursor": cursor} if cursor is not None else {}))
        found.append(page)
        cursor = page.get("nextCursor")
        if cursor is None:
            return found
        assert len(found) < 1000


def every(talk, method: str) -> list[dict]:
    return [item for page in pages(talk, method) for item in page[LISTS[method]]]


def task_of(talk, tool: str = "slow_compute", arguments: dict | None = None) -> str:
    return talk.result("tools/call", modern({"name": tool, "arguments": arguments or {"seconds": 0}}))["taskId"]


def ended(talk, task: str, timeout: float = 30.0) -> dict:
    deadline = time.monotonic() + timeout
    while (state := talk.result("tasks/get", modern({"taskId": task})))["status"] in ("working", "input_required"):
        assert time.monotonic() < deadline
    return state


# MARK: - server/discover


def test_discover_declares_what_is_there(talk):
    capabilities = talk.result("server/discover", modern())["capabilities"]
    assert {"tools", "resources", "prompts", "completions", "extensions"} <= capabilities.keys()


def test_discover_tells_of_versions_and_what_the_server_is_for(talk):
    result = talk.result("server/discover", modern())
    assert result["supportedVersions"][0] == MODERN
    assert "await_task" in result["instructions"]


# MARK: - server/tools


def test_tools_the_list_is_the_same_whoever_asks_and_whatever_was_called(talk, legwork):
    first = every(talk, "tools/list")
    task_of(talk)
    assert every(talk, "tools/list") == first
    with connect(legwork) as other:
        assert every(other, "tools/list") == first
        undeclared = other.result("tools/list", modern(tasks=False))["tools"]
        assert [tool["name"] for tool in undeclared] == [tool["name"] for tool in first][: len(undeclared)]


def test_tools_names_are_unique_and_plain(talk):
    names = [tool["name"] for tool in every(talk, "tools/list")]
    assert len(names) == len(set(names))
    assert all(1 <= len(name) <= 128 and name.replace("_", "").replace("-", "").isalnum() for name in names)


def test_tools_structured_content_fits_the_schema_and_is_repeated_as_text(talk):
    tools = {tool["name"]: tool for tool in every(talk, "tools/list")}
    result = talk.call("run_command", {"argv": ["echo", "words"]})
    jsonschema.Draft202012Validator(tools["run_command"]["outputSchema"]).validate(result["structuredContent"])
    assert "words" in result["content"][0]["text"]


def test_tools_an_unknown_tool_is_an_error_of_the_protocol(talk):
    assert talk.error("tools/call", modern({"name": "no_such_tool", "arguments": {}}))["code"] == -32602


@pytest.mark.parametrize("arguments", [{}, {"name": 5}, {"name": "Ada", "more": 1}])
def test_tools_arguments_that_do_not_fit_are_a_result_that_says_so(talk, arguments):
    result = talk.call("greet", arguments)
    if arguments == {"name": "Ada", "more": 1} and not result.get("isError"):
        return
    assert result["isError"] is True
    assert result["content"][0]["text"]


def test_tools_an_error_of_a_tool_is_a_result(talk):
    result = talk.call("test_error_handling")
    assert result["isError"] is True


@pytest.mark.parametrize("tool, kinds", CONTENT_OF_TOOLS)
def test_tools_content_of_every_kind(talk, tool, kinds):
    content = talk.call(tool)["content"]
    assert [block["type"] for block in content] == kinds
    for block in content:
        if "data" in block:
            assert base64.b64decode(block["data"], validate=True)
            assert block["mimeType"].startswith(block["type"] + "/")


def test_tools_a_ticket_links_to_what_can_be_read(talk, legwork):
    call = legwork.slow(60)
    ticket = talk.result("tools/call", modern({"name": call.tool, "arguments": call.arguments}, tasks=False))
    links = [block for block in ticket["content"] if block["type"] == "resource_link"]
    assert links
    for link in links:
        assert talk.result("resources/read", modern({"uri": link["uri"]}))["contents"]
    talk.call("cancel_task", {"task_id": ticket["structuredContent"]["task_id"]})


# MARK: - server/resources


def test_resources_text_and_bytes(talk):
    text = talk.result("resources/read", modern({"uri": "test://static-text"}))["contents"]
    assert text[0]["uri"] == "test://static-text"
    assert text[0]["text"]
    binary = talk.result("resources/read", modern({"uri": "test://static-binary"}))["contents"]
    assert base64.b64decode(binary[0]["blob"], validate=True)


def test_resources_that_are_listed_can_be_read(talk):
    ended(talk, task_of(talk))
    listed = every(talk, "resources/list")
    assert listed
    for resource in listed:
        assert resource["name"] and resource["uri"]
        contents = talk.result("resources/read", modern({"uri": resource["uri"]}))["contents"]
        assert contents and all("text" in part or "blob" in part for part in contents)


@pytest.mark.parametrize("uri", ["test://nothing-here", "task://task_aaaaaaaaaaaaaaaaaaaaaaaaaa", "file:///etc/passwd", "nonsense", "", "task://../../x"])
def test_resources_one_that_is_not_there_is_a_bad_parameter(talk, uri):
    assert talk.error("resources/read", modern({"uri": uri}))["code"] == -32602


def test_resources_a_task_its_timeline_and_its_output(talk, legwork):
    call = legwork.slow(legwork.longer)
    task = talk.result("tools/call", modern({"name": call.tool, "arguments": call.arguments}))["taskId"]
    ended(talk, task)
    state, timeline, output = [
        talk.result("resources/read", modern({"uri": f"task://{task}{part}"}))["contents"][0] for part in ("", "/timeline", "/output")
    ]
    assert task in state["text"] and "completed" in state["text"]
    assert timeline["text"]
    assert "begin" in output["text"] and "end" in output["text"]


def test_resources_templates_are_listed_and_lead_somewhere(talk):
    templates = {template["uriTemplate"] for template in every(talk, "resources/templates/list")}
    assert any(template.startswith("task://") for template in templates)
    assert "test://template/{id}/data" in templates
    contents = talk.result("resources/read", modern({"uri": "test://template/123/data"}))["contents"]
    assert "123" in contents[0]["text"]


# MARK: - server/prompts


def test_prompts_are_listed_with_their_arguments(talk):
    prompts = {prompt["name"]: prompt for prompt in every(talk, "prompts/list")}
    assert {"test_simple_prompt", "test_prompt_with_arguments", "test_prompt_with_embedded_resource", "test_prompt_with_image"} <= prompts.keys()
    assert {argument["name"] for argument in prompts["test_prompt_with_arguments"]["arguments"]} == {"arg1", "arg2"}


def test_prompts_are_filled(talk):
    simple = talk.result("prompts/get", modern({"name": "test_simple_prompt"}))["messages"]
    assert simple[0]["role"] in ("user", "assistant")
    filled = talk.result("prompts/get", modern({"name": "test_prompt_with_arguments", "arguments": {"arg1": "one", "arg2": "two"}}))["messages"]
    assert "one" in str(filled) and "two" in str(filled)


def test_prompts_a_missing_argument_or_an_unknown_name_is_a_bad_parameter(talk):
    assert talk.error("prompts/get", modern({"name": "test_prompt_with_arguments", "arguments": {"arg1": "one"}}))["code"] == -32602
    assert talk.error("prompts/get", modern({"name": "no_such_prompt"}))["code"] == -32602


def test_prompts_content_of_other_kinds(talk):
    image = talk.result("prompts/get", modern({"name": "test_prompt_with_image"}))["messages"]
    assert any(message["content"]["type"] == "image" for message in image)
    params = {"name": "test_prompt_with_embedded_resource", "arguments": {"resourceUri": "test://example"}}
    embedded = talk.result("prompts/get", modern(params))["messages"]
    resources = [message["content"]["resource"] for message in embedded if message["content"]["type"] == "resource"]
    assert resources[0]["uri"] == "test://example"


# MARK: - server/utilities/completion


def complete(talk, reference: dict, name: str, value: str) -> dict:
    return talk.result("completion/complete", modern({"ref": reference, "argument": {"name": name, "value": value}}))["completion"]


def test_completion_of_ids_of_tasks(talk):
    tasks = [task_of(talk) for _ in range(3)]
    for template in [item["uriTemplate"] for item in every(talk, "resources/templates/list") if item["uriTemplate"].startswith("task://")]:
        reference = {"type": "ref/resource", "uri": template}
        name = template.split("{")[1].split("}")[0].lstrip("+")
        assert set(tasks) <= set(complete(talk, reference, name, "")["values"])
        assert complete(talk, reference, name, tasks[0][:-2])["values"] == [tasks[0]]
        assert complete(talk, reference, name, "no-such")["values"] == []


def test_completion_of_a_prompts_arguments(talk):
    result = complete(talk, {"type": "ref/prompt", "name": "test_prompt_with_arguments"}, "arg1", "x")
    assert isinstance(result["values"], list) and len(result["values"]) <= 100


def test_completion_of_what_is_not_there_is_a_bad_parameter(talk):
    for reference in [{"type": "ref/prompt", "name": "no_such_prompt"}, {"type": "ref/nonsense"}, {}, None]:
        params = modern({"ref": reference, "argument": {"name": "a", "value": ""}})
        assert talk.error("completion/complete", params)["code"] == -32602


# MARK: - server/utilities/pagination


@pytest.mark.parametrize("method", LISTS)
def test_pagination_pages_do_not_overlap_and_end(talk, method):
    for _ in range(3):
        task_of(talk)
    items = every(talk, method)
    keys = [item.get("uri") or item.get("uriTemplate") or item["name"] for item in items]
    assert len(keys) == len(set(keys))
    assert keys


@pytest.mark.parametrize("method", LISTS)
@pytest.mark.parametrize("cursor", ["nonsense", "bm9uc2Vuc2U=", "\x00", "9" * 1000])
def test_pagination_a_cursor_that_was_never_given_is_a_bad_parameter(talk, method, cursor):
    assert talk.error(method, modern({"cursor": cursor}))["code"] == -32602


# MARK: - server/utilities/caching


@pytest.mark.parametrize("method", [*LISTS, "server/discover"])
def test_caching_lists_say_how_long_they_may_be_kept_and_by_whom(talk, method):
    result = talk.result(method, modern())
    assert isinstance(result["ttlMs"], int) and result["ttlMs"] >= 0
    assert result["cacheScope"] in ("public", "private")


def test_caching_what_is_of_tasks_is_private_and_stale_at_once(talk):
    task = task_of(talk)
    result = talk.result("resources/read", modern({"uri": f"task://{task}"}))
    assert (result["ttlMs"], result["cacheScope"]) == (0, "private")
    assert talk.result("resources/list", modern())["cacheScope"] == "private"


@pytest.mark.parametrize("method", LISTS)
def test_caching_all_pages_of_a_list_have_the_same_scope(talk, method):
    assert len({page["cacheScope"] for page in pages(talk, method)}) == 1


# MARK: - basic/patterns/progress


def test_progress_increases_and_ends_with_the_answer(talk):
    talk.result("tools/call", modern({"name": "test_tool_with_progress", "arguments": {}, "_meta": {"progressToken": "p"}}))
    notices = [notice["params"] for notice in talk.notifications("notifications/progress")]
    values = [notice["progress"] for notice in notices]
    assert len(values) >= 2
    assert values == sorted(set(values))
    assert {notice["progressToken"] for notice in notices} == {"p"}


def test_progress_is_told_to_nobody_who_did_not_ask(talk):
    talk.call("test_tool_with_progress")
    assert not talk.notifications()


def test_logging_is_told_to_nobody_who_did_not_ask(talk):
    talk.call("test_tool_with_logging")
    assert not talk.notifications()


# MARK: - basic/patterns/cancellation


def test_cancellation_of_a_request_that_is_not_there_is_passed_over(talk):
    for params in [{"requestId": "nobody"}, {}, {"requestId": None}, {"requestId": [1]}]:
        talk.notify("notifications/cancelled", modern(params))
    assert talk.result("server/discover", modern())


# MARK: - basic/patterns/subscriptions


def listen(talk, filter: dict, **options) -> tuple[object, dict]:
    id = talk.begin("subscriptions/listen", modern({"notifications": filter}, **options))
    return id, talk.hear("notifications/subscriptions/acknowledged")["params"]


def test_subscriptions_the_first_message_says_what_will_be_told(talk):
    id, acknowledged = listen(talk, {"toolsListChanged": True, "resourceSubscriptions": ["test://watched-resource"]})
    assert acknowledged["_meta"][META + "subscriptionId"] == id
    first = next(record for record in talk.records if record["from"] == "server")
    assert "notifications/subscriptions/acknowledged" in first["line"]
    accepted = acknowledged["notifications"]
    assert set(accepted) <= {"toolsListChanged", "resourceSubscriptions"}
    assert accepted["resourceSubscriptions"] == ["test://watched-resource"]


def test_subscriptions_tell_when_a_resource_has_changed(talk, legwork):
    call = legwork.slow(legwork.longer)
    task = talk.result("tools/call", modern({"name": call.tool, "arguments": call.arguments}))["taskId"]
    id, _ = listen(talk, {"resourceSubscriptions": [f"task://{task}"]})
    told = talk.hear("notifications/resources/updated", where=lambda params: params["uri"] == f"task://{task}")["params"]
    assert told["_meta"][META + "subscriptionId"] == id
    ended(talk, task)
    other = task_of(talk)
    ended(talk, other)
    assert all(notice["params"]["uri"] == f"task://{task}" for notice in talk.notifications("notifications/resources/updated"))


def test_subscriptions_nothing_is_told_that_was_not_asked_for(talk):
    listen(talk, {"toolsListChanged": True})
    task = task_of(talk)
    ended(talk, task)
    talk.result("resources/read", modern({"uri": f"task://{task}"}))
    assert not talk.notifications()


def test_subscriptions_several_are_told_apart(talk, legwork):
    call = legwork.slow(2 * legwork.longer + 2)
    tasks = [talk.result("tools/call", modern({"name": call.tool, "arguments": call.arguments}))["taskId"] for _ in range(2)]
    ids = {task: listen(talk, {"resourceSubscriptions": [f"task://{task}"]})[0] for task in tasks}
    for task in tasks:
        told = talk.hear("notifications/resources/updated", where=lambda params, task=task: params["uri"] == f"task://{task}")
        assert told["params"]["_meta"][META + "subscriptionId"] == ids[task]


def test_subscriptions_end_when_the_client_calls_them_off(talk):
    if isinstance(talk, HTTPWire):
        message = {"jsonrpc": "2.0", "id": "l", "method": "subscriptions/listen", "params": modern({"notifications": {"toolsListChanged": True}})}
        response = talk.endpoint.post(message)
        assert next(response.messages())["method"] == "notifications/subscriptions/acknowledged"
        response.close()
    else:
        id, _ = listen(talk, {"toolsListChanged": True})
        talk.notify("notifications/cancelled", {"requestId": id})
    assert talk.result("server/discover", modern())


def test_subscriptions_a_filter_that_is_none_is_a_bad_parameter(talk):
    for filter in [None, [], "all", {"resourceSubscriptions": "task://x"}]:
        assert talk.error("subscriptions/listen", modern({"notifications": filter}))["code"] == -32602


# MARK: - basic/patterns/mrtr


def filled(request: dict, text: str = "Ada") -> dict:
    samples = {"boolean": True, "string": text, "integer": 3, "number": 3}
    properties = request["params"]["requestedSchema"]["properties"]
    content = {name: member.get("enum", [samples.get(member["type"])])[0] for name, member in properties.items()}
    return {"action": "accept", "content": content}


ASKING = "test_input_required_result_elicitation"


def first_round(talk, tool: str = ASKING) -> dict:
    result = talk.result("tools/call", modern({"name": tool, "arguments": {}}, capabilities=FORM))
    assert result["resultType"] == "input_required", result
    return result


def retry(first: dict, responses: dict | None = None, **members) -> dict:
    params = {"name": ASKING, "arguments": {}}
    params["inputResponses"] = responses if responses is not None else {key: filled(asked) for key, asked in first["inputRequests"].items()}
    if "requestState" in first:
        params["requestState"] = first["requestState"]
    return modern(params | members, capabilities=FORM)


def test_mrtr_a_question_is_a_result_and_its_answer_leads_to_the_end(talk):
    first = first_round(talk)
    assert all(asked["method"] == "elicitation/create" for asked in first["inputRequests"].values())
    done = talk.result("tools/call", retry(first))
    assert done["resultType"] == "complete"
    assert "Ada" in str(done["content"])


def test_mrtr_nothing_is_asked_that_the_client_cannot_answer(talk):
    answer = talk.ask("tools/call", modern({"name": ASKING, "arguments": {}}, tasks=False))
    if "error" in answer:
        assert answer["error"]["code"] == -32021
        assert "elicitation" in answer["error"]["data"]["requiredCapabilities"]
    else:
        assert answer["result"]["resultType"] == "complete"


def test_mrtr_answers_that_are_missing_are_asked_for_again(talk):
    first = first_round(talk)
    again = talk.result("tools/call", retry(first, {}))
    assert again["resultType"] == "input_required"
    assert again["inputRequests"]
    done = talk.result("tools/call", retry(again))
    assert done["resultType"] == "complete"


def test_mrtr_answers_that_nobody_asked_for_are_passed_over(talk):
    first = first_round(talk)
    responses = {key: filled(asked) for key, asked in first["inputRequests"].items()} | {"nobody-asked": {"action": "decline"}}
    assert talk.result("tools/call", retry(first, responses))["resultType"] == "complete"


def test_mrtr_a_state_that_was_changed_is_refused(talk):
    first = first_round(talk, "test_input_required_result_request_state")
    state = first["requestState"]
    for changed in [state[:-2] + ("AA" if state[-2:] != "AA" else "BB"), "x", "", state + state]:
        params = retry(first, requestState=changed, name="test_input_required_result_request_state")
        answer = talk.ask("tools/call", params)
        assert answer["error"]["code"] == -32602, answer


def test_mrtr_a_state_belongs_to_its_request(talk):
    first = first_round(talk, "test_input_required_result_request_state")
    params = retry(first, name=ASKING)
    answer = talk.ask("tools/call", params)
    assert "error" in answer and answer["error"]["code"] == -32602


def test_mrtr_answers_that_cannot_be_read_are_a_bad_parameter(talk):
    first = first_round(talk)
    for responses in ([], "yes", 5):
        assert talk.error("tools/call", retry(first, responses))["code"] == -32602

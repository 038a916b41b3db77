"""2026-07-28, the extension io.modelcontextprotocol/tasks.

https://github.com/modelcontextprotocol/ext-tasks, specification/draft/tasks.md
"""

import time
from datetime import datetime

import pytest
from wire import META, RELATED, TASKS, HTTPWire, modern

UNKNOWN = "task_aaaaaaaaaaaaaaaaaaaaaaaaaa"
TERMINAL = ("completed", "failed", "cancelled")


def create(talk, tool: str, arguments: dict | None = None, **members) -> dict:
    result = talk.result("tools/call", modern({"name": tool, "arguments": arguments or {}} | members))
    assert result["resultType"] == "task", result
    return result


def get(talk, task: str) -> dict:
    return talk.result("tasks/get", modern({"taskId": task}))


def until(talk, task: str, statuses=TERMINAL, timeout: float = 30.0) -> dict:
    """Polls until the task has one of the statuses."""
    deadline = time.monotonic() + timeout
    while True:
        state = get(talk, task)
        if state["status"] in statuses:
            return state
        assert time.monotonic() < deadline, f"still {state['status']} after {timeout} s"
        assert state["status"] not in TERMINAL, state


def update(talk, task: str, responses: dict) -> dict:
    return talk.result("tasks/update", modern({"taskId": task, "inputResponses": responses}))


def cancel(talk, task: str) -> dict:
    return talk.result("tasks/cancel", modern({"taskId": task}))


def payload(result: dict) -> dict:
    """What a result says beside what every result says."""
    return {key: value for key, value in result.items() if key not in ("_meta", "resultType")}


def accept(content: dict) -> dict:
    return {"action": "accept", "content": content}


def filled(request: dict) -> dict:
    """An answer to a question that fits the schema that it came with."""
    schema = request["params"]["requestedSchema"]
    samples = {"boolean": True, "string": "Ada", "integer": 3, "number": 3}
    return accept({name: member.get("enum", [samples.get(member["type"])])[0] for name, member in schema["properties"].items()})


# MARK: - Capability negotiation


def test_negotiation_the_server_declares_the_extension_and_nothing_of_the_older_kind(talk):
    capabilities = talk.result("server/discover", modern())["capabilities"]
    assert capabilities["extensions"][TASKS] == {}
    assert "tasks" not in capabilities


def test_negotiation_a_request_that_does_not_declare_it_never_gets_a_task(talk, legwork):
    call = legwork.slow(legwork.longer)
    create(talk, "slow_compute", {"seconds": 0})
    for tool, arguments in [("slow_compute", {"seconds": 0, "label": "x"}), (call.tool, call.arguments)]:
        result = talk.result("tools/call", modern({"name": tool, "arguments": arguments}, tasks=False))
        assert result["resultType"] == "complete"
        assert "taskId" not in result


def test_negotiation_a_quick_call_is_answered_at_once_though_it_is_declared(talk):
    result = talk.result("tools/call", modern({"name": "greet", "arguments": {"name": "Ada"}}))
    assert result["resultType"] == "complete"
    assert "Ada" in result["content"][0]["text"]


def test_negotiation_a_tool_that_cannot_do_without_says_so(talk):
    id = talk.begin("tools/call", modern({"name": "failing_job", "arguments": {}}, tasks=False))
    error = talk.answer(id)["error"]
    assert error["code"] == -32021
    assert error["data"]["requiredCapabilities"] == {"extensions": {TASKS: {}}}
    if isinstance(talk, HTTPWire):
        assert talk.statuses[str(id)] == 400


@pytest.mark.parametrize("settings", [None, True, []])
def test_negotiation_an_extension_is_declared_by_an_object(talk, settings):
    meta = {META + "clientCapabilities": {"extensions": {TASKS: settings}}}
    result = talk.ask("tools/call", modern({"name": "slow_compute", "arguments": {"seconds": 0}, "_meta": meta}))
    assert result.get("result", {}).get("resultType") != "task"


def test_negotiation_the_older_parameter_is_no_wish(talk):
    result = talk.result("tools/call", modern({"name": "greet", "arguments": {"name": "Ada"}, "task": {"ttl": 60000}}, tasks=False))
    assert result["resultType"] == "complete"
    assert "Ada" in result["content"][0]["text"]
    declared = talk.result("tools/call", modern({"name": "greet", "arguments": {"name": "Ada"}, "task": {"ttl": 60000}}))
    assert declared["resultType"] == "complete"


# MARK: - Task creation


def test_creation_the_result_is_flat_and_has_what_is_demanded(talk):
    result = create(talk, "slow_compute", {"seconds": 1, "label": "x"})
    assert result["status"] == "working"
    assert isinstance(result["taskId"], str)
    assert result["ttlMs"] is None or isinstance(result["ttlMs"], int)
    assert isinstance(result.get("pollIntervalMs", 1), int)
    assert not {"task", "ttl", "pollInterval", "requestState", "inputRequests", "result", "error"} & result.keys()
    for member in ("createdAt", "lastUpdatedAt"):
        assert datetime.fromisoformat(result[member]).tzinfo is not None


def test_creation_the_task_can_be_asked_for_from_the_moment_its_id_is_known(talk):
    for _ in range(20):
        task = create(talk, "slow_compute", {"seconds": 0})
        assert get(talk, task["taskId"])["createdAt"] == task["createdAt"]


def test_creation_ids_cannot_be_guessed(talk):
    ids = {create(talk, "slow_compute", {"seconds": 0})["taskId"] for _ in range(20)}
    assert len(ids) == 20
    prefix = len(min(ids))
    while len({id[:prefix] for id in ids}) > 1:
        prefix -= 1
    # What differs has at least 120 bits of five each.
    assert all(len(id) - prefix >= 24 for id in ids)


def test_creation_what_is_asked_of_the_client_comes_before_the_task(talk):
    first = talk.result("tools/call", modern({"name": "test_tool_with_task", "arguments": {}}, capabilities={"elicitation": {"form": {}}}))
    assert first["resultType"] == "input_required"
    responses = {key: filled(asked) for key, asked in first["inputRequests"].items()}
    again = {"name": "test_tool_with_task", "arguments": {}, "inputResponses": responses}
    if "requestState" in first:
        again["requestState"] = first["requestState"]
    task = talk.result("tools/call", modern(again, capabilities={"elicitation": {"form": {}}}))
    assert task["resultType"] == "task"
    assert "Ada" in str(until(talk, task["taskId"])["result"])


# MARK: - Task polling


def test_polling_a_working_task_has_no_outcome(talk, legwork):
    call = legwork.slow(60)
    task = create(talk, call.tool, call.arguments)["taskId"]
    state = get(talk, task)
    assert state["resultType"] == "complete"
    assert state["status"] == "working"
    assert not {"result", "error", "inputRequests"} & state.keys()
    cancel(talk, task)


def test_polling_a_completed_task_has_the_result_of_the_call(talk):
    inline = talk.result("tools/call", modern({"name": "slow_compute", "arguments": {"seconds": 0, "label": "x"}}, tasks=False))
    state = until(talk, create(talk, "slow_compute", {"seconds": 0, "label": "x"})["taskId"])
    assert state["status"] == "completed"
    assert state["result"]["resultType"] == "complete"
    assert [block["type"] for block in state["result"]["content"]] == [block["type"] for block in inline["content"]]
    assert state["result"].keys() - {"_meta"} == inline.keys() - {"_meta"}
    assert RELATED not in state["result"].get("_meta", {})


def test_polling_a_tools_error_is_a_completed_task(talk):
    state = until(talk, create(talk, "failing_job")["taskId"])
    assert state["status"] == "completed"
    assert state["result"]["isError"] is True
    assert "error" not in state


def test_polling_an_error_of_the_protocol_is_a_failed_task(talk):
    state = until(talk, create(talk, "protocol_error_job")["taskId"])
    assert state["status"] == "failed"
    assert isinstance(state["error"]["code"], int)
    assert state["error"]["message"]
    assert "result" not in state


def test_polling_is_a_pure_reading(talk):
    task = create(talk, "slow_compute", {"seconds": 0})["taskId"]
    end = until(talk, task)
    for _ in range(3):
        assert payload(get(talk, task)) == payload(end)


def test_polling_a_task_does_not_expire_early(talk):
    task = create(talk, "slow_compute", {"seconds": 0})
    assert task["ttlMs"] is None or task["ttlMs"] >= 60_000
    until(talk, task["taskId"])
    assert get(talk, task["taskId"])["status"] == "completed"


def test_polling_many_tasks_side_by_side(talk):
    tasks = [create(talk, "slow_compute", {"seconds": 0.2, "label": f"n{number}"})["taskId"] for number in range(10)]
    for number, task in enumerate(tasks):
        assert f"n{number}" in str(until(talk, task)["result"])


# MARK: - Task update


def test_update_a_task_that_needs_input_shows_all_that_it_asks(talk):
    task = create(talk, "multi_input")["taskId"]
    state = until(talk, task, ("input_required",))
    assert len(state["inputRequests"]) == 2
    for asked in state["inputRequests"].values():
        assert asked["method"] == "elicitation/create"
        assert asked["params"]["message"]
        assert asked["params"]["requestedSchema"]["type"] == "object"
    # It is a picture of the moment, so it comes again as it is.
    assert get(talk, task)["inputRequests"] == state["inputRequests"]
    cancel(talk, task)


def test_update_is_acknowledged_with_an_empty_result_and_the_task_goes_on(talk):
    task = create(talk, "confirm_delete", {"filename": "a.txt"})["taskId"]
    asked = until(talk, task, ("input_required",))["inputRequests"]
    assert len(asked) == 1
    assert payload(update(talk, task, {key: filled(request) for key, request in asked.items()})) == {}
    end = until(talk, task)
    assert end["status"] == "completed"
    assert "a.txt" in str(end["result"])


def test_update_a_part_of_the_answers_leaves_the_rest_open(talk):
    task = create(talk, "multi_input")["taskId"]
    asked = until(talk, task, ("input_required",))["inputRequests"]
    first, second = asked
    update(talk, task, {first: filled(asked[first])})
    state = get(talk, task)
    assert state["status"] == "input_required"
    assert set(state["inputRequests"]) == {second}
    update(talk, task, {second: filled(asked[second])})
    assert until(talk, task)["status"] == "completed"


def test_update_passes_over_what_was_not_asked_or_is_answered(talk):
    task = create(talk, "multi_input")["taskId"]
    asked = until(talk, task, ("input_required",))["inputRequests"]
    first, second = asked
    assert payload(update(talk, task, {"nobody-asked": accept({})})) == {}
    assert set(get(talk, task)["inputRequests"]) == set(asked)
    update(talk, task, {first: filled(asked[first]), "nobody-asked": accept({})})
    assert payload(update(talk, task, {first: {"action": "decline"}})) == {}
    assert set(get(talk, task)["inputRequests"]) == {second}
    update(talk, task, {second: filled(asked[second])})
    assert until(talk, task)["status"] == "completed"
    assert payload(update(talk, task, {first: filled(asked[first])})) == {}


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_update_takes_a_no_for_an_answer(talk, action):
    task = create(talk, "confirm_delete", {"filename": "a.txt"})["taskId"]
    asked = until(talk, task, ("input_required",))["inputRequests"]
    update(talk, task, {key: {"action": action} for key in asked})
    assert until(talk, task)["status"] in TERMINAL


def test_update_keys_are_unique_over_a_tasks_life(talk):
    task = create(talk, "multi_input")["taskId"]
    asked = until(talk, task, ("input_required",))["inputRequests"]
    seen = set(asked)
    assert len(seen) == len(asked)
    update(talk, task, {key: filled(request) for key, request in asked.items()})
    end = until(talk, task, TERMINAL + ("input_required",))
    assert not seen & set(end.get("inputRequests", {}))


@pytest.mark.parametrize("responses", [None, [], "yes", 5])
def test_update_demands_an_object_of_answers(talk, responses):
    task = create(talk, "confirm_delete", {"filename": "a.txt"})["taskId"]
    until(talk, task, ("input_required",))
    assert talk.error("tasks/update", modern({"taskId": task, "inputResponses": responses}))["code"] == -32602
    assert get(talk, task)["status"] == "input_required"
    cancel(talk, task)


# MARK: - Task cancellation


def test_cancellation_is_acknowledged_with_an_empty_result_as_often_as_it_is_asked_for(talk, legwork):
    call = legwork.slow(60)
    task = create(talk, call.tool, call.arguments)["taskId"]
    for _ in range(2):
        assert payload(cancel(talk, task)) == {}
    assert until(talk, task)["status"] == "cancelled"
    assert payload(cancel(talk, task)) == {}
    assert get(talk, task)["status"] == "cancelled"


def test_cancellation_of_what_is_done_changes_nothing(talk):
    task = create(talk, "slow_compute", {"seconds": 0})["taskId"]
    end = until(talk, task)
    assert payload(cancel(talk, task)) == {}
    assert payload(get(talk, task)) == payload(end)


def test_cancellation_of_what_waits_for_input(talk):
    task = create(talk, "confirm_delete", {"filename": "a.txt"})["taskId"]
    until(talk, task, ("input_required",))
    cancel(talk, task)
    end = until(talk, task, TERMINAL)
    assert end["status"] == "cancelled"
    assert "inputRequests" not in end


def test_cancellation_by_the_notification_of_requests_does_not_touch_a_task(talk, legwork):
    call = legwork.slow(legwork.longer)
    id = talk.begin("tools/call", modern({"name": call.tool, "arguments": call.arguments}))
    task = talk.answer(id)["result"]["taskId"]
    if not isinstance(talk, HTTPWire):
        talk.notify("notifications/cancelled", modern({"requestId": id}))
    talk.notify("notifications/cancelled", modern({"requestId": task}))
    assert until(talk, task)["status"] == "completed"


# MARK: - Errors


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
def test_errors_an_unknown_task_is_a_bad_parameter(talk, method):
    for id in [UNKNOWN, "nonsense", "", "task_" + "x" * 500]:
        assert talk.error(method, modern({"taskId": id, "inputResponses": {}}))["code"] == -32602


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
@pytest.mark.parametrize("id", [None, 5, {}, []])
def test_errors_a_task_is_named_by_a_string(talk, method, id):
    assert talk.error(method, modern({"taskId": id, "inputResponses": {}}))["code"] == -32602


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
def test_errors_who_does_not_declare_the_extension_is_told_what_is_missing(talk, method):
    task = create(talk, "slow_compute", {"seconds": 0})["taskId"]
    for named in (task, UNKNOWN):
        id = talk.begin(method, modern({"taskId": named, "inputResponses": {}}, tasks=False))
        error = talk.answer(id)["error"]
        assert error["code"] == -32021
        assert error["data"]["requiredCapabilities"] == {"extensions": {TASKS: {}}}
        if isinstance(talk, HTTPWire):
            assert talk.statuses[str(id)] == 400


@pytest.mark.parametrize("method", ["tasks/list", "tasks/result", "tasks/nonsense"])
def test_errors_methods_of_the_older_kind_are_unknown(talk, method):
    assert talk.error(method, modern({"taskId": UNKNOWN}))["code"] == -32601


# MARK: - Status notifications


def listen(talk, filter: dict, **options):
    id = talk.begin("subscriptions/listen", modern({"notifications": filter}, **options))
    return id


def test_notifications_who_listens_without_declaring_is_told_what_is_missing(talk):
    error = talk.answer(listen(talk, {"taskIds": [UNKNOWN]}, tasks=False))["error"]
    assert error["code"] == -32021
    assert error["data"]["requiredCapabilities"] == {"extensions": {TASKS: {}}}


def test_notifications_tell_what_get_would_have_said(talk):
    task = create(talk, "confirm_delete", {"filename": "a.txt"})["taskId"]
    asked = until(talk, task, ("input_required",))["inputRequests"]
    other = create(talk, "slow_compute", {"seconds": 0})["taskId"]
    id = listen(talk, {"taskIds": [task]})
    acknowledged = talk.hear("notifications/subscriptions/acknowledged")
    assert acknowledged["params"]["notifications"]["taskIds"] == [task]
    update(talk, task, {key: filled(request) for key, request in asked.items()})
    told = talk.hear("notifications/tasks", where=lambda params: params["status"] == "completed")["params"]
    assert told["taskId"] == task
    assert told["_meta"][META + "subscriptionId"] == id
    assert payload(told) == payload(get(talk, task))
    until(talk, other)
    assert all(notice["params"]["taskId"] == task for notice in talk.notifications("notifications/tasks"))


def test_notifications_progress_and_messages_are_not_part_of_them(talk):
    params = modern({"name": "slow_compute", "arguments": {"seconds": 0.5}, "_meta": {"progressToken": "p", META + "logLevel": "debug"}})
    task = talk.result("tools/call", params)["taskId"]
    listen(talk, {"taskIds": [task]})
    until(talk, task)
    talk.hear("notifications/tasks", where=lambda params: params["status"] == "completed")
    assert not talk.notifications("notifications/progress")
    assert not talk.notifications("notifications/message")


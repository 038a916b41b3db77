"""2025-11-25, tasks: https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/tasks"""

import time
from datetime import datetime

import pytest
from wire import RELATED, HTTPWire, connect

UNKNOWN = "task_aaaaaaaaaaaaaaaaaaaaaaaaaa"
TERMINAL = ("completed", "failed", "cancelled")


@pytest.fixture
def session(talk):
    talk.initialize(capabilities={"elicitation": {"form": {}}})
    if isinstance(talk, HTTPWire):
        talk.listen()
    return talk


def create(session, tool: str, arguments: dict | None = None, task: dict | None = None) -> dict:
    result = session.result("tools/call", {"name": tool, "arguments": arguments or {}, "task": task or {}})
    return result["task"]


def get(session, task: str) -> dict:
    return session.result("tasks/get", {"taskId": task})


def until(session, task: str, statuses=TERMINAL, timeout: float = 30.0) -> dict:
    deadline = time.monotonic() + timeout
    while (state := get(session, task))["status"] not in statuses:
        assert time.monotonic() < deadline, f"still {state['status']} after {timeout} s"
    return state


# MARK: - Capabilities


def test_capabilities_are_declared(talk):
    declared = talk.initialize()["capabilities"]["tasks"]
    assert declared == {"list": {}, "cancel": {}, "requests": {"tools": {"call": {}}}}


def test_tools_that_are_forbidden_refuse_a_task_and_required_ones_demand_it(session):
    support = {tool["name"]: tool.get("execution", {}).get("taskSupport", "forbidden") for tool in session.result("tools/list", {})["tools"]}
    assert support["run_command"] == "optional"
    assert support["failing_job"] == "required"
    forbidden = next(name for name, value in support.items() if value == "forbidden")
    assert session.error("tools/call", {"name": forbidden, "arguments": {}, "task": {}})["code"] == -32601
    assert session.error("tools/call", {"name": "failing_job", "arguments": {}})["code"] in (-32601, -32600)


# MARK: - Creating


def test_creating_answers_at_once_with_a_task_that_works(session):
    task = create(session, "slow_compute", {"seconds": 2, "label": "x"}, {"ttl": 3_600_000})
    assert task["status"] == "working"
    assert isinstance(task["ttl"], int | None)
    assert isinstance(task.get("pollInterval", 1), int)
    for member in ("createdAt", "lastUpdatedAt"):
        assert datetime.fromisoformat(task[member]).tzinfo is not None


def test_creating_is_for_quick_calls_too(session):
    support = {tool["name"]: tool.get("execution", {}).get("taskSupport") for tool in session.result("tools/list", {})["tools"]}
    assert support["run_command"] in ("optional", "required")
    task = create(session, "run_command", {"argv": ["echo", "quick"]})
    assert task["status"] == "working"
    until(session, task["taskId"])
    assert "quick" in str(session.result("tasks/result", {"taskId": task["taskId"]})["content"])


def test_creating_without_the_parameter_is_an_ordinary_call(session):
    result = session.result("tools/call", {"name": "greet", "arguments": {"name": "Ada"}})
    assert "task" not in result
    assert "Ada" in result["content"][0]["text"]


@pytest.mark.parametrize("task", [None, 5, "yes", [], {"ttl": "long"}, {"ttl": -1}])
def test_creating_with_parameters_that_are_none(session, task):
    """It is a bad parameter, or where that can be seen as no wish at all, an ordinary call; never a crash."""
    answer = session.ask("tools/call", {"name": "run_command", "arguments": {"argv": ["true"]}, "task": task})
    assert "result" in answer or answer["error"]["code"] == -32602


def test_creating_ids_are_unique(session):
    ids = [create(session, "slow_compute", {"seconds": 0})["taskId"] for _ in range(10)]
    assert len(set(ids)) == 10 and all(isinstance(id, str) for id in ids)


def test_creating_at_a_revision_without_tasks_the_parameter_is_passed_over(talk):
    talk.initialize("2025-06-18")
    result = talk.result("tools/call", {"name": "greet", "arguments": {"name": "Ada"}, "task": {"ttl": 60000}})
    assert "task" not in result
    assert "Ada" in result["content"][0]["text"]


# MARK: - Getting


def test_getting_gives_the_task_flat_and_without_related_metadata(session):
    task = create(session, "slow_compute", {"seconds": 0})["taskId"]
    state = get(session, task)
    assert {"taskId", "status", "createdAt", "lastUpdatedAt", "ttl"} <= state.keys()
    assert "task" not in state
    assert RELATED not in state.get("_meta", {})


def test_getting_ignores_related_metadata_of_the_request(session):
    tasks = [create(session, "slow_compute", {"seconds": 0})["taskId"] for _ in range(2)]
    params = {"taskId": tasks[0], "_meta": {RELATED: {"taskId": tasks[1]}}}
    assert session.result("tasks/get", params)["taskId"] == tasks[0]


def test_getting_an_end_is_final(session):
    task = create(session, "slow_compute", {"seconds": 0})["taskId"]
    end = until(session, task)
    assert end["status"] == "completed"
    assert get(session, task) == end


# MARK: - Results


def test_results_are_waited_for_and_are_those_of_the_call(session):
    plain = session.result("tools/call", {"name": "slow_compute", "arguments": {"seconds": 0, "label": "x"}})
    task = create(session, "slow_compute", {"seconds": 1, "label": "x"})["taskId"]
    result = session.result("tasks/result", {"taskId": task})
    assert result["_meta"][RELATED] == {"taskId": task}
    assert get(session, task)["status"] == "completed"
    assert [block["type"] for block in result["content"]] == [block["type"] for block in plain["content"]]
    assert session.result("tasks/result", {"taskId": task}) == result


def test_results_are_waited_for_while_others_are_served(session):
    task = create(session, "slow_compute", {"seconds": 1, "label": "x"})["taskId"]
    id = session.begin("tasks/result", {"taskId": task})
    assert get(session, task)["status"] == "working"
    assert session.result("ping") == {}
    assert "result" in session.answer(id)


def test_results_a_tools_error_is_a_failed_task(session):
    task = create(session, "failing_job")["taskId"]
    state = until(session, task)
    assert state["status"] == "failed"
    assert state.get("statusMessage")
    assert session.result("tasks/result", {"taskId": task})["isError"] is True


def test_results_an_error_of_the_protocol_comes_back_as_it_is(session):
    task = create(session, "protocol_error_job")["taskId"]
    assert until(session, task)["status"] == "failed"
    error = session.error("tasks/result", {"taskId": task})
    assert isinstance(error["code"], int) and error["message"]
    assert session.error("tasks/result", {"taskId": task}) == error


def test_results_of_a_cancelled_task(session, legwork):
    call = legwork.slow(60)
    task = create(session, call.tool, call.arguments)["taskId"]
    id = session.begin("tasks/result", {"taskId": task})
    session.result("tasks/cancel", {"taskId": task})
    answer = session.answer(id)
    # There is no result, and whoever waited is told so, now and later.
    assert "error" in answer or answer["result"]["isError"] is True


# MARK: - Listing


def test_listing_has_every_task_that_can_be_got(session):
    tasks = {create(session, "slow_compute", {"seconds": 0})["taskId"] for _ in range(5)}
    found, cursor, pages = set(), None, 0
    while pages < 100:
        page = session.result("tasks/list", {"cursor": cursor} if cursor else {})
        assert not found & {task["taskId"] for task in page["tasks"]}
        found |= {task["taskId"] for task in page["tasks"]}
        cursor, pages = page.get("nextCursor"), pages + 1
        if cursor is None:
            break
    assert tasks <= found


def test_listing_a_cursor_that_was_never_given_is_a_bad_parameter(session):
    for cursor in ["nonsense", "", 5]:
        assert session.error("tasks/list", {"cursor": cursor})["code"] == -32602


# MARK: - Cancelling


def test_cancelling_answers_with_a_task_that_is_cancelled_and_stays_so(session, legwork):
    call = legwork.slow(60)
    task = create(session, call.tool, call.arguments)["taskId"]
    cancelled = session.result("tasks/cancel", {"taskId": task})
    assert (cancelled["taskId"], cancelled["status"]) == (task, "cancelled")
    assert get(session, task)["status"] == "cancelled"
    assert until(session, task)["status"] == "cancelled"


def test_cancelling_what_has_ended_is_a_bad_parameter(session):
    task = create(session, "slow_compute", {"seconds": 0})["taskId"]
    until(session, task)
    assert session.error("tasks/cancel", {"taskId": task})["code"] == -32602
    assert get(session, task)["status"] == "completed"


def test_cancelling_twice_is_a_bad_parameter(session, legwork):
    call = legwork.slow(60)
    task = create(session, call.tool, call.arguments)["taskId"]
    session.result("tasks/cancel", {"taskId": task})
    assert session.error("tasks/cancel", {"taskId": task})["code"] == -32602


# MARK: - Errors


@pytest.mark.parametrize("method", ["tasks/get", "tasks/result", "tasks/cancel"])
@pytest.mark.parametrize("id", [UNKNOWN, "nonsense", "", None, 5, {}])
def test_errors_a_task_that_is_not_there_is_a_bad_parameter(session, method, id):
    assert session.error(method, {"taskId": id})["code"] == -32602


# MARK: - Input


def test_input_a_task_that_needs_it_says_so_and_asks_those_who_want_its_result(session):
    task = create(session, "confirm_delete", {"filename": "a.txt"})["taskId"]
    until(session, task, ("input_required",))
    id = session.begin("tasks/result", {"taskId": task})
    asked = session.hear("elicitation/create")
    assert asked["params"]["_meta"][RELATED] == {"taskId": task}
    properties = asked["params"]["requestedSchema"]["properties"]
    content = {name: True if member["type"] == "boolean" else "yes" for name, member in properties.items()}
    session.respond(asked, {"action": "accept", "content": content})
    result = session.answer(id)["result"]
    assert "a.txt" in str(result["content"])
    assert get(session, task)["status"] == "completed"


def test_input_two_questions_are_both_asked(session):
    task = create(session, "multi_input")["taskId"]
    id = session.begin("tasks/result", {"taskId": task})
    for _ in range(2):
        asked = session.hear("elicitation/create")
        assert asked["params"]["_meta"][RELATED] == {"taskId": task}
        properties = asked["params"]["requestedSchema"]["properties"]
        samples = {"boolean": True, "string": "Ada", "integer": 3, "number": 3}
        content = {name: member.get("enum", [samples.get(member["type"])])[0] for name, member in properties.items()}
        session.respond(asked, {"action": "accept", "content": content})
    assert "result" in session.answer(id)


# MARK: - Notifications and progress


def test_notifications_tell_the_status_whole(session):
    task = create(session, "slow_compute", {"seconds": 0.5})["taskId"]
    until(session, task)
    told = session.hear("notifications/tasks/status", where=lambda params: params["taskId"] == task and params["status"] == "completed")
    assert {"taskId", "status", "createdAt", "lastUpdatedAt", "ttl"} <= told["params"].keys()


def test_related_metadata_is_on_what_belongs_to_a_task_and_not_on_its_status(session):
    task = create(session, "slow_compute", {"seconds": 0})["taskId"]
    until(session, task)
    for notice in session.notifications("notifications/tasks/status"):
        assert RELATED not in notice["params"].get("_meta", {})
    assert RELATED in session.result("tasks/result", {"taskId": task})["_meta"]


# MARK: - Access


def test_access_tasks_are_those_of_the_user_whichever_session_asks(session, legwork):
    """Both sessions are of the same user of this machine, or of the same token."""
    task = create(session, "slow_compute", {"seconds": 0})["taskId"]
    with connect(legwork) as other:
        other.initialize()
        assert other.result("tasks/get", {"taskId": task})["taskId"] == task

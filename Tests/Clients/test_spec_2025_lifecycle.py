"""2025-11-25 and before, base protocol and lifecycle: https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle"""

import time

import pytest
from wire import CLIENT, LEGACY, HTTPWire, connect, modern, request

VERSIONS = ["2025-03-26", "2025-06-18", "2025-11-25"]


def handshake(talk, version: str, **members) -> dict:
    return talk.result("initialize", {"protocolVersion": version, "capabilities": {}, "clientInfo": CLIENT} | members)


# MARK: - Initialization


@pytest.mark.parametrize("version", VERSIONS)
def test_initialization_a_version_that_is_spoken_is_agreed_to(talk, version):
    result = talk.initialize(version)
    assert result["protocolVersion"] == version
    assert result["serverInfo"]["name"] and result["serverInfo"]["version"]
    assert result["capabilities"]["tools"] is not None


@pytest.mark.parametrize("version", ["2031-01-01", "1900-01-01", "", "latest", "2026-07-28"])
def test_initialization_another_version_is_answered_with_the_newest(talk, version):
    assert handshake(talk, version)["protocolVersion"] == LEGACY


@pytest.mark.parametrize("params", [{}, {"protocolVersion": 5}, {"protocolVersion": None}])
def test_initialization_without_a_version_is_refused(talk, params):
    assert talk.error("initialize", params)["code"] == -32602


def test_initialization_capabilities_are_those_of_the_revision(talk):
    capabilities = talk.initialize("2025-11-25")["capabilities"]
    assert {"tools", "resources", "prompts", "completions", "logging", "tasks"} <= capabilities.keys()
    assert capabilities["resources"]["subscribe"] is True
    assert "extensions" not in capabilities


@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18"])
def test_initialization_tasks_are_declared_only_where_they_exist(talk, version):
    assert "tasks" not in talk.initialize(version)["capabilities"]


def test_initialization_the_same_may_be_done_by_many(legwork):
    lines = [connect(legwork) for _ in range(5)]
    for number, line in enumerate(lines):
        assert line.initialize(VERSIONS[number % 3])["protocolVersion"] == VERSIONS[number % 3]
    for line in lines:
        assert line.result("tools/list", {})["tools"]
        line.close()


# MARK: - Operation


@pytest.mark.parametrize("method", ["tools/list", "resources/list", "prompts/list"])
def test_operation_nothing_is_served_before_the_handshake(talk, method):
    if isinstance(talk, HTTPWire):
        assert talk.endpoint.post(request(method, {}), {"MCP-Protocol-Version": LEGACY}).status == 400
    else:
        assert talk.ask(method, {})["error"]["code"] in (-32600, -32602)


def test_operation_ping_is_answered_with_nothing(talk):
    talk.initialize()
    assert talk.result("ping") == {}
    assert talk.result("ping", {}) == {}


def test_operation_results_are_of_the_revision(talk):
    talk.initialize()
    for method in ["tools/list", "resources/list", "prompts/list"]:
        result = talk.result(method, {})
        assert not {"resultType", "ttlMs", "cacheScope"} & result.keys()


def test_operation_methods_of_the_modern_era_are_unknown(talk):
    talk.initialize()
    for method in ["tasks/update", "subscriptions/listen", "nonsense"]:
        assert talk.error(method, {"taskId": "x"})["code"] == -32601


@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18"])
def test_operation_methods_that_came_later_are_unknown(talk, version):
    talk.initialize(version)
    for method in ["tasks/get", "tasks/result", "tasks/list", "tasks/cancel"]:
        assert talk.error(method, {"taskId": "x"})["code"] == -32601


@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18"])
def test_operation_what_came_later_is_not_sent(talk, version):
    """A field that a revision does not know is no error to most clients; what matters is that nothing depends on it."""
    talk.initialize(version)
    for tool in talk.result("tools/list", {})["tools"]:
        assert "execution" not in tool


# MARK: - Messages


@pytest.mark.parametrize("id", ["text", 0, -5, 9007199254740991])
def test_messages_ids_come_back_as_they_were(talk, id):
    talk.initialize()
    assert talk.ask("ping", {}, id=id)["id"] == id


def test_messages_a_request_without_a_method_or_with_a_bad_version_is_refused(talk):
    talk.initialize()
    talk.send({"jsonrpc": "1.0", "id": "bad", "method": "ping"})
    assert talk.answer("bad")["error"]["code"] == -32600


def test_messages_a_notification_gets_no_answer(talk):
    talk.initialize()
    before = len([record for record in talk.records if record["from"] == "server"])
    talk.notify("notifications/roots/list_changed")
    talk.notify("notifications/nobody/knows/this", {"x": 1})
    talk.result("ping")
    assert len([record for record in talk.records if record["from"] == "server"]) == before + 1


def test_messages_params_must_be_an_object(talk):
    talk.initialize()
    for params in ([], "x", 5):
        assert talk.error("tools/list", params)["code"] == -32602


# MARK: - Cancellation and progress


def test_cancellation_of_a_request_stops_it(talk, legwork):
    talk.initialize()
    call = legwork.slow(60)
    id = talk.begin("tools/call", {"name": call.tool, "arguments": call.arguments, "_meta": {"progressToken": "p"}})
    talk.call("list_tasks", {"status": "active"})
    talk.notify("notifications/cancelled", {"requestId": id, "reason": "enough"})
    # Whatever had begun is called off; nothing of it becomes a task that lives.
    deadline = time.monotonic() + 20
    while talk.call("list_tasks", {"status": "active"})["structuredContent"]["count"]:
        assert time.monotonic() < deadline


def test_cancellation_of_what_is_not_there_is_passed_over(talk):
    talk.initialize()
    for params in [{"requestId": "nobody"}, {}, {"requestId": None}]:
        talk.notify("notifications/cancelled", params)
    assert talk.result("ping") == {}


@pytest.mark.parametrize("token", ["text", 0, 77])
def test_progress_names_the_token_and_increases(talk, token):
    talk.initialize()
    talk.result("tools/call", {"name": "test_tool_with_progress", "arguments": {}, "_meta": {"progressToken": token}})
    notices = [notice["params"] for notice in talk.notifications("notifications/progress")]
    assert len(notices) >= 2
    assert all(notice["progressToken"] == token for notice in notices)
    values = [notice["progress"] for notice in notices]
    assert values == sorted(set(values))


def test_progress_is_told_to_nobody_who_did_not_ask(talk):
    talk.initialize()
    talk.call("test_tool_with_progress")
    assert not talk.notifications("notifications/progress")


# MARK: - Both eras


def test_eras_a_modern_request_in_a_session_is_served_as_what_it_is(talk):
    talk.initialize()
    if isinstance(talk, HTTPWire):
        status, answer = talk.endpoint.ask("tools/list", modern())
        assert (status, answer["result"]["resultType"]) == (200, "complete")
    else:
        assert talk.result("tools/list", modern())["resultType"] == "complete"
    assert "resultType" not in talk.result("tools/list", {})

"""2026-07-28, basic protocol and versioning: what a server must do whatever it offers.

https://modelcontextprotocol.io/specification/2026-07-28/basic and …/basic/versioning
"""

import json

import pytest
from wire import META, MODERN, TASKS, HTTPWire, connect, modern, request

UNKNOWN_TASK = "task_aaaaaaaaaaaaaaaaaaaaaaaaaa"


def expect_status(talk, id, status: int):
    """Over HTTP an answer has a status too."""
    if isinstance(talk, HTTPWire):
        assert talk.statuses[json.dumps(id)] == status


def refused(talk, method: str, params: dict | None, code: int, status: int) -> dict:
    id = talk.begin(method, params)
    answer = talk.answer(id)
    assert answer["error"]["code"] == code, answer
    assert answer["error"]["message"]
    expect_status(talk, id, status)
    return answer["error"]


# MARK: - Messages


@pytest.mark.parametrize("id", ["text", "", "ünï", 0, -1, 9007199254740991, "7", 7])
def test_messages_requests_ids_are_strings_or_integers_and_come_back_as_they_were(talk, id):
    answer = talk.ask("server/discover", modern(), id=id)
    assert answer["id"] == id
    assert type(answer["id"]) is type(id)


@pytest.mark.parametrize("id", [None, 1.5, True, [], {}])
def test_messages_requests_other_ids_are_refused(talk, id):
    talk.send({"jsonrpc": "2.0", "id": id, "method": "server/discover", "params": modern()})
    assert talk.answer(None)["error"]["code"] == -32600


def test_messages_responses_have_a_result_with_a_type(talk):
    for method in ["server/discover", "tools/list"]:
        answer = talk.ask(method, modern())
        assert answer["jsonrpc"] == "2.0"
        assert "error" not in answer
        assert answer["result"]["resultType"] == "complete"


def test_messages_errors_have_the_id_a_code_and_a_message(talk):
    answer = talk.ask("nonsense", modern(), id="mine")
    assert answer["id"] == "mine"
    assert "result" not in answer
    assert isinstance(answer["error"]["code"], int)
    assert isinstance(answer["error"]["message"], str)


def test_messages_notifications_get_no_answer(talk):
    talk.notify("notifications/nobody/knows/this", modern({"a": 1}))
    talk.notify("notifications/cancelled", modern({"requestId": "nobody"}))
    talk.result("server/discover", modern())
    assert len([record for record in talk.records if record["from"] == "server"]) == 1


@pytest.mark.parametrize("message", [{"jsonrpc": "1.0"}, {"jsonrpc": None}, {"method": 5}, {"method": None}])
def test_messages_that_are_not_of_json_rpc_2_are_refused(talk, message):
    talk.send(request("server/discover", modern(), "bad") | message)
    assert talk.answer("bad")["error"]["code"] == -32600


# MARK: - Error codes


def test_error_codes_unknown_method(talk):
    refused(talk, "nonsense", modern(), -32601, 404)


@pytest.mark.parametrize("method", ["initialize2", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"])
def test_error_codes_methods_of_the_past_are_unknown(talk, method):
    refused(talk, method, modern({"level": "info", "uri": "task://x"}), -32601, 404)


def test_error_codes_a_resource_that_is_not_there_is_a_bad_parameter(talk):
    assert refused(talk, "resources/read", modern({"uri": f"task://{UNKNOWN_TASK}"}), -32602, 200)


# MARK: - Statelessness


def test_statelessness_what_a_request_declares_is_not_remembered(talk):
    assert talk.result("tools/call", modern({"name": "slow_compute", "arguments": {"seconds": 0}}))["resultType"] == "task"
    after = talk.result("tools/call", modern({"name": "slow_compute", "arguments": {"seconds": 0}}, tasks=False))
    assert after["resultType"] == "complete"


def test_statelessness_the_version_is_not_remembered(talk):
    talk.result("tools/list", modern())
    if isinstance(talk, HTTPWire):
        response = talk.endpoint.post(request("tools/list", {}), {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/list"})
        assert response.status == 400
        # The body names no version, which is wrong in itself and differs from the header.
        assert response.message()["error"]["code"] in (-32602, -32020)
    else:
        assert talk.error("tools/list", {})["code"] == -32602


def test_statelessness_a_task_is_known_to_another_connection(legwork, talk):
    task = talk.result("tools/call", modern({"name": "slow_compute", "arguments": {"seconds": 0}}))["taskId"]
    with connect(legwork) as other:
        assert other.result("tasks/get", modern({"taskId": task}))["taskId"] == task


# MARK: - _meta


@pytest.mark.parametrize(
    "meta",
    [
        {META + "clientCapabilities": {}},
        {META + "protocolVersion": MODERN},
        {META + "protocolVersion": 2026, META + "clientCapabilities": {}},
        {META + "protocolVersion": None, META + "clientCapabilities": {}},
        {META + "protocolVersion": MODERN, META + "clientCapabilities": []},
        {META + "protocolVersion": MODERN, META + "clientCapabilities": None},
        {META + "protocolVersion": MODERN, META + "clientCapabilities": "all"},
    ],
)
@pytest.mark.parametrize("method", ["server/discover", "tools/list"])
def test_meta_a_request_without_a_required_field_is_refused(talk, method, meta):
    if isinstance(talk, HTTPWire):
        # With the headers as they ought to be, so that it is the body that is refused.
        headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method}
        response = talk.endpoint.post(request(method, {"_meta": meta}), headers)
        assert response.status == 400
        # Where the body names another version than the header, or none, either complaint is right.
        assert response.message()["error"]["code"] in (-32602, -32020)
    else:
        assert talk.error(method, {"_meta": meta})["code"] == -32602


def test_meta_client_info_is_not_demanded(talk):
    meta = {META + "protocolVersion": MODERN, META + "clientCapabilities": {}}
    assert talk.result("tools/list", {"_meta": meta})["tools"]


def test_meta_keys_that_nobody_knows_do_no_harm(talk):
    meta = {"com.example/x": [1], "traceparent": "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01", "plain": None}
    assert talk.result("tools/list", modern({"_meta": meta}))["tools"]


def test_meta_the_server_names_itself_in_every_result(talk):
    for method, params in [("server/discover", {}), ("tools/list", {}), ("tools/call", {"name": "greet", "arguments": {"name": "Ada"}})]:
        info = talk.result(method, modern(params))["_meta"][META + "serverInfo"]
        assert info["name"] and info["version"]


def test_meta_a_capability_that_is_needed_and_not_declared_is_named(talk):
    error = refused(talk, "tasks/get", modern({"taskId": UNKNOWN_TASK}, tasks=False), -32021, 400)
    assert error["data"]["requiredCapabilities"] == {"extensions": {TASKS: {}}}


# MARK: - Versioning


@pytest.mark.parametrize("version", ["1900-01-01", "2025-11-25", "2031-12-31", "", "latest"])
@pytest.mark.parametrize("method", ["server/discover", "tools/list", "tools/call"])
def test_versioning_a_version_that_is_not_spoken_is_refused_with_those_that_are(talk, method, version):
    error = refused(talk, method, modern({"name": "greet", "arguments": {"name": "Ada"}}, version=version), -32022, 400)
    assert MODERN in error["data"]["supported"]
    assert error["data"]["requested"] == version


def test_versioning_server_discover_is_there(talk):
    result = talk.result("server/discover", modern())
    assert MODERN in result["supportedVersions"]
    assert result["capabilities"]["tools"] is not None


def test_versioning_extensions_that_nobody_knows_are_passed_over(talk):
    capabilities = {"extensions": {"com.example/teleport": {"range": 5}}}
    assert talk.result("tools/list", modern(tasks=False, capabilities=capabilities))["tools"]


def test_versioning_names_of_extensions_have_a_prefix(talk):
    extensions = talk.result("server/discover", modern())["capabilities"]["extensions"]
    assert TASKS in extensions
    assert all("/" in name for name in extensions)


def test_versioning_both_eras_are_served_at_one_place(legwork, talk):
    assert talk.initialize()["protocolVersion"] == "2025-11-25"
    assert "resultType" not in talk.result("tools/list", {})
    with connect(legwork) as other:
        assert other.result("tools/list", modern())["resultType"] == "complete"

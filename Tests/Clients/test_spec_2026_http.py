"""2026-07-28, Streamable HTTP: https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http"""

import base64
import http.client
import json
import time

import pytest
from wire import LEGACY, META, MODERN, Endpoint, HTTPWire, modern, notification, request


@pytest.fixture
def endpoint(http_server):
    return Endpoint(http_server.url, http_server.headers)


def greet(id=1, **members) -> dict:
    return request("tools/call", modern({"name": "greet", "arguments": {"name": "Ada"}} | members), id)


def slow(server, seconds: float, **members) -> dict:
    call = server.slow(seconds)
    return request("tools/call", modern({"name": call.tool, "arguments": call.arguments} | members), "slow")


def active(endpoint) -> int:
    _, answer = endpoint.ask("tools/call", modern({"name": "list_tasks", "arguments": {"status": "active"}}))
    return answer["result"]["structuredContent"]["count"]


def until(condition, what: str, timeout: float = 20.0):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"{what} within {timeout} s"


# MARK: - Security and endpoint


@pytest.mark.parametrize("origin", ["http://evil.example", "https://evil.example", "null", "http://127.0.0.1.evil.example", "file://"])
def test_security_a_foreign_origin_is_forbidden(endpoint, origin):
    response = endpoint.post(greet(), {"Origin": origin})
    assert response.status == 403
    body = list(response.messages()) if response.type == "application/json" else []
    assert all("id" not in message or message["id"] is None for message in body)
    assert endpoint.ask("server/discover", modern())[0] == 200


def test_security_its_own_origin_is_welcome(endpoint):
    origin = f"http://{endpoint.url.netloc}"
    assert endpoint.ask("server/discover", modern(), {"Origin": origin})[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
def test_security_a_foreign_host_is_refused(endpoint, host):
    assert 400 <= endpoint.post(greet(), {"Host": host}).status < 500


def test_security_nobody_comes_in_without_a_token(endpoint):
    for value in [None, "Bearer ", "Bearer wrong", "Basic eDp5", endpoint.headers["Authorization"] + "x"]:
        response = endpoint.post(greet(), {"Authorization": value})
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_security_it_listens_on_this_machine_only(http_server):
    """Every socket that listens at the port is bound to the loopback address."""
    port = f":{http_server.daemon.port:04X}"
    bound = []
    for file in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(file) as table:
            rows = [line.split() for line in table][1:]
        bound += [row[1] for row in rows if row[1].endswith(port) and row[3] == "0A"]
    assert bound == ["0100007F" + port]


# MARK: - Sending messages


@pytest.mark.parametrize("verb", ["GET", "DELETE"])
def test_sending_only_post_is_served_where_there_is_no_session(endpoint, verb):
    response = endpoint.open(verb, {"MCP-Protocol-Version": MODERN, "Accept": "text/event-stream"})
    assert response.status == 405
    assert "POST" in response.headers.get("Allow", "POST")


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "OPTIONS"])
def test_sending_other_verbs_are_refused(endpoint, verb):
    response = endpoint.open(verb, body=b"{}")
    if verb == "OPTIONS":
        assert response.status in (204, 404, 405)
        # Pages of other servers are told nothing.
        assert "Access-Control-Allow-Origin" not in response.headers
    else:
        assert response.status in (404, 405, 501)


def test_sending_a_notification_is_accepted_without_a_body(endpoint):
    message = notification("notifications/cancelled", modern({"requestId": "nobody"}))
    response = endpoint.post(message)
    assert response.status == 202
    assert response.body() == b""


def test_sending_a_notification_that_is_none_is_an_error(endpoint):
    response = endpoint.post({"jsonrpc": "1.0", "method": "notifications/cancelled"})
    assert response.status == 400


def test_sending_a_request_is_answered_with_one_object_or_a_stream(endpoint):
    response = endpoint.post(greet())
    assert response.status == 200
    assert response.type in ("application/json", "text/event-stream")
    assert "Ada" in str(response.message()["result"]["content"])


@pytest.mark.parametrize("body", [b'[{"jsonrpc":"2.0","id":1,"method":"server/discover"}]', b"[]", b"1", b'"x"', b"null"])
def test_sending_more_or_less_than_one_message_is_refused(endpoint, body):
    response = endpoint.post(body)
    assert response.status == 400
    assert response.message()["error"]["code"] == -32600


def test_sending_a_response_is_no_request(endpoint):
    response = endpoint.post({"jsonrpc": "2.0", "id": 1, "result": {}}, {"MCP-Protocol-Version": MODERN})
    # Nobody has asked anything, so there is nothing to be done; it may be told or passed over.
    assert response.status in (202, 400)


@pytest.mark.parametrize("accept", ["application/json, text/event-stream", "text/event-stream, application/json;q=0.5", "*/*", "application/*, text/*"])
def test_sending_with_both_types_accepted(endpoint, accept):
    assert endpoint.ask("server/discover", modern(), {"Accept": accept})[0] == 200


@pytest.mark.parametrize("type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_sending_another_type_of_body_is_refused(endpoint, type):
    """What a form on a web page can send is no message."""
    assert endpoint.post(greet(), {"Content-Type": type}).status == 415


# MARK: - Receiving messages


def test_receiving_notifications_come_before_the_answer_and_belong_to_the_request(endpoint, http_server):
    first = endpoint.post(slow(http_server, 5, _meta={"progressToken": "other"}))
    message = request("tools/call", modern({"name": "test_tool_with_progress", "arguments": {}, "_meta": {"progressToken": "mine"}}))
    response = endpoint.post(message)
    *notices, answer = list(response.messages())
    assert answer["id"] == 1
    assert len(notices) >= 2
    assert all(notice["method"] == "notifications/progress" for notice in notices)
    assert all(notice["params"]["progressToken"] == "mine" for notice in notices)
    values = [notice["params"]["progress"] for notice in notices]
    assert values == sorted(set(values))
    first.close()


def test_receiving_nothing_is_told_that_was_not_asked_for(endpoint):
    message = request("tools/call", modern({"name": "test_tool_with_progress", "arguments": {}}))
    assert [message["id"] for message in endpoint.post(message).messages()] == [1]


def test_receiving_a_stream_ends_with_the_answer_and_is_not_to_be_buffered(endpoint):
    message = request("tools/call", modern({"name": "test_tool_with_progress", "arguments": {}, "_meta": {"progressToken": 7}}))
    response = endpoint.post(message)
    assert response.type == "text/event-stream"
    assert response.headers["X-Accel-Buffering"] == "no"
    events = list(response.events())
    assert "result" in events[-1].message
    # Streams of this era cannot be resumed, so events have nothing to resume from.
    assert all(event.id is None for event in events)


def test_receiving_a_stream_cannot_be_resumed(endpoint):
    status, answer = endpoint.ask("server/discover", modern(), {"Last-Event-ID": "1"})
    assert status == 200
    assert "result" in answer
    assert endpoint.open("GET", {"Last-Event-ID": "1", "MCP-Protocol-Version": MODERN}).status == 405


def test_receiving_sessions_are_neither_demanded_nor_made(endpoint):
    response = endpoint.post(request("server/discover", modern()), {"Mcp-Session-Id": "somebody-elses"})
    assert response.status == 200
    assert "Mcp-Session-Id" not in response.headers


def test_receiving_several_streams_side_by_side(endpoint):
    def message(number):
        params = modern({"name": "test_tool_with_progress", "arguments": {}, "_meta": {"progressToken": number}})
        return request("tools/call", params, number)

    responses = [endpoint.post(message(number)) for number in range(8)]
    for number, response in reversed(list(enumerate(responses))):
        *notices, answer = list(response.messages())
        assert answer["id"] == number
        assert {notice["params"]["progressToken"] for notice in notices} == {number}


def test_receiving_ids_of_different_clients_do_not_meet(endpoint, http_server):
    """Each request stands for itself: two clients may count from one, at the same time."""
    waiting = endpoint.post(slow(http_server, http_server.window / 2) | {"id": 1})
    status, answer = endpoint.ask("server/discover", modern())
    assert status == 200
    assert "result" in answer
    assert waiting.message()["id"] == 1


# MARK: - Cancellation


def test_cancellation_hanging_up_cancels_the_request(endpoint, http_server, tmp_path):
    """What would have become a task has been called off before, so there is none, and its command has gone."""
    begun, mark = tmp_path / "begun", tmp_path / "went-on"
    arguments = {"argv": ["sh", "-c", f"touch {begun}; sleep {http_server.window * 1.5}; touch {mark}"]}
    params = modern({"name": "run_command", "arguments": arguments, "_meta": {"progressToken": "p"}})
    connection = endpoint_request_without_answer(endpoint, request("tools/call", params, "leaves"))
    until(begun.exists, "the command begins")
    connection.close()
    until(lambda: active(endpoint) == 0, "the call ends")
    _, answer = endpoint.ask("tools/call", modern({"name": "list_tasks", "arguments": {}}))
    listed = answer["result"]["structuredContent"]["tasks"]
    assert all(task["status"] == "cancelled" for task in listed), listed
    assert not mark.exists()


def endpoint_request_without_answer(endpoint: Endpoint, message: dict):
    """Sends a request and reads nothing."""
    body = json.dumps(message).encode()
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(*endpoint.address, timeout=30)
    connection.request("POST", endpoint.url.path, body, endpoint.headers | headers | Endpoint.describe(message))
    return connection


def test_cancellation_hanging_up_does_not_touch_a_task(endpoint, http_server):
    response = endpoint.post(slow(http_server, http_server.longer))
    task = response.message()["result"]["taskId"]
    response.close()
    until(lambda: endpoint.ask("tasks/get", modern({"taskId": task}))[1]["result"]["status"] != "working", "the task ends")
    assert endpoint.ask("tasks/get", modern({"taskId": task}))[1]["result"]["status"] == "completed"


def test_cancellation_by_notification_means_nothing_here(endpoint, http_server):
    with HTTPWire(http_server) as wire:
        id = wire.begin("tools/call", slow(http_server, http_server.longer)["params"])
        assert endpoint.post(notification("notifications/cancelled", modern({"requestId": id}))).status == 202
        assert wire.answer(id)["result"]["resultType"] == "task"


# MARK: - Request metadata


def mismatch(endpoint, message, headers, code: int = -32020):
    response = endpoint.post(message, headers)
    assert response.status == 400, response.status
    answer = response.message()
    assert answer["error"]["code"] == code, answer
    assert answer["id"] == message["id"]


def test_metadata_the_version_must_be_in_the_header(endpoint):
    # Without it a request may be taken for one of 2025-03-26, but the body says otherwise.
    mismatch(endpoint, greet(), {"MCP-Protocol-Version": None})


@pytest.mark.parametrize("version", [LEGACY, "2025-06-18", "1900-01-01", "2026-07-29", ""])
def test_metadata_the_version_of_the_header_must_be_that_of_the_body(endpoint, version):
    response = endpoint.post(greet(), {"MCP-Protocol-Version": version})
    assert response.status == 400
    assert response.message()["error"]["code"] in ((-32020,) if version in (LEGACY, "2025-06-18", "") else (-32020, -32022))


def test_metadata_a_version_that_is_not_spoken_is_refused_when_both_agree(endpoint):
    status, answer = endpoint.ask("server/discover", modern(version="1900-01-01"))
    assert status == 400
    assert answer["error"]["code"] == -32022
    assert MODERN in answer["error"]["data"]["supported"]


def test_metadata_an_unknown_method_is_not_found(endpoint):
    status, answer = endpoint.ask("nonsense", modern())
    assert status == 404
    assert answer["error"]["code"] == -32601


def test_metadata_the_method_must_be_in_the_header(endpoint):
    mismatch(endpoint, greet(), {"Mcp-Method": None})


@pytest.mark.parametrize("method", ["tools/list", "TOOLS/CALL", "tools/call2", ""])
def test_metadata_the_method_of_the_header_must_be_that_of_the_body(endpoint, method):
    mismatch(endpoint, greet(), {"Mcp-Method": method})


def test_metadata_the_name_must_be_in_the_header(endpoint):
    mismatch(endpoint, greet(), {"Mcp-Name": None})
    mismatch(endpoint, request("prompts/get", modern({"name": "test_simple_prompt"})), {"Mcp-Name": None})
    mismatch(endpoint, request("resources/read", modern({"uri": "test://static-text"})), {"Mcp-Name": None})


@pytest.mark.parametrize("name", ["run_command", "Greet", "greet2", ""])
def test_metadata_the_name_of_the_header_must_be_that_of_the_body(endpoint, name):
    mismatch(endpoint, greet(), {"Mcp-Name": name})


def test_metadata_the_uri_of_a_resource_is_its_name(endpoint):
    message = request("resources/read", modern({"uri": "test://static-text"}))
    mismatch(endpoint, message, {"Mcp-Name": "test://static-binary"})
    assert endpoint.post(message).status == 200


def test_metadata_the_name_of_a_prompt(endpoint):
    message = request("prompts/get", modern({"name": "test_simple_prompt"}))
    mismatch(endpoint, message, {"Mcp-Name": "test_prompt_with_image"})
    assert endpoint.post(message).status == 200


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
def test_metadata_the_id_of_a_task_is_its_name(endpoint, method):
    params = modern({"name": "slow_compute", "arguments": {"seconds": 0}})
    task = endpoint.ask("tools/call", params)[1]["result"]["taskId"]
    message = request(method, modern({"taskId": task, "inputResponses": {}}))
    mismatch(endpoint, message, {"Mcp-Name": "task_aaaaaaaaaaaaaaaaaaaaaaaaaa"})
    mismatch(endpoint, message, {"Mcp-Method": "tasks/other"})
    assert endpoint.post(message).status == 200


def test_metadata_names_of_headers_have_no_case_and_values_no_outer_space(endpoint):
    headers = {
        "MCP-Protocol-Version": None,
        "Mcp-Method": None,
        "Mcp-Name": None,
        "mcp-protocol-version": f" {MODERN} ",
        "MCP-METHOD": "\ttools/call ",
        "mcp-NAME": "  greet",
    }
    assert endpoint.post(greet(), headers).status == 200


def encoded(text: str) -> str:
    return f"=?base64?{base64.b64encode(text.encode()).decode()}?="


def test_metadata_an_encoded_name_is_decoded_before_it_is_compared(endpoint):
    assert endpoint.post(greet(), {"Mcp-Name": encoded("greet")}).status == 200
    mismatch(endpoint, greet(), {"Mcp-Name": encoded("greet2")})
    message = request("tools/call", modern({"name": "grüß", "arguments": {}}))
    # A name that matches, of a tool that there is not: an ordinary error.
    response = endpoint.post(message, {"Mcp-Name": encoded("grüß")})
    assert response.status == 200
    assert response.message()["error"]["code"] == -32602
    literal = "=?base64?Z3JlZXQ=?="
    message = request("tools/call", modern({"name": literal, "arguments": {}}))
    assert endpoint.post(message, {"Mcp-Name": encoded(literal)}).message()["error"]["code"] == -32602
    mismatch(endpoint, message, {"Mcp-Name": literal})


@pytest.mark.parametrize("name", ["=?base64?%%%?=", "=?base64?/w==?=", "=?base64?Z3JlZXQ?=", "=?BASE64?Z3JlZXQ=?="])
def test_metadata_an_encoding_that_is_none_is_a_mismatch(endpoint, name):
    mismatch(endpoint, greet(), {"Mcp-Name": name})


@pytest.mark.parametrize("name", ["gr\xfc\xdf", "greet\x7f"])
def test_metadata_a_value_with_characters_that_do_not_belong_there_is_refused(endpoint, name):
    assert endpoint.post(greet(), {"Mcp-Name": name}).status == 400


def test_metadata_headers_that_are_not_demanded_do_no_harm(endpoint):
    assert endpoint.post(request("tools/list", modern()), {"Mcp-Name": None, "Mcp-Param-Nobody": "x"}).status == 200


# MARK: - Statuses


def test_statuses_bad_metadata_is_a_bad_request(endpoint):
    message = request("tools/list", {"_meta": {META + "protocolVersion": MODERN}})
    mismatch(endpoint, message, {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/list"}, -32602)


def test_statuses_an_ordinary_error_is_an_ordinary_answer(endpoint):
    for method, params in [
        ("tools/call", {"name": "no_such_tool"}),
        ("tasks/get", {"taskId": "task_aaaaaaaaaaaaaaaaaaaaaaaaaa"}),
        ("tools/list", {"cursor": "nonsense"}),
        ("prompts/get", {"name": "no_such_prompt"}),
    ]:
        status, answer = endpoint.ask(method, modern(params))
        assert (status, answer["error"]["code"]) == (200, -32602), method


def test_statuses_a_missing_capability_is_a_bad_request(endpoint):
    status, answer = endpoint.ask("tools/call", modern({"name": "failing_job", "arguments": {}}, tasks=False))
    assert (status, answer["error"]["code"]) == (400, -32021)


# MARK: - Backward compatibility


def test_compatibility_a_handshake_is_answered_at_the_same_place(endpoint):
    message = request("initialize", {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}})
    response = endpoint.post(message)
    assert response.status == 200
    assert response.message()["result"]["protocolVersion"] == LEGACY


def test_compatibility_an_initialize_with_modern_metadata_is_no_handshake_that_lasts(endpoint):
    params = modern({"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "both", "version": "1"}})
    assert endpoint.post(request("initialize", params)).status in (200, 404)
    assert endpoint.ask("tools/list", modern())[0] == 200

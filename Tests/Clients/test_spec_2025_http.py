"""2025-03-26 to 2025-11-25, Streamable HTTP: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports"""

import http.client
import json
import time

import pytest
from wire import CLIENT, LEGACY, Endpoint, HTTPWire, notification, request

HELLO = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": CLIENT}


@pytest.fixture
def endpoint(http_server):
    return Endpoint(http_server.url, http_server.headers)


class Session:
    """A session, by hand."""

    def __init__(self, endpoint: Endpoint, version: str = LEGACY, capabilities: dict | None = None):
        self.endpoint = endpoint
        self.version = version
        params = HELLO | {"protocolVersion": version, "capabilities": capabilities or {}}
        response = endpoint.post(request("initialize", params))
        assert response.status == 200
        self.id = response.headers["Mcp-Session-Id"]
        self.result = response.message()["result"]
        assert endpoint.post(notification("notifications/initialized"), self.headers).status == 202

    @property
    def headers(self) -> dict[str, str]:
        return {"Mcp-Session-Id": self.id, "MCP-Protocol-Version": self.version}

    def post(self, message, headers: dict | None = None):
        return self.endpoint.post(message, self.headers | (headers or {}))

    def ask(self, method: str, params: dict | None = None, id=1) -> dict:
        return self.post(request(method, params or {}, id)).message()

    def stream(self, headers: dict | None = None):
        return self.endpoint.open("GET", self.headers | {"Accept": "text/event-stream"} | (headers or {}))

    def end(self) -> int:
        return self.endpoint.open("DELETE", self.headers).status


@pytest.fixture
def session(endpoint):
    return Session(endpoint)


# MARK: - Security


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_security_a_foreign_origin_is_forbidden(endpoint, session, origin):
    assert endpoint.post(request("initialize", HELLO), {"Origin": origin}).status == 403
    assert session.post(request("ping"), {"Origin": origin}).status == 403
    assert session.stream({"Origin": origin}).status == 403
    assert endpoint.open("DELETE", session.headers | {"Origin": origin}).status == 403
    assert session.ask("ping")["result"] == {}


# MARK: - Sending


def test_sending_a_notification_or_a_response_is_accepted_without_a_body(session):
    for message in [notification("notifications/cancelled", {"requestId": "x"}), {"jsonrpc": "2.0", "id": 99, "result": {}}]:
        response = session.post(message)
        assert response.status == 202
        assert response.body() == b""


def test_sending_what_cannot_be_accepted_is_an_error(session):
    response = session.post(b"{")
    assert response.status == 400
    assert response.message()["error"]["code"] == -32700


def test_sending_a_request_is_answered_with_one_object_or_a_stream(session):
    response = session.post(request("tools/list", {}))
    assert response.status == 200
    assert response.type in ("application/json", "text/event-stream")
    assert response.message()["result"]["tools"]


@pytest.mark.parametrize("version", ["2025-06-18", LEGACY])
def test_sending_batches_is_a_thing_of_the_past(endpoint, version):
    session = Session(endpoint, version)
    response = session.post([request("ping", {}, 1), request("ping", {}, 2)])
    assert response.status == 400
    assert response.message()["error"]["code"] == -32600


def test_sending_ordinary_errors_have_an_ordinary_status(session):
    response = session.post(request("nonsense", {}))
    assert response.status == 200
    assert response.message()["error"]["code"] == -32601


def test_sending_a_stream_ends_after_the_answer(session):
    params = {"name": "test_tool_with_progress", "arguments": {}, "_meta": {"progressToken": "p"}}
    response = session.post(request("tools/call", params))
    assert response.type == "text/event-stream"
    *notices, answer = list(response.messages())
    assert answer["id"] == 1
    assert all(notice["method"] == "notifications/progress" for notice in notices)


def test_sending_hanging_up_is_no_cancel(session, http_server):
    """The call goes on, and becomes a task that is found."""
    call = http_server.slow(http_server.longer)
    response = open_without_waiting(session, request("tools/call", {"name": call.tool, "arguments": call.arguments}, "left"))
    response.close()
    deadline = time.monotonic() + 30
    while True:
        listed = session.ask("tools/call", {"name": "list_tasks", "arguments": {}})["result"]["structuredContent"]["tasks"]
        if listed and listed[0]["status"] == "completed":
            break
        assert time.monotonic() < deadline, listed
    assert len(listed) == 1


def open_without_waiting(session: Session, message: dict):
    headers = session.endpoint.headers | session.headers
    headers |= {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(*session.endpoint.address, timeout=30)
    connection.request("POST", session.endpoint.url.path, json.dumps(message).encode(), headers)
    # Something that is asked after it is answered: by then it has been taken.
    assert session.ask("ping")["result"] == {}
    return connection


def test_sending_an_explicit_cancel_stops_the_call(session, http_server):
    call = http_server.slow(60)
    response = open_without_waiting(session, request("tools/call", {"name": call.tool, "arguments": call.arguments}, "off"))
    assert session.post(notification("notifications/cancelled", {"requestId": "off"})).status == 202
    deadline = time.monotonic() + 20
    while session.ask("tools/call", {"name": "list_tasks", "arguments": {"status": "active"}})["result"]["structuredContent"]["count"]:
        assert time.monotonic() < deadline
    response.close()


# MARK: - Listening


def test_listening_is_a_stream(session):
    response = session.stream()
    assert response.status == 200
    assert response.type == "text/event-stream"
    response.close()


def test_listening_without_accepting_streams_is_refused(session):
    assert session.endpoint.open("GET", session.headers | {"Accept": "application/json"}).status in (405, 406)


def test_listening_gives_what_belongs_to_no_request_and_never_an_answer(session, http_server):
    stream = session.stream()
    events = stream.events()
    call = http_server.slow(http_server.longer)
    ticket = session.ask("tools/call", {"name": call.tool, "arguments": call.arguments})["result"]
    uri = f"task://{ticket['structuredContent']['task_id']}"
    assert session.ask("resources/subscribe", {"uri": uri})["result"] == {}
    message = next(event.message for event in events if event.data)
    assert message["method"] == "notifications/resources/updated"
    assert message["params"]["uri"] == uri
    assert "result" not in message
    stream.close()


# MARK: - Several connections, and resuming


def test_resuming_each_message_goes_to_one_stream_only(session, http_server):
    """What belongs to a request comes with it, and is not told to who listens."""
    stream = session.stream()
    params = {"name": "test_tool_with_progress", "arguments": {}, "_meta": {"progressToken": "p"}}
    told = list(session.post(request("tools/call", params)).messages())
    assert len(told) > 1
    call = http_server.slow(http_server.longer)
    ticket = session.ask("tools/call", {"name": call.tool, "arguments": call.arguments})["result"]
    session.ask("resources/subscribe", {"uri": f"task://{ticket['structuredContent']['task_id']}"})
    first = next(event.message for event in stream.events() if event.data)
    assert first["method"] == "notifications/resources/updated"
    stream.close()


def test_resuming_ids_of_events_are_unique_in_a_session(session):
    ids = []
    for number in range(3):
        params = {"name": "test_tool_with_progress", "arguments": {}, "_meta": {"progressToken": number}}
        response = session.post(request("tools/call", params, number))
        if response.type == "text/event-stream":
            ids += [event.id for event in response.events() if event.id]
        else:
            response.close()
    assert len(ids) == len(set(ids))


def test_resuming_after_the_last_event_that_arrived(session, http_server):
    """A stream that broke off is taken up where it ended: its answer is not lost, and nothing is told twice."""
    call = http_server.slow(http_server.window / 2)
    params = {"name": call.tool, "arguments": call.arguments, "_meta": {"progressToken": "p"}}
    response = session.post(request("tools/call", params, "broken"))
    assert response.type == "text/event-stream"
    first = next(response.events())
    assert first.id
    seen = [first.data]
    response.close()
    again = session.stream({"Last-Event-ID": first.id})
    assert again.status == 200
    for event in again.events():
        assert event.data not in seen or not event.data
        seen.append(event.data)
        if '"broken"' in event.data:
            break
    assert "result" in event.message and event.message["id"] == "broken"
    again.close()


@pytest.mark.parametrize("id", ["nonsense", "999999-1", "x" * 500])
def test_resuming_from_an_event_that_never_was(session, id):
    """There is nothing to be told twice, so it is an error or an ordinary stream."""
    response = session.stream({"Last-Event-ID": id})
    assert response.status in (200, 400, 404)
    response.close()


# MARK: - Sessions


def test_sessions_have_ids_that_cannot_be_guessed_and_are_visible_ascii(endpoint):
    ids = [Session(endpoint).id for _ in range(10)]
    assert len(set(ids)) == 10
    assert all(0x21 <= ord(letter) <= 0x7E for id in ids for letter in id)
    assert all(len(id) >= 24 for id in ids)


def test_sessions_a_request_without_one_is_refused(endpoint, session):
    assert endpoint.post(request("tools/list", {}), {"MCP-Protocol-Version": LEGACY}).status == 400
    assert endpoint.post(request("tools/list", {})).status == 400


@pytest.mark.parametrize("id", ["nonsense", "x" * 200, "0"])
def test_sessions_one_that_is_not_there_is_not_found(endpoint, id):
    headers = {"Mcp-Session-Id": id, "MCP-Protocol-Version": LEGACY}
    assert endpoint.post(request("ping"), headers).status == 404
    assert endpoint.post(notification("notifications/initialized"), headers).status == 404
    assert endpoint.open("GET", headers | {"Accept": "text/event-stream"}).status == 404
    assert endpoint.open("DELETE", headers).status == 404


def test_sessions_can_be_ended_and_are_then_not_found(session):
    stream = session.stream()
    assert session.end() in (200, 202, 204)
    assert list(stream.messages()) == []
    assert session.post(request("ping")).status == 404
    assert session.stream().status == 404
    assert session.end() == 404


def test_sessions_a_new_one_can_be_had_after_the_end(endpoint, session):
    session.end()
    assert Session(endpoint).ask("ping")["result"] == {}


def test_sessions_do_not_see_each_others_requests(endpoint, http_server):
    """Two sessions may use the same ids, and a cancel reaches only its own."""
    one, other = Session(endpoint), Session(endpoint)
    call = http_server.slow(http_server.longer)
    connection = open_without_waiting(one, request("tools/call", {"name": call.tool, "arguments": call.arguments}, "same"))
    assert other.post(notification("notifications/cancelled", {"requestId": "same"})).status == 202
    answer = connection.getresponse().read().decode()
    assert "task_id" in answer


def test_sessions_a_second_handshake_makes_another(endpoint, session):
    response = endpoint.post(request("initialize", HELLO))
    assert response.headers["Mcp-Session-Id"] != session.id


def test_sessions_a_task_outlives_them(endpoint, session, http_server):
    call = http_server.slow(http_server.longer)
    ticket = session.ask("tools/call", {"name": call.tool, "arguments": call.arguments})["result"]["structuredContent"]
    session.end()
    done = Session(endpoint).ask("tools/call", {"name": "await_task", "arguments": {"task_id": ticket["task_id"], "timeout": 30}})
    assert done["result"]["structuredContent"]["status"] == "completed"


# MARK: - Protocol version header


def test_version_header_must_be_one_that_is_spoken(session):
    for version in ["1900-01-01", "nonsense", ""]:
        assert session.post(request("ping"), {"MCP-Protocol-Version": version}).status == 400


def test_version_header_may_be_missing(session):
    assert session.post(request("ping"), {"MCP-Protocol-Version": None}).status == 200


def test_version_header_of_a_stream(session):
    assert session.stream({"MCP-Protocol-Version": "nonsense"}).status == 400
    response = session.stream({"MCP-Protocol-Version": None})
    assert response.status == 200
    response.close()


# MARK: - Whole conversations


@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18", LEGACY])
def test_conversation_of_every_revision(http_server, version):
    with HTTPWire(http_server) as line:
        line.initialize(version)
        assert line.result("ping") == {}
        assert "Ada" in str(line.call("greet", {"name": "Ada"}))

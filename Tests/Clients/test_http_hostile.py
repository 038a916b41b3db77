"""What no well-meaning HTTP client sends to /mcp: exact answers, and a daemon that goes on."""

import json
import os
import socket
import threading
import time

import pytest
from wire import LEGACY, META, MODERN, Endpoint, modern, request

MEGABYTE = 1 << 20


@pytest.fixture
def endpoint(http_server):
    endpoint = Endpoint(http_server.url, http_server.headers)
    yield endpoint
    # Whatever was done to it, it serves the next one, and holds on to nothing.
    assert http_server.daemon.is_alive
    status, answer = endpoint.ask("server/discover", modern())
    assert (status, answer["result"]["resultType"]) == (200, "complete")


def greet(id=1) -> dict:
    return request("tools/call", modern({"name": "greet", "arguments": {"name": "Ada"}}), id)


class Raw:
    """Bytes, as they are."""

    def __init__(self, endpoint: Endpoint):
        self.socket = socket.create_connection(endpoint.address, timeout=45)
        self.endpoint = endpoint

    def head(self, length: int | str | None, verb: str = "POST", more: str = "") -> bytes:
        lines = [f"{verb} {self.endpoint.url.path} HTTP/1.1", f"Host: {self.endpoint.url.netloc}", "Content-Type: application/json"]
        lines += [f"Authorization: {self.endpoint.headers['Authorization']}", "Accept: application/json, text/event-stream"]
        lines += [f"{name}: {value}" for name, value in Endpoint.describe(greet()).items()]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n" + more + "\r\n").encode()

    def send(self, data: bytes):
        self.socket.sendall(data)

    def status(self) -> int | None:
        """The status of what comes; None when the server hangs up without a word."""
        data = b""
        while b"\r\n" not in data:
            try:
                piece = self.socket.recv(4096)
            except ConnectionResetError:
                piece = b""
            if not piece:
                return None
            data += piece
        return int(data.split()[1])

    def ends(self) -> bool:
        """Whether the server hangs up, after whatever it has to say."""
        try:
            while self.socket.recv(1 << 16):
                pass
        except ConnectionResetError:
            pass
        except TimeoutError:
            return False
        return True

    def close(self):
        self.socket.close()


@pytest.fixture
def raw(endpoint):
    opened = []

    def make() -> Raw:
        opened.append(Raw(endpoint))
        return opened[-1]

    yield make
    for connection in opened:
        connection.close()


# MARK: - Who and whence


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "localhost.evil.example"}, 421),
        ({"Host": ""}, 400),
        ({"Host": None}, 400),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Authorization": None}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Bearer " + "x" * 4000}, 401),
        ({"Authorization": "bearer nonsense"}, 401),
    ],
)
@pytest.mark.parametrize("verb", ["POST", "GET", "DELETE"])
def test_strangers_are_turned_away_whatever_they_ask(endpoint, headers, status, verb):
    if verb == "POST":
        assert endpoint.post(greet(), headers).status == status
    else:
        assert endpoint.open(verb, {"Accept": "text/event-stream"} | headers).status == status


def test_two_hosts_or_two_tokens_are_none(endpoint, raw):
    for more in ["Host: evil.example\r\n", "Authorization: Bearer other\r\n"]:
        connection = raw()
        body = json.dumps(greet()).encode()
        connection.send(connection.head(len(body), more=more) + body)
        assert connection.status() in (400, 401, 421), more


# MARK: - Headers


@pytest.mark.parametrize(
    "headers",
    [
        {"MCP-Protocol-Version": None},
        {"MCP-Protocol-Version": LEGACY},
        {"Mcp-Method": None},
        {"Mcp-Method": "tools/list"},
        {"Mcp-Name": None},
        {"Mcp-Name": "other"},
        {"Mcp-Name": "=?base64?!!?="},
        {"Mcp-Name": "x" * 8000},
    ],
)
def test_headers_that_do_not_agree_with_the_body(endpoint, headers):
    response = endpoint.post(greet("seven"), headers)
    assert response.status == 400
    answer = response.message()
    assert answer["error"]["code"] == -32020
    assert answer["id"] == "seven"


def test_headers_that_come_twice(endpoint, raw):
    for name, value in [("Mcp-Method", "tools/list"), ("Mcp-Name", "other"), ("MCP-Protocol-Version", LEGACY)]:
        connection = raw()
        body = json.dumps(greet()).encode()
        connection.send(connection.head(len(body), more=f"{name}: {value}\r\n") + body)
        assert connection.status() == 400, name


@pytest.mark.parametrize("version", ["1900-01-01", "2027-01-01", "v1", "2026-7-28"])
def test_versions_that_nobody_speaks(endpoint, version):
    status, answer = endpoint.ask("tools/list", modern(version=version))
    assert status == 400
    assert answer["error"]["code"] == -32022
    assert answer["error"]["data"]["requested"] == version


@pytest.mark.parametrize("type", [None, "text/plain", "application/json-seq", "application/x-www-form-urlencoded"])
def test_bodies_of_another_type(endpoint, type):
    assert endpoint.post(greet(), {"Content-Type": type}).status == 415


def test_a_head_that_never_ends_is_refused(endpoint, raw):
    connection = raw()
    connection.send(b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    try:
        for number in range(200_000):
            connection.send(f"X-Filler-{number}: {'x' * 100}\r\n".encode())
    except OSError:
        pass
    assert connection.status() in (431, None)


def test_a_first_line_that_is_too_long_is_refused(endpoint, raw):
    connection = raw()
    connection.send(b"POST /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert connection.status() == 414


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
        b"\x00" * 1000,
        b"GET / HTTP/0.9\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n folded: x\r\n\r\n",
        b"POST /mcp HTTP/1.1\nHost: 127.0.0.1\n\n\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_no_http(endpoint, raw, data):
    connection = raw()
    connection.send(data)
    connection.socket.shutdown(socket.SHUT_WR)
    status = connection.status()
    assert status is None or 400 <= status <= 505
    assert connection.ends()


# MARK: - Bodies


@pytest.mark.parametrize(
    "body, code",
    [
        (b"", -32700),
        (b"{", -32700),
        (b"nonsense", -32700),
        (b"\xff\xfe\x00", -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"\xff\xff"}', -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\xed\xa0\x80"}}', -32700),
        (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping"} trailing', -32700),
        (b"[" * 100_000, -32700),
        (b'{"a":' * 100_000, -32700),
        (b"[]", -32600),
        (b"42", -32600),
        (b"null", -32600),
        (b'"text"', -32600),
        (b"{}", -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"server/discover"}', -32600),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"server/discover"}', -32600),
        (b'{"jsonrpc":"2.0","id":{},"method":"server/discover"}', -32600),
        (b'[{"jsonrpc":"2.0","id":1,"method":"server/discover"}]', -32600),
    ],
)
def test_bodies_that_are_no_message(endpoint, body, code):
    response = endpoint.post(body, {"MCP-Protocol-Version": MODERN})
    assert response.status == 400
    answer = response.message()
    assert answer["error"]["code"] == code
    assert answer["error"]["message"]
    assert answer.get("id") is None
    assert len(json.dumps(answer)) < 2000


def test_a_body_without_a_length_is_refused(endpoint, raw):
    connection = raw()
    connection.send(connection.head(None))
    assert connection.status() in (400, 411)


def test_a_giant_body_is_refused_before_it_is_sent(endpoint, raw, http_server):
    before = http_server.daemon.resident_kilobytes()
    connection = raw()
    connection.send(connection.head(1 << 40))
    assert connection.status() == 413
    assert connection.ends()
    assert http_server.daemon.resident_kilobytes() - before < 16 << 10


def test_a_giant_body_in_chunks_is_refused_on_the_way(endpoint, raw, http_server):
    before = http_server.daemon.resident_kilobytes()
    connection = raw()
    connection.send(connection.head(None, more="Transfer-Encoding: chunked\r\n"))
    piece = f"{MEGABYTE:x}\r\n".encode() + b" " * MEGABYTE + b"\r\n"
    try:
        for _ in range(200):
            connection.send(piece)
    except OSError:
        pass
    assert connection.status() in (413, None)
    # The longest body is 16 MiB; what is beyond that is never held.
    assert http_server.daemon.resident_kilobytes() - before < 80 << 10


def test_a_large_message_is_taken(endpoint):
    message = request("tools/call", modern({"name": "greet", "arguments": {"name": "x" * (2 * MEGABYTE)}}))
    response = endpoint.post(message)
    assert response.status in (200, 413)
    response.close()


@pytest.mark.parametrize("part", [0, 1, 100])
def test_a_body_that_is_cut_off_is_no_message(endpoint, raw, part):
    body = json.dumps(greet()).encode()
    connection = raw()
    connection.send(connection.head(len(body)) + body[:part])
    connection.socket.shutdown(socket.SHUT_WR)
    assert connection.status() in (400, 408, None)
    assert connection.ends()


def test_chunks_that_are_none(endpoint, raw):
    for body in [b"zz\r\nhello\r\n", b"5\r\nhelloX\r\n", b"ffffffffffffffffff\r\n", b"-5\r\n"]:
        connection = raw()
        connection.send(connection.head(None, more="Transfer-Encoding: chunked\r\n") + body)
        connection.socket.shutdown(socket.SHUT_WR)
        status = connection.status()
        assert status in (400, 413, None)


def test_a_message_in_crumbs_is_one_message(endpoint, raw):
    body = json.dumps(greet()).encode()
    connection = raw()
    data = connection.head(len(body)) + body
    connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for index in range(0, len(data), 11):
        connection.send(data[index : index + 11])
    assert connection.status() == 200


def test_a_message_in_chunks_is_one_message(endpoint, raw):
    body = json.dumps(greet()).encode()
    chunks = b"".join(f"{len(body[i : i + 50]):X}\r\n".encode() + body[i : i + 50] + b"\r\n" for i in range(0, len(body), 50))
    connection = raw()
    connection.send(connection.head(None, more="Transfer-Encoding: chunked\r\n") + chunks + b"0\r\n\r\n")
    assert connection.status() == 200


# MARK: - Ids


def test_an_id_that_is_open_in_a_session_is_refused(endpoint, http_server):
    hello = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "twice", "version": "1"}}
    response = endpoint.post(request("initialize", hello))
    headers = {"Mcp-Session-Id": response.headers["Mcp-Session-Id"], "MCP-Protocol-Version": LEGACY}
    response.close()
    call = http_server.slow(http_server.longer)
    first = request("tools/call", {"name": call.tool, "arguments": call.arguments, "_meta": {"progressToken": "p"}}, "same")
    answers = []
    thread = threading.Thread(target=lambda: answers.append(endpoint.post(first, headers).message()))
    thread.start()
    # A command is recorded before it starts: when it is listed, its request has been taken.
    deadline = time.monotonic() + 20
    listing = request("tools/call", {"name": "list_tasks", "arguments": {"status": "active"}}, "other")
    while not endpoint.post(listing, headers).message()["result"]["structuredContent"]["count"]:
        assert time.monotonic() < deadline
    again = endpoint.post(request("tools/list", {}, "same"), headers).message()
    assert again["error"]["code"] == -32600
    thread.join(30)
    assert "result" in answers[0]


def test_ids_of_a_modern_client_are_its_own_affair(endpoint):
    for _ in range(3):
        assert endpoint.post(greet("same")).message()["id"] == "same"


# MARK: - Connections


def test_many_that_say_nothing_keep_nobody_out(endpoint, http_server):
    """More than may be connected over TCP at once; those that are turned away are told so, and their place is free again at once."""
    silent = [socket.create_connection(endpoint.address, timeout=5) for _ in range(200)]
    assert endpoint.ask("server/discover", modern())[0] == 200
    for connection in silent:
        connection.close()


def test_half_open_connections_are_given_up(endpoint, raw):
    """A client that sends half a head and then nothing is hung up on, in at most half a minute."""
    connection = raw()
    connection.send(b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ")
    assert connection.status() in (408, None)
    assert connection.ends()


def test_a_client_that_reads_nothing_holds_no_memory(endpoint, raw, http_server):
    """It asks for the list of tools again and again, and never reads; at some time it is not listened to any more."""
    before = http_server.daemon.resident_kilobytes()
    connection = raw()
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    body = json.dumps(request("tools/list", modern())).encode()
    lines = connection.head(len(body)).replace(b"Mcp-Method: tools/call", b"Mcp-Method: tools/list").replace(b"Mcp-Name: greet\r\n", b"")
    connection.socket.settimeout(3)
    sent = 0
    try:
        for _ in range(100_000):
            connection.send(lines + body)
            sent += 1
    except (TimeoutError, OSError):
        pass
    assert sent < 100_000, "it takes in more and more, though nobody reads its answers"
    assert http_server.daemon.resident_kilobytes() - before < 64 << 10


def test_streams_that_are_left_are_let_go(endpoint, http_server):
    """Clients that open streams and hang up, many times: none of it stays."""
    message = request("subscriptions/listen", modern({"notifications": {"toolsListChanged": True}}))

    def descriptors() -> int:
        return len(os.listdir(f"/proc/{http_server.daemon.pid}/fd"))

    before = descriptors()
    for _ in range(50):
        response = endpoint.post(message)
        assert next(response.messages())["method"] == "notifications/subscriptions/acknowledged"
        response.close()
    deadline = time.monotonic() + 20
    while descriptors() > before + 5:
        assert time.monotonic() < deadline, f"{descriptors() - before} descriptors are still open"


def test_pipelined_requests_are_answered_in_order(endpoint, raw):
    connection = raw()
    bodies = [json.dumps(greet(f"p{number}")).encode() for number in range(10)]
    connection.send(b"".join(connection.head(len(body)) + body for body in bodies))
    data = b""
    while b'"p9"' not in data:
        piece = connection.socket.recv(1 << 16)
        assert piece, data[-500:]
        data += piece
    places = [data.find(f'"p{number}"'.encode()) for number in range(10)]
    assert places == sorted(places) and places[0] >= 0


def test_meta_of_absurd_size(endpoint):
    message = request("tools/list", modern({"_meta": {META + "clientInfo": {"name": "x" * 100_000, "version": "1"}}}))
    assert endpoint.post(message).status in (200, 400)


def test_a_session_of_one_token_is_nothing_to_another(endpoint, http_server):
    """See the tests of principals for the whole of it; here only that a made-up session tells nothing."""
    for session in ["x", "../../token", "a" * 10_000, "\t"]:
        response = endpoint.post(request("ping"), {"Mcp-Session-Id": session, "MCP-Protocol-Version": LEGACY})
        assert response.status in (400, 404)

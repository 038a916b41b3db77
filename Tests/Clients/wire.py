"""A client without an SDK: messages in, messages out, over standard input and output or over HTTP."""

import http.client
import json
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

# The lists of both eras, and what the pages hold.
LISTS = {"tools/list": "tools", "prompts/list": "prompts", "resources/list": "resources", "resources/templates/list": "resourceTemplates"}

# What the fixtures' tools answer with.
CONTENT_OF_TOOLS = [
    ("test_simple_text", ["text"]),
    ("test_image_content", ["image"]),
    ("test_audio_content", ["audio"]),
    ("test_embedded_resource", ["resource"]),
    ("test_multiple_content_types", ["text", "image", "resource"]),
]

MODERN = "2026-07-28"
LEGACY = "2025-11-25"
META = "io.modelcontextprotocol/"
TASKS = META + "tasks"
RELATED = META + "related-task"
CLIENT = {"name": "wire", "version": "1"}


def modern(params: dict | None = None, tasks: bool = True, version: str = MODERN, capabilities: dict | None = None) -> dict:
    """Parameters with what the modern era demands of each request."""
    declared = dict(capabilities or {}) | ({"extensions": {TASKS: {}}} if tasks else {})
    meta = {META + "protocolVersion": version, META + "clientCapabilities": declared, META + "clientInfo": CLIENT}
    params = dict(params or {})
    params["_meta"] = meta | params.get("_meta", {})
    return params


def request(method: str, params: dict | None = None, id=1) -> dict:
    return {"jsonrpc": "2.0", "id": id, "method": method} | ({"params": params} if params is not None else {})


def notification(method: str, params: dict | None = None) -> dict:
    return {"jsonrpc": "2.0", "method": method} | ({"params": params} if params is not None else {})


class Wire:
    """A conversation. What carries it is for those who inherit."""

    def __init__(self):
        # What went over the wire: {"from": "client" | "server", "line": …}, over HTTP with "exchange", the number of the request.
        self.records: list[dict] = []
        self._messages: queue.Queue = queue.Queue()
        self._held: list[dict] = []
        self._ids = 0
        # The handshake's revision, where there was one.
        self.negotiated: str | None = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        raise NotImplementedError

    def send(self, message: dict):
        raise NotImplementedError

    def notify(self, method: str, params: dict | None = None):
        self.send(notification(method, params))

    def respond(self, asked: dict, result: dict):
        """Answers a request of the server."""
        self.send({"jsonrpc": "2.0", "id": asked["id"], "result": result})

    def begin(self, method: str, params: dict | None = None, id=None):
        if id is None:
            self._ids += 1
            id = self._ids
        self.send(request(method, params, id))
        return id

    def wait(self, wanted, what: str, timeout: float = 30.0) -> dict:
        """The first message that is wanted; others are kept."""
        for index, message in enumerate(self._held):
            if wanted(message):
                return self._held.pop(index)
        deadline = time.monotonic() + timeout
        while True:
            try:
                message = self._messages.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {what} within {timeout} s; heard {json.dumps(self._held)[-1000:]}") from None
            assert message is not None, f"the server has gone before it sent {what}"
            if isinstance(message, Exception):
                raise AssertionError(f"no {what}: {message}") from message
            if wanted(message):
                return message
            self._held.append(message)

    def answer(self, id, timeout: float = 20.0) -> dict:
        """The answer of an id; other messages are kept."""
        return self.wait(lambda message: "method" not in message and message.get("id") == id, f"answer to {id!r}", timeout)

    def hear(self, method: str, timeout: float = 20.0, where=lambda params: True) -> dict:
        """A notification or a request of the server."""

        def wanted(message):
            return message.get("method") == method and where(message.get("params", {}))

        return self.wait(wanted, f"'{method}'", timeout)

    def ask(self, method: str, params: dict | None = None, id=None, timeout: float = 20.0) -> dict:
        return self.answer(self.begin(method, params, id), timeout)

    def result(self, method: str, params: dict | None = None, timeout: float = 20.0) -> dict:
        answer = self.ask(method, params, timeout=timeout)
        assert "result" in answer, answer
        return answer["result"]

    def error(self, method: str, params: dict | None = None) -> dict:
        answer = self.ask(method, params)
        assert "error" in answer, answer
        return answer["error"]

    def call(self, tool: str, arguments: dict | None = None, timeout: float = 60.0, **members) -> dict:
        """The result of a tool, in the era of the conversation."""
        params = {"name": tool, "arguments": arguments or {}} | members
        return self.result("tools/call", params if self.negotiated else modern(params), timeout)

    def notifications(self, method: str | None = None) -> list[dict]:
        """What the server has announced so far."""
        while not self._messages.empty():
            self._held.append(self._messages.get())
        return [message for message in self._held if "method" in (message or ()) and method in (None, message["method"])]

    def initialize(self, version: str = LEGACY, capabilities: dict | None = None) -> dict:
        params = {"protocolVersion": version, "capabilities": capabilities or {}, "clientInfo": CLIENT}
        result = self.result("initialize", params)
        self.negotiated = result["protocolVersion"]
        self.notify("notifications/initialized")
        return result


class StdioWire(Wire):
    """Lines to a process, and lines from it."""

    def __init__(self, server):
        super().__init__()
        self.process = subprocess.Popen(server.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=server.environment)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.records.append({"from": "server", "line": line.decode().rstrip("\n")})
            self._messages.put(json.loads(line))
        self._messages.put(None)

    def close(self):
        """Ends the conversation as a host does: closes the server's input, and expects it to go."""
        if self.process.stdin and not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("the server did not leave when its input ended") from None

    def send_bytes(self, data: bytes):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        line = json.dumps(message)
        self.records.append({"from": "client", "line": line})
        self.send_bytes(line.encode() + b"\n")


# MARK: - HTTP


@dataclass
class Event:
    """One event of a stream."""

    data: str
    id: str | None = None
    event: str | None = None
    retry: str | None = None

    @property
    def message(self) -> dict:
        return json.loads(self.data)


class Response:
    """The answer to a request, which may be a stream that goes on."""

    def __init__(self, connection: http.client.HTTPConnection):
        self._connection = connection
        self._socket = connection.sock
        self._response = connection.getresponse()
        self.status = self._response.status
        self.headers = self._response.headers
        # The comments of a stream, which keep it alive.
        self.comments = 0

    @property
    def type(self) -> str:
        return self.headers.get("Content-Type", "").split(";")[0].strip().lower()

    def body(self) -> bytes:
        try:
            return self._response.read()
        finally:
            self.close()

    def events(self) -> Iterator[Event]:
        """The events as they come, until the stream ends."""
        assert self.type == "text/event-stream", (self.status, self.type)
        event = Event("")
        given = False
        for raw in iter(self._response.readline, b""):
            line = raw.decode("utf-8").rstrip("\r\n")
            if not line:
                if given:
                    yield event
                event, given = Event(""), False
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            match name:
                case "":
                    self.comments += 1
                case "data":
                    event.data += ("\n" if event.data else "") + value
                    given = True
                case "id":
                    event.id = value
                case "event":
                    event.event = value
                case "retry":
                    event.retry = value
                case _:
                    raise AssertionError(f"a stream has no field '{name}'")
        self.close()

    def messages(self) -> Iterator[dict]:
        """What came, be it one object or a stream."""
        if self.type == "text/event-stream":
            for event in self.events():
                # An event without data primes a stream for those who come again.
                if event.data:
                    yield event.message
        else:
            body = self.body()
            if body:
                assert self.type == "application/json", (self.status, self.type, body[:200])
                yield json.loads(body)

    def message(self) -> dict:
        """The one answer, whichever way it came."""
        answers = [message for message in self.messages() if "method" not in message]
        assert len(answers) == 1, (self.status, answers)
        return answers[0]

    def close(self):
        """Hangs up, in the middle of a stream too."""
        try:
            self._socket.shutdown(2)
        except OSError:
            pass
        self._response.close()
        self._connection.close()


class Endpoint:
    """An MCP endpoint, asked request by request."""

    def __init__(self, url: str, headers: dict[str, str]):
        self.url = urlsplit(url)
        self.headers = headers

    @property
    def address(self) -> tuple[str, int]:
        return self.url.hostname, self.url.port

    @staticmethod
    def describe(message) -> dict[str, str]:
        """The headers that the modern era mirrors from a message's body."""
        if not isinstance(message, dict):
            return {}
        params = message.get("params")
        params = params if isinstance(params, dict) else {}
        meta = params.get("_meta")
        version = meta.get(META + "protocolVersion") if isinstance(meta, dict) else None
        if version is None:
            return {}
        method = str(message.get("method", ""))
        headers = {"MCP-Protocol-Version": str(version), "Mcp-Method": method}
        member = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}.get(method)
        if method.startswith("tasks/"):
            member = "taskId"
        if member and isinstance(params.get(member), str):
            headers["Mcp-Name"] = params[member]
        return headers

    def open(self, verb: str, headers: dict[str, str | None] | None = None, body: bytes | None = None, timeout: float = 60.0) -> Response:
        """Sends a request. A header that is None is left out, also one that would be sent by itself."""
        every = {"Host": self.url.netloc, "Accept": "application/json, text/event-stream"} | self.headers
        if body is not None:
            every |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, value in (headers or {}).items():
            every = {key: old for key, old in every.items() if key.lower() != name.lower()}
            if value is not None:
                every[name] = value
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=timeout)
        try:
            connection.putrequest(verb, self.url.path, skip_host=True, skip_accept_encoding=True)
            for name, value in every.items():
                connection.putheader(name, value.encode("latin-1") if isinstance(value, str) else value)
            connection.endheaders(body)
            return Response(connection)
        except BaseException:
            connection.close()
            raise

    def post(self, message, headers: dict[str, str | None] | None = None, timeout: float = 60.0) -> Response:
        """Posts a message, or any bytes, with the headers that belong to it."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        return self.open("POST", self.describe(message) | (headers or {}), body, timeout)

    def ask(self, method: str, params: dict | None = None, headers: dict[str, str | None] | None = None) -> tuple[int, dict]:
        """Asks something; gives the status and the one answer."""
        response = self.post(request(method, params), headers)
        return response.status, response.message()


class HTTPWire(Wire):
    """A conversation over HTTP: each message is a request of its own."""

    def __init__(self, server):
        super().__init__()
        self.endpoint = Endpoint(server.url, server.headers)
        self.session: str | None = None
        # The status that each request was answered with.
        self.statuses: dict = {}
        self._exchanges = 0
        self._open: dict[int, Response] = {}
        self._lock = threading.Lock()
        self._closed = False

    def close(self):
        self._closed = True
        with self._lock:
            open = list(self._open.values())
        for response in open:
            response.close()
        if self.session is not None:
            self.endpoint.open("DELETE", {"Mcp-Session-Id": self.session, "MCP-Protocol-Version": self.negotiated}).body()

    def headers(self) -> dict[str, str]:
        headers = {}
        if self.session is not None:
            headers["Mcp-Session-Id"] = self.session
        if self.negotiated is not None:
            headers["MCP-Protocol-Version"] = self.negotiated
        return headers

    def send(self, message):
        with self._lock:
            self._exchanges += 1
            exchange = self._exchanges
            self.records.append({"from": "client", "line": json.dumps(message), "exchange": exchange, "version": self.negotiated})
        if "method" in message and "id" in message:
            # What is sent in order is taken in order only by those who wait, so nobody here relies on it.
            threading.Thread(target=self._exchange, args=(message, exchange), daemon=True).start()
            if message["method"] == "initialize":
                return
        else:
            response = self.endpoint.post(message, self.headers())
            assert response.status == 202, (response.status, response.body())
            assert response.body() == b""

    def _exchange(self, message, exchange: int):
        try:
            response = self.endpoint.post(message, self.headers() if message["method"] != "initialize" else {}, timeout=120)
            self.statuses[json.dumps(message["id"])] = response.status
            if message["method"] == "initialize":
                self.session = response.headers.get("Mcp-Session-Id")
            self._take(response, exchange)
        except Exception as error:
            if not self._closed:
                self._messages.put(error)

    def _take(self, response: Response, exchange: int | None):
        with self._lock:
            self._open[id(response)] = response
        try:
            for message in response.messages():
                assert "jsonrpc" in message, f"{response.status}: {message}"
                record = {"from": "server", "line": json.dumps(message), "version": self.negotiated}
                self.records.append(record if exchange is None else record | {"exchange": exchange})
                self._messages.put(message)
        finally:
            with self._lock:
                self._open.pop(id(response), None)

    def listen(self) -> Response:
        """Opens the stream for what belongs to no request (with a handshake only)."""
        response = self.endpoint.open("GET", self.headers() | {"Accept": "text/event-stream"}, timeout=120)
        assert response.status == 200, (response.status, response.body())
        threading.Thread(target=self._listen, args=(response,), daemon=True).start()
        return response

    def _listen(self, response: Response):
        try:
            self._take(response, None)
        except Exception as error:
            if not self._closed:
                self._messages.put(error)


def connect(server) -> Wire:
    """A conversation with a server, over whatever it listens at."""
    return StdioWire(server) if server.url is None else HTTPWire(server)

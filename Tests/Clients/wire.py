"""A client without an SDK, and checks of what goes over the wire against the SDK's types and the protocol's JSON schemas."""

import importlib.metadata
import json
import os
import queue
import subprocess
import threading
import time
from functools import cache
from pathlib import Path

MODERN = "2026-07-28"
TASKS = "io.modelcontextprotocol/tasks"
SDK = int(importlib.metadata.version("mcp").split(".")[0])


def modern(params: dict | None = None, tasks: bool = True, version: str = MODERN) -> dict:
    """Parameters with what the modern era demands of each request."""
    capabilities = {"extensions": {TASKS: {}}} if tasks else {}
    meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": capabilities,
        "io.modelcontextprotocol/clientInfo": {"name": "wire", "version": "1"},
    }
    params = dict(params or {})
    params["_meta"] = params.get("_meta", {}) | meta
    return params


class Wire:
    """Lines in, lines out."""

    def __init__(self, server):
        self.records: list[dict] = []
        self.process = subprocess.Popen(server.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=server.environment)
        self._lines: queue.Queue = queue.Queue()
        self._held: list[dict] = []
        self._ids = 0
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read(self):
        for line in self.process.stdout:
            self.records.append({"from": "server", "line": line.decode().rstrip("\n")})
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def close(self):
        """Ends the conversation as a host does: closes the server's input, and expects it to go."""
        if self.process.stdin and not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("the server did not leave when its input ended") from None

    def send_bytes(self, data: bytes):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: dict):
        line = json.dumps(message)
        self.records.append({"from": "client", "line": line})
        self.send_bytes(line.encode() + b"\n")

    def notify(self, method: str, params: dict | None = None):
        self.send({"jsonrpc": "2.0", "method": method} | ({"params": params} if params is not None else {}))

    def begin(self, method: str, params: dict | None = None, id=None):
        if id is None:
            self._ids += 1
            id = self._ids
        self.send({"jsonrpc": "2.0", "id": id, "method": method} | ({"params": params} if params is not None else {}))
        return id

    def answer(self, id, timeout: float = 30.0) -> dict:
        """The answer of an id; other messages are kept."""
        for index, message in enumerate(self._held):
            if message.get("id") == id and "method" not in message:
                return self._held.pop(index)
        deadline = time.monotonic() + timeout
        while True:
            try:
                message = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no answer to {id!r} within {timeout} s") from None
            assert message is not None, "the server has gone"
            if "method" not in message and message.get("id") == id:
                return message
            self._held.append(message)

    def ask(self, method: str, params: dict | None = None, id=None, timeout: float = 30.0) -> dict:
        return self.answer(self.begin(method, params, id), timeout)

    def notifications(self) -> list[dict]:
        while not self._lines.empty():
            self._held.append(self._lines.get())
        return [message for message in self._held if message and "method" in message]

    def initialize(self, version: str = "2025-11-25") -> dict:
        params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "wire", "version": "1"}}
        result = self.ask("initialize", params)["result"]
        self.notify("notifications/initialized")
        return result


# MARK: - Checks


def schema_folder() -> Path | None:
    """Where the protocol's JSON schemas are; they are not part of this repository."""
    named = os.environ.get("LEGWORK_MCP_SCHEMAS")
    for folder in [Path(named)] if named else [Path(__file__).parent / "schemas"]:
        if (folder / "mcp-2025-11-25.schema.json").exists():
            return folder
    return None


@cache
def _schema(file: str, definition: str):
    import jsonschema

    document = json.loads((schema_folder() / f"{file}.schema.json").read_text())
    return jsonschema.Draft202012Validator(document | {"$ref": f"#/$defs/{definition}"})


def _against_schema(value: dict, file: str, definition: str):
    if schema_folder() is None:
        return
    errors = [f"{'/'.join(map(str, error.path))}: {error.message[:300]}" for error in _schema(file, definition).iter_errors(value)]
    assert not errors, f"{file}#{definition}: {errors} in {json.dumps(value)[:1000]}"


LEGACY_RESULTS = {"initialize": "InitializeResult", "ping": "EmptyResult", "tools/list": "ListToolsResult", "tools/call": "CallToolResult"}
MODERN_RESULTS = {"server/discover": "DiscoverResult", "tools/list": "ListToolsResult", "tools/call": "CallToolResult"}
TASK_RESULTS = {"tasks/get": "GetTaskResult", "tasks/update": "UpdateTaskResult", "tasks/cancel": "CancelTaskResult"}


def _check_sdk_result(method: str, version: str, result: dict):
    if SDK == 1:
        from mcp import types

        if version != MODERN:
            getattr(types, LEGACY_RESULTS[method]).model_validate(result)
    else:
        from mcp_types import methods

        if method not in TASK_RESULTS and result.get("resultType") != "task":
            methods.validate_server_result(method, version, result)


def _check_sdk_message(message: dict, version: str):
    if SDK == 1:
        from mcp import types

        if message.get("id", 0) is not None:
            types.JSONRPCMessage.model_validate(message)
        if message.get("method") == "notifications/progress":
            types.ProgressNotification.model_validate({key: message[key] for key in ("method", "params")})
    else:
        from mcp_types import jsonrpc, methods
        from pydantic import TypeAdapter

        TypeAdapter(jsonrpc.JSONRPCMessage).validate_python(message)
        if "method" in message:
            methods.parse_server_notification(message["method"], version, message.get("params"))


def check(records: list[dict]) -> int:
    """Checks every message of a server in a conversation, in the light of what it answers.

    Returns how many there were.
    """
    requests: dict = {}
    negotiated = "2025-11-25"
    checked = 0
    for record in records:
        try:
            message = json.loads(record["line"])
        except ValueError:
            assert record["from"] == "client", f"the server wrote a line that is no JSON: {record['line'][:300]}"
            continue
        if record["from"] == "client":
            if isinstance(message, dict) and "method" in message and "id" in message:
                meta = (message.get("params") or {}).get("_meta") or {}
                requests[json.dumps(message["id"])] = (
                    message["method"],
                    MODERN if "io.modelcontextprotocol/protocolVersion" in meta else None,
                )
            continue
        checked += 1
        assert "\n" not in record["line"]
        method, version = requests.get(json.dumps(message.get("id")), (None, None))
        version = version or negotiated
        file = f"mcp-{MODERN if version == MODERN else '2025-11-25'}"
        _check_sdk_message(message, version)
        if "method" in message:
            assert "id" not in message, "a server has nothing to ask"
            assert message["method"] == "notifications/progress"
            _against_schema(message, "mcp-2025-11-25", "ProgressNotification")
        elif "error" in message:
            # JSON-RPC demands a null id where the request's is not known; MCP's schema leaves it out. Both are told apart by nobody.
            plain = {key: value for key, value in message.items() if key != "id" or value is not None}
            _against_schema(plain, file, "JSONRPCErrorResponse")
            code = message["error"]["code"]
            if code == -32021:
                _against_schema(message, file, "MissingRequiredClientCapabilityError")
            if code == -32022:
                _against_schema(message, file, "UnsupportedProtocolVersionError")
        else:
            result = message["result"]
            assert method is not None, f"an answer to nothing: {record['line'][:300]}"
            _against_schema(message, file, "JSONRPCResultResponse")
            if method == "initialize":
                negotiated = version = result["protocolVersion"]
            _check_sdk_result(method, version, result)
            if version != MODERN:
                _against_schema(result, file, LEGACY_RESULTS[method])
                continue
            assert "io.modelcontextprotocol/serverInfo" in result["_meta"]
            if method in TASK_RESULTS:
                _against_schema(result, "mcp-ext-tasks", TASK_RESULTS[method])
                if method == "tasks/get":
                    _check_task(result)
            elif result["resultType"] == "task":
                assert method == "tools/call"
                _against_schema(result, "mcp-ext-tasks", "CreateTaskResult")
            else:
                assert result["resultType"] == "complete"
                _against_schema(result, file, MODERN_RESULTS[method])
    return checked


def _check_task(result: dict):
    assert result["resultType"] == "complete"
    kinds = {"completed": "CompletedTask", "failed": "FailedTask", "cancelled": "CancelledTask", "working": "WorkingTask"}
    _against_schema(result, "mcp-ext-tasks", kinds.get(result["status"], "InputRequiredTask"))
    companions = {"completed": "result", "failed": "error", "input_required": "inputRequests"}
    for status, member in companions.items():
        assert (member in result) == (result["status"] == status), f"{member} in a task that is {result['status']}"
    if result["status"] == "completed":
        _against_schema(result["result"], f"mcp-{MODERN}", "CallToolResult")
        assert "io.modelcontextprotocol/related-task" not in result["result"].get("_meta", {})

"""Checks of what went over the wire: each message of a server against the SDK's types and the protocol's JSON schemas.

The schemas are not part of this repository: LEGWORK_MCP_SCHEMAS names the folder that holds mcp-2025-11-25.schema.json,
mcp-2026-07-28.schema.json and mcp-ext-tasks.schema.json.
"""

import importlib.metadata
import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wire import LEGACY, META, MODERN, RELATED

SDK = int(importlib.metadata.version("mcp").split(".")[0])

RESULTS = {
    "initialize": "InitializeResult",
    "server/discover": "DiscoverResult",
    "ping": "EmptyResult",
    "tools/list": "ListToolsResult",
    "tools/call": "CallToolResult",
    "resources/list": "ListResourcesResult",
    "resources/templates/list": "ListResourceTemplatesResult",
    "resources/read": "ReadResourceResult",
    "resources/subscribe": "EmptyResult",
    "resources/unsubscribe": "EmptyResult",
    "prompts/list": "ListPromptsResult",
    "prompts/get": "GetPromptResult",
    "completion/complete": "CompleteResult",
    "logging/setLevel": "EmptyResult",
    "subscriptions/listen": "SubscriptionsListenResult",
}
LEGACY_TASK_RESULTS = {
    "tasks/get": "GetTaskResult",
    "tasks/list": "ListTasksResult",
    "tasks/cancel": "CancelTaskResult",
    "tasks/result": "CallToolResult",
}
MODERN_TASK_RESULTS = {"tasks/get": "GetTaskResult", "tasks/update": "UpdateTaskResult", "tasks/cancel": "CancelTaskResult"}
NOTIFICATIONS = {
    "notifications/progress": "ProgressNotification",
    "notifications/message": "LoggingMessageNotification",
    "notifications/cancelled": "CancelledNotification",
    "notifications/resources/updated": "ResourceUpdatedNotification",
    "notifications/resources/list_changed": "ResourceListChangedNotification",
    "notifications/tools/list_changed": "ToolListChangedNotification",
    "notifications/prompts/list_changed": "PromptListChangedNotification",
    "notifications/subscriptions/acknowledged": "SubscriptionsAcknowledgedNotification",
    "notifications/tasks/status": "TaskStatusNotification",
    "notifications/tasks": "TaskStatusNotification",
}
ASKS = {
    "ping": "PingRequest",
    "elicitation/create": "ElicitRequest",
    "sampling/createMessage": "CreateMessageRequest",
    "roots/list": "ListRootsRequest",
}
ASK_CAPABILITIES = {"elicitation/create": "elicitation", "sampling/createMessage": "sampling", "roots/list": "roots"}
# What these lists and pages say may be kept for a while, and they say how long.
CACHEABLE = {"server/discover", "tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read"}
STATUS_COMPANIONS = {"completed": "result", "failed": "error", "input_required": "inputRequests"}


def schema_folder() -> Path | None:
    named = os.environ.get("LEGWORK_MCP_SCHEMAS")
    if named and (Path(named) / "mcp-2025-11-25.schema.json").exists():
        return Path(named)
    return None


@cache
def _schema(file: str, definition: str):
    import jsonschema

    document = json.loads((schema_folder() / f"{file}.schema.json").read_text())
    return jsonschema.Draft202012Validator(document | {"$ref": f"#/$defs/{definition}"})


def against_schema(value: dict, file: str, definition: str):
    if schema_folder() is None:
        return
    errors = [f"{'/'.join(map(str, error.path))}: {error.message[:300]}" for error in _schema(file, definition).iter_errors(value)]
    assert not errors, f"{file}#{definition}: {errors} in {json.dumps(value)[:1000]}"


@dataclass
class Asked:
    """A request of the client."""

    method: str
    version: str | None
    params: dict


def _sdk_result(asked: Asked, version: str, result: dict):
    if SDK == 1:
        from mcp import types

        if version != MODERN:
            name = "CreateTaskResult" if "task" in result and asked.method == "tools/call" else None
            getattr(types, name or (RESULTS | LEGACY_TASK_RESULTS)[asked.method]).model_validate(result)
    else:
        from mcp_types import methods

        if not asked.method.startswith("tasks/") and result.get("resultType") != "task" and "task" not in result:
            methods.validate_server_result(asked.method, version, result)


def _sdk_message(message: dict, version: str):
    if SDK == 1:
        from mcp import types

        if message.get("id", 0) is not None:
            types.JSONRPCMessage.model_validate(message)
        if "method" in message and version != MODERN:
            union = types.ServerRequest if "id" in message else types.ServerNotification
            parsed = union.model_validate({key: message[key] for key in ("method", "params") if key in message})
            assert parsed.root.method == message["method"]
    else:
        from mcp_types import jsonrpc, methods
        from pydantic import TypeAdapter

        TypeAdapter(jsonrpc.JSONRPCMessage).validate_python(message)
        if "method" not in message or message["method"].startswith("notifications/tasks"):
            return
        parse = methods.parse_server_request if "id" in message else methods.parse_server_notification
        parse(message["method"], version, message.get("params"))


class Checker:
    """Reads a recorded conversation, message by message, in the light of what was asked."""

    def __init__(self):
        self.requests: dict[tuple[int | None, str], Asked] = {}
        self.versions: list[str] = []
        self.capabilities: dict = {}
        self.progress: dict[str, float] = {}
        self.checked = 0

    def read(self, records: list[dict]) -> int:
        for record in records:
            try:
                message = json.loads(record["line"])
            except ValueError:
                assert record["from"] == "client", f"the server wrote what is no JSON: {record['line'][:300]}"
                continue
            if record["from"] == "client":
                self._client(message, record)
            else:
                try:
                    self._server(message, record)
                except Exception as error:
                    raise AssertionError(f"{error}\n\nin {record['line'][:2000]}") from error
                self.checked += 1
        return self.checked

    def _client(self, message, record: dict):
        if not isinstance(message, dict) or "method" not in message or "id" not in message:
            return
        params = message.get("params")
        params = params if isinstance(params, dict) else {}
        meta = params.get("_meta")
        is_modern = isinstance(meta, dict) and META + "protocolVersion" in meta and message["method"] != "initialize"
        asked = Asked(message["method"], MODERN if is_modern else record.get("version"), params)
        for exchange in {record.get("exchange"), None}:
            self.requests[exchange, json.dumps(message["id"])] = asked
        if message["method"] == "initialize":
            self.capabilities |= params.get("capabilities", {})

    def _asked(self, message: dict, record: dict) -> Asked | None:
        id = json.dumps(message.get("id"))
        return self.requests.get((record.get("exchange"), id)) or self.requests.get((None, id))

    def _version(self, message: dict, record: dict) -> str:
        """What a message that answers nothing is to be read as."""
        if META + "subscriptionId" in message.get("params", {}).get("_meta", {}):
            return MODERN
        if record.get("version"):
            return record["version"]
        for (exchange, _), asked in self.requests.items():
            if exchange is not None and exchange == record.get("exchange") and asked.version == MODERN:
                return MODERN
        return self.versions[-1] if self.versions else MODERN

    def _server(self, message: dict, record: dict):
        assert "\n" not in record["line"]
        assert message["jsonrpc"] == "2.0"
        if "method" in message:
            version = self._version(message, record)
            _sdk_message(message, version)
            if "id" in message:
                self._ask(message, version)
            else:
                self._notice(message, version)
            return
        asked = self._asked(message, record)
        version = (asked.version if asked else None) or (self.versions[-1] if self.versions else LEGACY)
        _sdk_message(message, version)
        if "error" in message:
            self._error(message, version)
        else:
            assert asked is not None, "an answer to nothing"
            self._result(asked, version, message)

    def _ask(self, message: dict, version: str):
        assert version != MODERN, "a server asks nothing of its own in the modern era"
        against_schema(message, "mcp-2025-11-25", ASKS[message["method"]])
        capability = ASK_CAPABILITIES.get(message["method"])
        assert capability is None or capability in self.capabilities, f"asked for {capability}, which the client does not declare"

    def _notice(self, message: dict, version: str):
        definition = NOTIFICATIONS[message["method"]]
        if message["method"] == "notifications/tasks":
            against_schema(message, "mcp-ext-tasks", definition)
            self._task(message["params"])
        else:
            against_schema(message, f"mcp-{MODERN if version == MODERN else LEGACY}", definition)
        if message["method"] == "notifications/progress":
            token = json.dumps(message["params"]["progressToken"])
            before = self.progress.get(token)
            value = message["params"]["progress"]
            assert before is None or value > before, f"progress went from {before} to {value}"
            self.progress[token] = value

    def _error(self, message: dict, version: str):
        # JSON-RPC demands a null id where the request's is not known; MCP's schema leaves it out. Both are told apart by nobody.
        plain = {key: value for key, value in message.items() if key != "id" or value is not None}
        against_schema(plain, f"mcp-{MODERN if version == MODERN else LEGACY}", "JSONRPCErrorResponse")
        code = message["error"]["code"]
        assert isinstance(code, int)
        assert message["error"]["message"]
        named = {-32020: "HeaderMismatchError", -32021: "MissingRequiredClientCapabilityError", -32022: "UnsupportedProtocolVersionError"}
        if code in named:
            against_schema(plain, f"mcp-{MODERN}", named[code])
        if version == MODERN:
            assert code not in (-32002, -32042)
            assert not -32019 <= code <= -32000
            assert not -32099 <= code <= -32023

    def _result(self, asked: Asked, version: str, message: dict):
        result = message["result"]
        if asked.method == "initialize":
            version = result["protocolVersion"]
            self.versions.append(version)
        file = f"mcp-{MODERN if version == MODERN else LEGACY}"
        against_schema(message, file, "JSONRPCResultResponse")
        _sdk_result(asked, version, result)
        if version == MODERN:
            self._modern(asked, file, result)
        else:
            self._legacy(asked, file, result)
        if asked.method == "tools/list":
            self._tools(result["tools"])

    def _legacy(self, asked: Asked, file: str, result: dict):
        if asked.method == "tools/call" and "task" in result:
            assert "task" in asked.params, "a task that nobody asked for"
            against_schema(result, file, "CreateTaskResult")
            return
        against_schema(result, file, (RESULTS | LEGACY_TASK_RESULTS)[asked.method])
        if asked.method == "tasks/result":
            assert result["_meta"][RELATED] == {"taskId": asked.params["taskId"]}

    def _modern(self, asked: Asked, file: str, result: dict):
        assert META + "serverInfo" in result["_meta"]
        kind = result["resultType"]
        if asked.method in MODERN_TASK_RESULTS:
            assert kind == "complete"
            against_schema(result, "mcp-ext-tasks", MODERN_TASK_RESULTS[asked.method])
            if asked.method == "tasks/get":
                self._task(result)
        elif kind == "task":
            assert asked.method == "tools/call"
            against_schema(result, "mcp-ext-tasks", "CreateTaskResult")
            assert not {"task", "ttl", "pollInterval", "requestState", "result", "error", "inputRequests"} & result.keys()
        elif kind == "input_required":
            assert asked.method in ("tools/call", "prompts/get", "resources/read")
            assert {"inputRequests", "requestState"} & result.keys()
            against_schema(result, file, "InputRequiredResult")
        else:
            assert kind == "complete", kind
            against_schema(result, file, RESULTS[asked.method])
            if asked.method in CACHEABLE:
                assert result["ttlMs"] >= 0 and isinstance(result["ttlMs"], int)
                assert result["cacheScope"] in ("public", "private")

    def _task(self, task: dict):
        kinds = {"completed": "CompletedTask", "failed": "FailedTask", "cancelled": "CancelledTask", "working": "WorkingTask"}
        against_schema(task, "mcp-ext-tasks", kinds.get(task["status"], "InputRequiredTask"))
        for status, member in STATUS_COMPANIONS.items():
            assert (member in task) == (task["status"] == status), f"{member} in a task that is {task['status']}"
        for member in ("ttlMs", "pollIntervalMs"):
            assert isinstance(task.get(member), int | None)
        if task["status"] == "completed":
            against_schema(task["result"], f"mcp-{MODERN}", "CallToolResult")
            assert task["result"]["resultType"] == "complete"
            assert RELATED not in task["result"].get("_meta", {})
        for entry in task.get("inputRequests", {}).values():
            against_schema(entry, f"mcp-{MODERN}", "InputRequest")

    def _tools(self, tools: list[dict]):
        import jsonschema

        names = [tool["name"] for tool in tools]
        assert len(names) == len(set(names))
        for tool in tools:
            # Some hosts drop a tool whose schema has no properties, or is invalid by the older draft.
            assert tool["inputSchema"]["type"] == "object"
            for schema in filter(None, (tool["inputSchema"], tool.get("outputSchema"))):
                jsonschema.Draft202012Validator.check_schema(schema)
                jsonschema.Draft7Validator.check_schema(schema)


def check(records: list[dict]) -> int:
    """Checks every message of a server in a conversation. Returns how many there were."""
    return Checker().read(records)

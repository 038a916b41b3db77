"""Whole conversations without an SDK, each message of the server checked against the SDK's types and the protocol's schemas."""

import time

import pytest
import checks
from wire import modern


def test_schemas_are_there():
    """Says plainly when the conversations below are checked against less than they could be."""
    if checks.schema_folder() is None:
        pytest.skip("LEGWORK_MCP_SCHEMAS names no folder with mcp-2025-11-25.schema.json, mcp-2026-07-28.schema.json and mcp-ext-tasks.schema.json")
    with pytest.raises(AssertionError):
        checks.against_schema({"tools": [{"name": 5}]}, "mcp-2026-07-28", "ListToolsResult")


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_legacy_conversation(server, line, version):
    assert line.initialize(version)["protocolVersion"] == version
    assert line.ask("ping")["result"] == {}
    tools = line.ask("tools/list")["result"]["tools"]
    assert len({tool["name"] for tool in tools}) == len(tools) >= 6
    quick = server.quick("a b c")
    result = line.ask("tools/call", {"name": quick.tool, "arguments": quick.arguments})["result"]
    assert quick.text in result["content"][0]["text"]
    slow = server.slow(server.longer)
    ticket = line.ask("tools/call", {"name": slow.tool, "arguments": slow.arguments})["result"]
    task = ticket["structuredContent"]["task_id"]
    done = line.ask("tools/call", {"name": "await_task", "arguments": {"task_id": task, "timeout": 30}})["result"]
    assert done["structuredContent"]["status"] == "completed"
    assert line.ask("logging/setLevel", {"level": "info"})["result"] == {}
    assert any(task in resource["uri"] for resource in line.ask("resources/list")["result"]["resources"])
    assert line.ask("tools/list", {"cursor": "nonsense"})["error"]["code"] == -32602


def test_unknown_version_is_offered_the_newest_with_a_handshake(line):
    assert line.initialize("2031-01-01")["protocolVersion"] == "2025-11-25"


def test_modern_conversation(server, line):
    discovered = line.ask("server/discover", modern())["result"]
    assert discovered["supportedVersions"] == ["2026-07-28"]
    assert line.ask("tools/list", modern())["result"]["resultType"] == "complete"
    slow = server.slow(server.longer)
    created = line.ask("tools/call", modern({"name": slow.tool, "arguments": slow.arguments}))["result"]
    assert created["resultType"] == "task"
    deadline = time.monotonic() + 30
    while True:
        task = line.ask("tasks/get", modern({"taskId": created["taskId"]}))["result"]
        if task["status"] != "working":
            break
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert task["status"] == "completed"
    assert task["result"]["resultType"] == "complete"
    assert line.ask("tasks/cancel", modern({"taskId": created["taskId"]}))["result"]["resultType"] == "complete"
    assert line.ask("tasks/update", modern({"taskId": created["taskId"], "inputResponses": {}}))["result"]["resultType"] == "complete"


def test_modern_errors(server, line):
    for method in ["tasks/get", "tasks/update", "tasks/cancel"]:
        params = {"taskId": "task_aaaaaaaaaaaaaaaaaaaaaaaaaa", "inputResponses": {}}
        assert line.ask(method, modern(params, tasks=False))["error"]["code"] == -32021
        assert line.ask(method, modern(params))["error"]["code"] == -32602
    for method in ["tasks/list", "tasks/result", "ping", "logging/setLevel", "nonsense"]:
        assert line.ask(method, modern())["error"]["code"] == -32601
    wrong = line.ask("tools/list", modern(version="1900-01-01"))["error"]
    assert wrong["code"] == -32022
    assert wrong["data"]["requested"] == "1900-01-01"
    assert "2026-07-28" in wrong["data"]["supported"]
    assert line.ask("tools/list", {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}})["error"]["code"] == -32602
    assert line.ask("tools/call", modern({"name": "no such tool"}))["error"]["code"] == -32602


def test_called_off_request_gets_no_answer(stdio_server, stdio_line):
    slow = stdio_server.slow(60)
    stdio_line.begin("tools/call", modern({"name": slow.tool, "arguments": slow.arguments}), id="call")
    time.sleep(stdio_server.window / 4)
    stdio_line.notify("notifications/cancelled", {"requestId": "call", "reason": "enough"})
    time.sleep(stdio_server.window * 1.5)
    active = stdio_line.ask("tools/call", modern({"name": "list_tasks", "arguments": {"status": "active"}}))["result"]
    assert active["structuredContent"]["count"] == 0
    assert not any('"id":"call"' in record["line"] for record in stdio_line.records if record["from"] == "server")


def test_cancellation_does_not_touch_a_task(stdio_server, stdio_line):
    slow = stdio_server.slow(stdio_server.longer + 1)
    created = stdio_line.ask("tools/call", modern({"name": slow.tool, "arguments": slow.arguments}), id="call")["result"]
    stdio_line.notify("notifications/cancelled", {"requestId": "call"})
    done = stdio_line.ask("tools/call", modern({"name": "await_task", "arguments": {"task_id": created["taskId"], "timeout": 30}}))["result"]
    assert done["structuredContent"]["status"] == "completed"


def test_progress_names_the_token_and_precedes_the_answer(server, line):
    slow = server.slow(server.longer + 3)
    ticket = line.ask("tools/call", modern({"name": slow.tool, "arguments": slow.arguments}, tasks=False))["result"]["structuredContent"]
    params = modern({"name": "await_task", "arguments": {"task_id": ticket["task_id"], "timeout": 30}, "_meta": {"progressToken": "wait"}})
    line.ask("tools/call", params, id="wait", timeout=60)
    notices = [notice["params"] for notice in line.notifications()]
    # What follows is not told of the request that is answered.
    assert all(notice["progressToken"] == "wait" for notice in notices)
    values = [notice["progress"] for notice in notices]
    assert values == sorted(set(values))
    if server.counts:
        assert values


def test_both_eras_on_one_line(stdio_server, stdio_line):
    assert stdio_line.ask("server/discover", modern())["result"]["resultType"] == "complete"
    stdio_line.initialize("2025-06-18")
    assert "resultType" not in stdio_line.ask("tools/list")["result"]
    assert stdio_line.ask("tools/list", modern())["result"]["resultType"] == "complete"

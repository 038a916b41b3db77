"""Lines that no well-meaning client sends. The server says what is wrong, or nothing, and goes on."""

import json
import os
import subprocess
import time

import pytest
from wire import StdioWire, modern


@pytest.fixture
def line(stdio_server):
    with StdioWire(stdio_server) as line:
        yield line


def still_answers(line, id):
    assert "result" in line.ask("server/discover", modern(), id=id)


@pytest.mark.parametrize(
    "data, code",
    [
        (b"{", -32700),
        (b"nonsense", -32700),
        (b"\xff\xfe\x00", -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping"} trailing', -32700),
        (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32700),
        (b"[" * 200_000, -32700),
        (b'{"a":' * 200_000, -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":' + b"[" * 100_000 + b"]" * 100_000 + b"}", -32700),
        (b"[]", -32600),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600),
        (b"42", -32600),
        (b'"text"', -32600),
        (b"{}", -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":[],"method":"ping"}', -32600),
    ],
)
def test_malformed(line, data, code):
    line.send_bytes(data + b"\n")
    answer = line.answer(None)
    assert answer["error"]["code"] == code
    assert answer["error"]["message"]
    still_answers(line, "after")


@pytest.mark.parametrize(
    "message, code",
    [
        ({"jsonrpc": "1.0", "method": "ping"}, -32600),
        ({"jsonrpc": 2.0, "method": "ping"}, -32600),
        ({"method": "ping"}, -32600),
        ({"jsonrpc": "2.0", "method": 5}, -32600),
        ({"jsonrpc": "2.0", "method": "tools/list", "params": []}, -32602),
        ({"jsonrpc": "2.0", "method": "tools/list", "params": "x"}, -32602),
        ({"jsonrpc": "2.0", "method": "tools/call", "params": modern({"name": 5})}, -32602),
        ({"jsonrpc": "2.0", "method": "tools/call", "params": modern({"name": "x" * 100_000})}, -32602),
        ({"jsonrpc": "2.0", "method": "tools/call", "params": modern({"name": "check_task", "arguments": []})}, -32602),
        ({"jsonrpc": "2.0", "method": "x" * 100_000, "params": modern()}, -32601),
        ({"jsonrpc": "2.0", "method": "tasks/get", "params": modern({"taskId": {"a": 1}})}, -32602),
        ({"jsonrpc": "2.0", "method": "tools/list", "params": {"_meta": []}}, -32602),
    ],
)
def test_wrong_types(line, message, code):
    answer = line.send(message | {"id": "wrong"}) or line.answer("wrong")
    assert answer["error"]["code"] == code
    assert len(json.dumps(answer)) < 2000
    still_answers(line, "after")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r",
        b"   \t ",
        b'{"jsonrpc":"2.0","method":"nonsense"}',
        b'{"jsonrpc":"2.0","method":"notifications/cancelled"}',
        b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"nobody"}}',
        b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":[1]}',
        b'{"jsonrpc":"2.0","id":99,"result":{}}',
        b'{"jsonrpc":"2.0","id":99,"error":{"code":1,"message":"x"}}',
    ],
)
def test_passed_over_in_silence(line, data):
    line.send_bytes(data + b"\n")
    still_answers(line, "after")
    assert len(line.records) == 2


def resident_kilobytes(pid: int) -> int:
    with open(f"/proc/{pid}/status") as status:
        return next(int(entry.split()[1]) for entry in status if entry.startswith("VmRSS"))


def test_a_line_of_a_hundred_megabytes_is_skipped(line):
    still_answers(line, "before")
    before = resident_kilobytes(line.process.pid)
    piece = b"x" * (1 << 20)
    for _ in range(100):
        line.send_bytes(piece)
    line.send_bytes(b"\n")
    answer = line.answer(None)
    assert answer["error"]["code"] in (-32600, -32700)
    still_answers(line, "after")
    # The longest line is 16 MiB; what is beyond that is never held.
    assert resident_kilobytes(line.process.pid) - before < 64 << 10


def test_lines_in_crumbs_and_with_crlf(line):
    data = json.dumps({"jsonrpc": "2.0", "id": "crumbs", "method": "server/discover", "params": modern()}).encode() + b"\r\n"
    for index in range(0, len(data), 7):
        line.send_bytes(data[index : index + 7])
    assert "result" in line.answer("crumbs")


def test_last_line_without_an_end_is_answered(stdio_server):
    line = StdioWire(stdio_server)
    line.send_bytes(json.dumps({"jsonrpc": "2.0", "id": "last", "method": "server/discover", "params": modern()}).encode())
    line.process.stdin.close()
    assert "result" in line.answer("last")
    line.close()


def test_id_in_use_is_refused(stdio_server, line):
    slow = stdio_server.slow(stdio_server.longer)
    line.begin("tools/call", modern({"name": slow.tool, "arguments": slow.arguments}), id="twice")
    assert line.ask("tools/list", modern(), id="twice")["error"]["code"] == -32600
    assert line.answer("twice")["result"]["resultType"] == "task"
    still_answers(line, "twice")


def test_many_requests_at_once_are_all_answered(stdio_server, line):
    call = stdio_server.quick("a b c")
    count = 200
    for number in range(count):
        line.begin("tools/call", modern({"name": call.tool, "arguments": call.arguments}), id=number)
    for number in range(count):
        answer = line.answer(number)
        # More than a connection may have open at once are told so; none is left without an answer.
        assert "result" in answer or answer["error"]["code"] == 429
    still_answers(line, "after")


def test_nobody_reads(stdio_server):
    """A client that asks and never reads is not a reason to grow without bounds."""
    reading, writing = os.pipe()
    inward, outward = os.pipe()
    process = subprocess.Popen(stdio_server.command, stdin=inward, stdout=writing, env=stdio_server.environment)
    os.close(inward)
    os.close(writing)
    os.set_blocking(outward, False)
    request = json.dumps({"jsonrpc": "2.0", "id": 0, "method": "tools/list", "params": modern()}).encode() + b"\n"
    sent, quiet = 0, 0
    deadline = time.monotonic() + 20
    while quiet < 20 and time.monotonic() < deadline:
        try:
            sent += os.write(outward, request * 100)
            quiet = 0
        except BlockingIOError:
            quiet += 1
            time.sleep(0.05)
    assert quiet >= 20, "the server takes in more and more, though nobody reads its answers"
    assert resident_kilobytes(process.pid) < 400 << 10
    os.close(reading)
    os.close(outward)
    # It has thousands of requests to give up, and the machine may have other things to do; but it leaves.
    process.wait(timeout=60)

"""What schemathesis may do to a daemon on this machine, and what it finds there.

`before_call` sees each request last, whatever phase made it. A tool that it names and that exists is replaced by one that only looks, for
`run_command` runs what it is told; what is no tool's name stays, for that has to be refused. `called.py` looks afterwards which tools were
called at all. The token with which all this is done (its id is `file`) is not revoked. Every second reference to a task, a schedule or a tool is replaced by one
that is there, so that more than 404 is seen.
"""

import itertools
import json
import os
import urllib.error
import urllib.parse
import urllib.request

import schemathesis

HARMLESS = "list_tasks"
URL = os.environ["LEGWORK_API"]
TOKEN = os.environ["LEGWORK_TOKEN"]


def ask(method, path, body=None, owner=None, operator=False):
    headers = {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"}
    if owner is not None:
        headers["Legwork-Owner"] = owner
    if operator:
        headers["Legwork-Scope"] = "operator"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


class Daemon:
    """What there is at the daemon; asked once, before the first request."""

    def __init__(self):
        self.tools = {tool["name"] for tool in ask("GET", "/v1/tools")["tools"]}
        assert "run_command" in self.tools and HARMLESS in self.tools
        self.numbers = itertools.count()
        self.turns = {kind: itertools.cycle([True, False]) for kind in ("task", "schedule", "tool")}

    def task(self, owner):
        name = f"made-{next(self.numbers)}"
        ask("POST", f"/v1/tools/{HARMLESS}/call", {"background": True, "name": name}, owner)
        ask("POST", "/v1/wait", {"tasks": [name]}, owner)
        return name

    def schedule(self, owner):
        name = f"made-{next(self.numbers)}"
        ask("POST", "/v1/schedules", {"tool": HARMLESS, "every": "1h", "name": name}, owner)
        return name

    def harmless(self, name):
        return HARMLESS if isinstance(name, str) and urllib.parse.unquote(name) in self.tools else name

    def disarm(self, body):
        """Replaces every tool that a body names, wherever it stands."""
        if isinstance(body, dict):
            return {key: self.harmless(value) if key == "tool" else self.disarm(value) for key, value in body.items()}
        if isinstance(body, list):
            return [self.disarm(item) for item in body]
        return body


def shorten(parameters):
    """Waits are as long as they are asked for; here they are short."""
    for name in ("timeout_ms", "wait_ms"):
        if isinstance(parameters, dict) and str(parameters.get(name)).isdigit():
            parameters[name] = min(int(str(parameters[name])), 100)


found = None


def daemon():
    global found
    found = found or Daemon()
    return found


@schemathesis.hook
def before_call(context, case, kwargs):
    there = daemon()
    place = case.path_parameters
    if isinstance(place, dict):
        owner = (case.headers or {}).get("Legwork-Owner", "local")
        for kind, make in [("task", there.task), ("schedule", there.schedule), ("tool", lambda _: HARMLESS)]:
            if kind in place and next(there.turns[kind]):
                try:
                    place[kind] = make(owner)
                except (urllib.error.HTTPError, UnicodeError, ValueError):
                    pass  # An owner that makes no sense has nothing.
        if "tool" in place:
            place["tool"] = there.harmless(place["tool"])
        if case.operation.path.startswith("/v1/tokens/") and "file" in urllib.parse.unquote(str(place.get("id"))):
            place["id"] = "another"
    if case.operation.path.endswith(("/wait", "/events")):
        if case.operation.path.endswith("/wait") and case.method == "GET" and isinstance(case.query, dict):
            case.query.setdefault("timeout_ms", 60_000)
        if case.operation.path == "/v1/wait" and isinstance(case.body, dict):
            case.body.setdefault("timeout_ms", 60_000)
        shorten(case.query)
        shorten(case.body)
    if isinstance(case.body, (dict, list)):
        case.body = there.disarm(case.body)
    elif isinstance(case.body, (bytes, str)):
        text = case.body.decode("utf-8", "replace") if isinstance(case.body, bytes) else case.body
        # A body that is written by hand may say what it likes as long as it names no tool.
        assert not any(name in text for name in there.tools - {HARMLESS}), "a body names a tool that may do harm"

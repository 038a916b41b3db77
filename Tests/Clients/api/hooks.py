"""What keeps schemathesis from doing harm: every request that names a tool names a harmless one.

`before_call` sees each request last, whatever phase made it. A tool that is named there and exists is replaced by one that only looks; what is
no tool's name stays, for that has to be refused. The test that runs this looks afterwards which tools were called at all.
"""

import json
import urllib.parse

import schemathesis

HARMLESS = "list_tasks"

# What `GET /v1/tools` lists, and what there may be besides.
KNOWN: set[str] = set()


def harmless(name):
    if isinstance(name, str) and urllib.parse.unquote(name) in KNOWN:
        return HARMLESS
    return name


def disarm(body):
    """Replaces every tool that a body names, wherever it stands."""
    if isinstance(body, dict):
        return {key: harmless(value) if key == "tool" else disarm(value) for key, value in body.items()}
    if isinstance(body, list):
        return [disarm(item) for item in body]
    return body


def learn(case):
    """Asks the daemon once which tools it has; without an answer nothing is sent."""
    if not KNOWN:
        import os
        import urllib.request

        request = urllib.request.Request(
            os.environ["LEGWORK_API"] + "/v1/tools", headers={"Authorization": "Bearer " + os.environ["LEGWORK_TOKEN"]}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            KNOWN.update(tool["name"] for tool in json.load(answer)["tools"])
        assert "run_command" in KNOWN and HARMLESS in KNOWN


@schemathesis.hook
def before_call(context, case, kwargs):
    learn(case)
    if isinstance(case.path_parameters, dict) and "tool" in case.path_parameters:
        case.path_parameters["tool"] = harmless(case.path_parameters["tool"])
    if isinstance(case.body, (dict, list)):
        case.body = disarm(case.body)
    elif isinstance(case.body, (bytes, str)):
        text = case.body.decode("utf-8", "replace") if isinstance(case.body, bytes) else case.body
        # A body that is written by hand may say what it likes as long as it names no tool.
        assert not any(name in text for name in KNOWN - {HARMLESS}), "a body names a tool that may do harm"

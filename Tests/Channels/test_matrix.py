"""Matrix, through a real homeserver."""

import random
import time

import pytest
from homeserver import Synapse


def settings(synapse: Synapse, token: str, room: str) -> dict:
    return {"matrix": {"homeserver": synapse.url, "token": token, "room": room}, "allow_private": True}


def wait(what, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)
    return found


@pytest.fixture
def bot(synapse):
    token = synapse.user("bot")
    return token, synapse.room(token, "ops")


def test_a_result_arrives_in_the_room_as_text_and_as_html(legwork, synapse, bot):
    token, room = bot
    daemon = legwork({"ops": settings(synapse, token, room)})
    daemon.submit("ops", "echo", "<b>@room</b> & all is well")
    [content] = wait(lambda: synapse.messages(token, room))
    assert content["msgtype"] in ("m.notice", "m.text")
    assert "all is well" in content["body"]
    assert content["format"] == "org.matrix.custom.html"
    assert "&lt;b&gt;" in content["formatted_body"] and "<b>@room" not in content["formatted_body"]
    assert content.get("m.mentions", {}) == {}


def test_an_alias_will_do(legwork, synapse, bot):
    token, room = bot
    daemon = legwork({"ops": settings(synapse, token, "#ops:legwork.test")})
    daemon.submit("ops", "echo", "by alias")
    wait(lambda: synapse.messages(token, room))


def test_a_wrong_token_is_said_without_showing_it(legwork, synapse, bot):
    _, room = bot
    daemon = legwork({"ops": settings(synapse, "syt_wrong_token", room)})
    task = daemon.submit("ops", "true")
    wait(lambda: daemon.json("channels", "dead-letters")["deliveries"])
    everything = daemon.run("channels", "list", "--json") + daemon.run("show", task, "--json") + "\n".join(daemon.daemon.log)
    everything += daemon.run("channels", "dead-letters", "--json")
    assert "syt_wrong_token" not in everything


def test_long_results_killed_in_the_middle_arrive_whole_in_order_and_once(legwork, tmp_path):
    # The homeserver takes one message a second or so, so that the kills fall between the pieces.
    synapse = Synapse(tmp_path / "slow", rate_limits={"per_second": 2, "burst_count": 2})
    try:
        token = synapse.user("bot")
        room = synapse.room(token)
        chosen = settings(synapse, token, room)
        chosen |= {"message_size": 2000, "max_messages": 20}
        daemon = legwork({"ops": chosen})
        chance = random.Random(1)
        tasks = [daemon.submit("ops", "seq", "-f", f"task{number} line %g", "1", "450") for number in range(3)]
        for _ in range(6):
            time.sleep(chance.uniform(0.2, 1.2))
            daemon.daemon.restart()
        for task in tasks:
            wait(lambda: [each["state"] for each in daemon.json("redirect", task, "--list")["deliveries"]] == ["delivered"], 90)
        bodies = [content["body"] for content in synapse.messages(token, room)]
    finally:
        synapse.stop()
    for number in range(3):
        mine = "\n".join(body for body in bodies if f"task{number} line" in body)
        lines = [int(line.split()[-1]) for line in mine.splitlines() if line.startswith(f"task{number} line")]
        assert lines == sorted(set(lines)), "a piece came twice, or out of order"
        assert lines[0] == 1 and lines[-1] == 450


def test_a_homeserver_that_is_away_gets_everything_later(legwork, synapse, bot):
    token, room = bot
    daemon = legwork({"ops": settings(synapse, token, room)})
    synapse.stop()
    for index in range(5):
        daemon.run("wait", daemon.submit("ops", "echo", f"result {index}"))
    synapse.start()
    found = wait(lambda: len(all := synapse.messages(token, room)) >= 5 and all, 90)
    assert [next(index for index in range(5) if f"result {index}" in content["body"]) for content in found] == list(range(5))

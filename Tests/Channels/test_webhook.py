"""Webhooks, verified by the library of the standard itself."""

import random
import time

from conftest import SECRET
from receiver import Answer, Receiver


def hook(receiver: Receiver, **settings) -> dict:
    return {"webhook": {"url": receiver.url, "secret": SECRET, **settings}, "allow_private": True}


def test_the_end_of_a_task_is_told_once_and_signed(legwork, receiver):
    daemon = legwork({"hook": hook(receiver)})
    task = daemon.submit("hook", "echo", "all is well")
    [(name, body)] = receiver.wait(1)
    assert body["type"] == "task.completed"
    assert task in str(body["data"]) and "all is well" in str(body["data"])
    assert name.startswith("dlv_") and task.removeprefix("task_") in name
    assert receiver.unverified == 0
    [delivery] = daemon.json("redirect", task, "--list")["deliveries"]
    assert delivery["state"] == "delivered" and delivery["id"] == name


def test_what_was_secret_before_still_verifies_while_it_is_replaced(legwork, receiver):
    newer = "whsec_" + "QUJD" * 10
    daemon = legwork({"hook": {"webhook": {"url": receiver.url, "secret": [newer, SECRET]}, "allow_private": True}})
    daemon.submit("hook", "true")
    receiver.wait(1)
    assert receiver.unverified == 0


def test_a_receiver_in_trouble_gets_the_same_message_again(legwork, receiver):
    receiver.answers = [Answer(503, (("Retry-After", "1"),)), Answer(429, (("Retry-After", "1"),))]
    daemon = legwork({"hook": hook(receiver)})
    daemon.submit("hook", "true")
    [(name, _)] = receiver.wait(1)
    assert [request[0] for request in receiver.requests] == [name] * 3


def test_what_is_refused_becomes_a_dead_letter_and_can_be_sent_again(legwork, receiver):
    receiver.answers = [Answer(400)]
    daemon = legwork({"hook": hook(receiver)})
    task = daemon.submit("hook", "true")
    deadline = time.monotonic() + 30
    while not (dead := daemon.json("channels", "dead-letters")["deliveries"]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert dead[0]["task"] == task and "400" in dead[0]["problem"] and receiver.url not in str(dead)
    daemon.run("channels", "replay", dead[0]["id"])
    [(name, _)] = receiver.wait(1)
    assert name == dead[0]["id"]
    assert daemon.json("channels", "dead-letters")["deliveries"] == []


def test_nothing_is_lost_or_told_twice_while_the_receiver_is_down_and_the_daemon_is_killed(legwork, receiver):
    daemon = legwork({"hook": hook(receiver), "other": hook(receiver)})
    chance = random.Random(6)
    receiver.stop()
    tasks = []
    for round in range(6):
        tasks += [daemon.submit(chance.choice(["hook", "other"]), "echo", str(index)) for index in range(5)]
        time.sleep(chance.uniform(0, 0.4))
        daemon.daemon.restart()
        if round == 3:
            receiver.start()
    for task in tasks:
        daemon.run("wait", task)
    receiver.wait(len(tasks), 120)
    # A kill between the answer and its record sends the same message again, under the same id.
    names = {name for name, _ in receiver.taken}
    assert {task for task in tasks if any(task.removeprefix("task_") in name for name in names)} == set(tasks)
    assert len(names) == len(tasks)


def test_the_network_of_the_machine_is_out_of_reach_unless_that_is_said(legwork, receiver):
    daemon = legwork({"hook": {"webhook": {"url": receiver.url, "secret": SECRET}}})
    out = daemon.run("channels", "test", "hook", expect=None)
    daemon.submit("hook", "true")
    time.sleep(1)
    assert receiver.requests == [] and receiver.unverified == 0
    assert "taken" not in out

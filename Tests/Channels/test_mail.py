"""Mail, through a real server that wants TLS and a password."""

import time


def settings(server, **more) -> dict:
    return {
        "email": {
            "server": f"smtp://localhost:{server.port}",
            "user": server.USER,
            "password": "${env:LEGWORK_TEST_MAIL}",
            "ca_file": str(server.certificate),
            "from": "Legwork <legwork@example.org>",
            "to": ["ops@example.org", "on-call@example.org"],
        }
        | more,
        "allow_private": True,
    }


def wait(what, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
    return found


def test_a_result_arrives_as_mail(legwork, mailserver, monkeypatch):
    monkeypatch.setenv("LEGWORK_TEST_MAIL", mailserver.PASSWORD)
    daemon = legwork({"mail": settings(mailserver)})
    task = daemon.submit("mail", "printf", "Grüße 👋\n.\nFrom here on\n")
    [mail] = wait(lambda: mailserver.mails)
    assert mailserver.recipients == [["ops@example.org", "on-call@example.org"]]
    assert "Grüße 👋" in mail.get_body().get_content() and "\n.\n" in mail.get_body().get_content()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert task.removeprefix("task_") in mail["Message-ID"]
    assert mail["Date"] and "run_command" in mail["Subject"]


def test_a_title_adds_no_header(legwork, mailserver, monkeypatch):
    monkeypatch.setenv("LEGWORK_TEST_MAIL", mailserver.PASSWORD)
    daemon = legwork({"mail": settings(mailserver)})
    daemon.run("submit", "--redirect", "mail", "--title", "One\r\nBcc: thief@example.org", "run_command", '{"command": ["true"]}', expect=None)
    daemon.submit("mail", "true")
    wait(lambda: mailserver.mails)
    assert all(mail["Bcc"] is None for mail in mailserver.mails)


def test_a_server_that_says_later_gets_it_later_and_one_that_says_no_does_not(legwork, mailserver, monkeypatch):
    monkeypatch.setenv("LEGWORK_TEST_MAIL", mailserver.PASSWORD)
    daemon = legwork({"mail": settings(mailserver)})
    mailserver.refusals = ["451 4.3.0 try again later"]
    daemon.submit("mail", "echo", "first")
    wait(lambda: mailserver.mails)
    mailserver.refusals = ["550 5.1.1 no such user"] * 2
    task = daemon.submit("mail", "echo", "second")
    [dead] = wait(lambda: daemon.json("channels", "dead-letters")["deliveries"])
    assert dead["task"] == task and "550" in dead["problem"]


def test_a_wrong_password_is_said_without_showing_it(legwork, mailserver, monkeypatch):
    monkeypatch.setenv("LEGWORK_TEST_MAIL", "no such horse")
    daemon = legwork({"mail": settings(mailserver)})
    daemon.submit("mail", "true")
    [dead] = wait(lambda: daemon.json("channels", "dead-letters")["deliveries"])
    assert mailserver.mails == []
    assert "no such horse" not in str(dead) + "\n".join(daemon.daemon.log) + daemon.run("channels", "list", "--json")


def test_a_certificate_that_nobody_vouches_for_is_refused(legwork, mailserver, monkeypatch):
    monkeypatch.setenv("LEGWORK_TEST_MAIL", mailserver.PASSWORD)
    chosen = settings(mailserver)
    del chosen["email"]["ca_file"]
    daemon = legwork({"mail": chosen})
    daemon.submit("mail", "true")
    wait(lambda: [each for each in daemon.json("channels", "list")["channels"] if each["state"] != "ok"] or daemon.json("channels", "dead-letters")["deliveries"])
    assert mailserver.mails == []

"""Mail through a real server, with STARTTLS and a login, read by a library that has nothing to do with ours."""

import asyncio
import email
import email.policy
import json
import os
import queue
import shutil
import socket
import ssl
import subprocess

import pytest
import servers
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from daemon import Daemon

USER, PASSWORD = "legwork", "secret-of-the-mailbox"


class Mailbox:
    """Takes all mail from who may send it."""

    def __init__(self, folder):
        self.certificate, key = folder / "certificate.pem", folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
            + ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(self.certificate)],
            check=True,
            capture_output=True,
        )
        self.mails: queue.Queue = queue.Queue()
        self.logins: list[bytes] = []
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, key)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.controller = Controller(
            self,
            hostname="127.0.0.1",
            port=port,
            tls_context=context,
            require_starttls=True,
            authenticator=self.authenticate,
            auth_required=True,
        )
        self.controller.start()

    @property
    def port(self) -> int:
        return self.controller.port

    def authenticate(self, server, session, envelope, mechanism, data):
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        # Not handled: the server is to say so.
        return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 there is no such user"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server, session, envelope):
        assert session.ssl is not None
        await asyncio.sleep(0)
        self.mails.put((envelope, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 2.0.0 taken"


@pytest.fixture
def mailbox(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    mailbox = Mailbox(tmp_path)
    yield mailbox
    mailbox.controller.stop()


@pytest.fixture
def daemon(mailbox, tmp_path, monkeypatch):
    path = servers.legwork_path()
    if path is None:
        pytest.skip("LEGWORK does not name the command")
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    base = {"server": f"smtp://localhost:{mailbox.port}", "from": "Legwork <legwork@example.org>", "ca_file": str(mailbox.certificate)}
    login = {"user": USER, "password": "${env:MAIL_PASSWORD}"}
    channels = {
        "post": {"email": base | login | {"to": ["Jürgen <juergen@example.org>", "bob@example.org"]}, "allow_private": True},
        "stranger": {"email": {**base, **login, "ca_file": None, "to": "bob@example.org"}, "allow_private": True},
        "nobody": {"email": base | login | {"to": "nobody@example.org"}, "allow_private": True},
        "wrong": {"email": base | {"user": USER, "password": "not-the-password", "to": "bob@example.org"}, "allow_private": True},
        "guarded": {"email": base | login | {"to": "bob@example.org"}},
    }
    configuration = tmp_path / "mail.json"
    configuration.write_text(json.dumps({"channels": channels, "redirects": [{"channel": "post", "on": ["completed"]}]}))
    daemon = Daemon(path, tmp_path / "state", options=["--fixtures", "--channels", str(configuration)])
    yield daemon
    daemon.stop()
    assert PASSWORD not in "\n".join(daemon.log)


def legwork(daemon, *words) -> subprocess.CompletedProcess:
    return subprocess.run([daemon.legwork, *words], env=daemon.environment, capture_output=True, text=True, timeout=60)


def test_a_channel_is_tried(daemon, mailbox):
    done = legwork(daemon, "channels", "test", "post")
    assert done.returncode == 0, done.stderr
    envelope, message = mailbox.mails.get(timeout=10)
    assert envelope.mail_from == "legwork@example.org"
    assert envelope.rcpt_tos == ["juergen@example.org", "bob@example.org"]
    assert message["From"] == "Legwork <legwork@example.org>"
    assert [str(address) for address in message["To"].addresses] == ["Jürgen <juergen@example.org>", "bob@example.org"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime is not None and message["Message-ID"].endswith("@example.org>")
    assert not message.defects
    assert mailbox.logins == [USER.encode()]


def test_a_task_is_told_of_as_its_reader_wrote_it(daemon, mailbox):
    name = "Ünal 漢字 =?UTF-8?Q?x?= . From"
    done = legwork(daemon, "submit", "--title", f"Greet\n{name} " + "ü" * 150, "greet", json.dumps({"name": f"{name}\n.\n..\nFrom {name}"}))
    assert done.returncode == 0, done.stderr
    _, message = mailbox.mails.get(timeout=30)
    assert not message.defects
    assert "\n" not in message["Subject"] and message["Subject"].endswith(": completed")
    assert name in message["Subject"]
    text = message.get_body().get_content().replace("\r\n", "\n")
    assert f"{name}\n.\n..\nFrom {name}" in text
    task = done.stdout.split()[0]
    assert task.removeprefix("task_") in message["Message-ID"]
    assert message["References"].startswith(f"<{task}@")


@pytest.mark.parametrize(
    "name, word",
    [("stranger", "certificate"), ("nobody", "550"), ("wrong", "535"), ("guarded", "private")],
)
def test_what_is_wrong_is_said(daemon, mailbox, name, word):
    done = legwork(daemon, "channels", "test", name)
    assert done.returncode != 0
    assert word in done.stderr
    assert PASSWORD not in done.stderr + done.stdout
    assert mailbox.mails.empty()
    if name == "stranger":
        # Nobody who may be anybody is told who sends, or how he logs in.
        assert mailbox.logins == []


def test_settings_that_cannot_be_meant_stop_the_daemon(mailbox, tmp_path):
    path = servers.legwork_path()
    if path is None:
        pytest.skip("LEGWORK does not name the command")
    configuration = tmp_path / "bad.json"
    configuration.write_text(json.dumps({"channels": {"post": {"email": {"server": "smtp://x", "from": "a@x", "to": "b@x", "form": 1}}}}))
    done = subprocess.run(
        [path, "serve", "--channels", str(configuration)],
        env=os.environ | {"LEGWORK_STATE": str(tmp_path / "other")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert "form" in done.stderr

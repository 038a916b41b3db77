"""A Matrix homeserver of the tests' own: Synapse over a folder, on loopback."""

import hashlib
import hmac
import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from ports import free_port

SECRET = "only for these tests"


class Synapse:
    """A homeserver that starts, dies and starts again at the same port."""

    def __init__(self, folder: Path, rate_limits: dict | None = None):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        key = folder / "signing.key"
        key.write_text("ed25519 a_test wRAZQvJ1ANBkVYyVQ7VLzJYn1PHwPTUD7VdPzVnS3oo\n")
        (folder / "log.yaml").write_text(
            "version: 1\nformatters: {f: {format: '%(asctime)s %(name)s %(levelname)s %(message)s'}}\n"
            f"handlers: {{h: {{class: logging.FileHandler, formatter: f, filename: '{folder}/synapse.log'}}}}\n"
            "root: {level: WARNING, handlers: [h]}\n"
        )
        config = {
            "server_name": "legwork.test",
            "pid_file": str(folder / "synapse.pid"),
            "listeners": [{"port": self.port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": [{"names": ["client"]}]}],
            "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
            "log_config": str(folder / "log.yaml"),
            "media_store_path": str(folder / "media"),
            "registration_shared_secret": SECRET,
            "signing_key_path": str(key),
            "report_stats": False,
            "trusted_key_servers": [],
            "bcrypt_rounds": 4,
            "rc_message": rate_limits or {"per_second": 1000, "burst_count": 1000},
        }
        (folder / "homeserver.yaml").write_text(json.dumps(config))
        self._process: subprocess.Popen | None = None
        self.start()

    def start(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "synapse.app.homeserver", "--config-path", str(self.folder / "homeserver.yaml")],
            stdin=subprocess.DEVNULL,
            stdout=(self.folder / "out.log").open("ab"),
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 90
        while True:
            assert self._process.poll() is None, (self.folder / "out.log").read_text()[-2000:]
            try:
                return self.call("GET", "/_matrix/client/versions")
            except (urllib.error.URLError, ConnectionError):
                assert time.monotonic() < deadline, "Synapse does not listen"
                time.sleep(0.2)

    def stop(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(timeout=10)

    def call(self, method: str, path: str, body: dict | None = None, token: str | None = None) -> dict:
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def user(self, name: str) -> str:
        """Makes a user, and gives the access token."""
        nonce = self.call("GET", "/_synapse/admin/v1/register")["nonce"]
        mac = hmac.new(SECRET.encode(), digestmod=hashlib.sha1)
        mac.update(b"\x00".join([nonce.encode(), name.encode(), b"password", b"notadmin"]))
        body = {"nonce": nonce, "username": name, "password": "password", "admin": False, "mac": mac.hexdigest()}
        return self.call("POST", "/_synapse/admin/v1/register", body)["access_token"]

    def room(self, token: str, alias: str | None = None) -> str:
        body = {"preset": "private_chat"}
        if alias:
            body["room_alias_name"] = alias
        return self.call("POST", "/_matrix/client/v3/createRoom", body, token)["room_id"]

    def messages(self, token: str, room: str) -> list[dict]:
        """The contents of all messages of a room, the oldest first."""
        found, place = [], ""
        while True:
            query = urllib.parse.urlencode({"dir": "f", "limit": 100} | ({"from": place} if place else {}))
            page = self.call("GET", f"/_matrix/client/v3/rooms/{urllib.parse.quote(room)}/messages?{query}", None, token)
            found += [event["content"] for event in page["chunk"] if event["type"] == "m.room.message"]
            place = page.get("end")
            if not place:
                return found

"""A webhook receiver of the tests' own, which lets the library of the standard verify what it gets."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook


@dataclass
class Answer:
    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()


class Receiver:
    """Keeps every request, verified, by its `webhook-id`."""

    def __init__(self, secret: str):
        self.secret = secret
        # What it answers, in order; then 204 to everything.
        self.answers: list[Answer] = []
        # Every request: id, body, and whether it was taken.
        self.requests: list[tuple[str, dict, bool]] = []
        self.unverified = 0
        self._came = threading.Condition()
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/hook"

    def start(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = receiver.take(body, {name.lower(): value for name, value in self.headers.items()})
                self.send_response(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def take(self, body: bytes, headers: dict[str, str]) -> Answer:
        with self._came:
            try:
                Webhook(self.secret).verify(body, headers)
            except Exception:
                self.unverified += 1
                self._came.notify_all()
                return Answer(401)
            answer = self.answers.pop(0) if self.answers else Answer()
            self.requests.append((headers["webhook-id"], json.loads(body), 200 <= answer.status < 300))
            self._came.notify_all()
            return answer

    @property
    def taken(self) -> list[tuple[str, dict]]:
        return [(name, body) for name, body, is_taken in self.requests if is_taken]

    def wait(self, count: int, seconds: float = 60) -> list[tuple[str, dict]]:
        """Waits until so many were taken."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.taken) >= count, seconds), (self.requests, self.unverified)
            return self.taken

"""Stands between HTTP clients and a server, passes everything on and writes the messages down.

A client that hangs up is hung up on the server's side too, and the other way round: who sees the record sees what a server alone would.
Its own address stays the same when the server is started again elsewhere.
"""

import asyncio
import itertools
import json
import threading
from collections.abc import Callable


class HTTPTap:
    def __init__(self, port: Callable[[], int]):
        """Passes on to 127.0.0.1 at a port, which is asked for with each connection."""
        # {"from": "client" | "server", "line": …, "exchange": number of the request, "version": of the request's header}
        self.records: list[dict] = []
        # The head of each request, by its number.
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._upstream = port
        self._numbers = itertools.count()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 25)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(timeout=10)
        self.port = self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    def stop(self):
        async def end():
            self._server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            self._loop.stop()

        self._loop.call_soon_threadsafe(lambda: self._loop.create_task(end()))
        self._thread.join(timeout=10)

    def _write_down(self, sender: str, line: str, exchange: int, version: str | None):
        self.records.append({"from": sender, "line": line, "exchange": exchange, "version": version})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        upstream = None
        ahead = b""
        try:
            while True:
                if upstream is not None and not ahead:
                    ahead = await self._first_byte(reader, upstream[0])
                    if not ahead:
                        return
                head = await self._head(reader, ahead)
                if head is None:
                    return
                ahead = b""
                start, headers, raw = head
                exchange = next(self._numbers)
                self.requests.append((start, headers))
                version = headers.get("mcp-protocol-version")
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                if body:
                    self._write_down("client", body.decode("utf-8", "replace"), exchange, version)
                if upstream is None:
                    upstream = await asyncio.open_connection("127.0.0.1", self._upstream(), limit=1 << 25)
                upstream[1].write(self._rewritten(raw) + body)
                await upstream[1].drain()
                passing = asyncio.ensure_future(self._pass_back(upstream[0], writer, exchange, version))
                # What comes now is the next request's first byte, or the client has gone.
                looking = asyncio.ensure_future(reader.read(1))
                try:
                    await asyncio.wait([passing, looking], return_when=asyncio.FIRST_COMPLETED)
                    if looking.done() and not looking.result():
                        return
                    if not await passing:
                        return
                finally:
                    passing.cancel()
                    looking.cancel()
                    _, seen = await asyncio.gather(passing, looking, return_exceptions=True)
                ahead = seen if isinstance(seen, bytes) else b""
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            if upstream is not None:
                upstream[1].close()

    @staticmethod
    async def _first_byte(reader: asyncio.StreamReader, upstream: asyncio.StreamReader) -> bytes:
        """The first byte of the next request; none when either side has hung up."""
        asking = asyncio.ensure_future(reader.read(1))
        gone = asyncio.ensure_future(upstream.read(1))
        try:
            await asyncio.wait([asking, gone], return_when=asyncio.FIRST_COMPLETED)
            return asking.result() if asking.done() else b""
        finally:
            asking.cancel()
            gone.cancel()
            await asyncio.gather(asking, gone, return_exceptions=True)

    @staticmethod
    async def _head(reader: asyncio.StreamReader, ahead: bytes = b""):
        try:
            raw = ahead + await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        start, *lines = raw.decode("latin-1").split("\r\n")[:-2]
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return start, headers, raw

    def _rewritten(self, raw: bytes) -> bytes:
        """The head as the server's own address would have it."""
        return raw.replace(f"127.0.0.1:{self.port}".encode(), f"127.0.0.1:{self._upstream()}".encode())

    async def _pass_back(self, reader, writer, exchange: int, version: str | None) -> bool:
        """Passes one response on; gives whether the connection may be used again."""
        head = await self._head(reader)
        if head is None:
            return False
        start, headers, raw = head
        writer.write(raw)
        await writer.drain()
        if headers.get("content-type", "").startswith("text/event-stream"):
            text = Events(lambda line: self._write_down("server", line, exchange, version))
        else:
            text = Whole(lambda line: self._write_down("server", line, exchange, version))
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while True:
                size = await reader.readuntil(b"\r\n")
                piece = await reader.readexactly(int(size.split(b";")[0], 16) + 2)
                writer.write(size + piece)
                await writer.drain()
                text.feed(piece[:-2])
                if len(piece) == 2:
                    break
        elif "content-length" in headers:
            body = await reader.readexactly(int(headers["content-length"]))
            writer.write(body)
            await writer.drain()
            text.feed(body)
        elif start.split()[1] not in ("204", "304", "202"):
            while piece := await reader.read(1 << 16):
                writer.write(piece)
                await writer.drain()
                text.feed(piece)
            text.end()
            return False
        text.end()
        return headers.get("connection", "").lower() != "close"


class Events:
    """Finds the data of a stream's events."""

    def __init__(self, found):
        self._found = found
        self._rest = b""
        self._data: list[str] = []

    def feed(self, piece: bytes):
        *lines, self._rest = (self._rest + piece).replace(b"\r\n", b"\n").split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                self._data.append(line[5:].removeprefix(b" ").decode("utf-8"))
            elif not line:
                if any(self._data):
                    self._found("\n".join(self._data))
                self._data = []

    def end(self):
        pass


class Whole:
    """A body that is one message, or none."""

    def __init__(self, found):
        self._found = found
        self._body = b""

    def feed(self, piece: bytes):
        self._body += piece

    def end(self):
        if not self._body:
            return
        try:
            message = json.loads(self._body)
        except ValueError:
            self._found(self._body.decode("utf-8", "replace"))
            return
        if isinstance(message, dict) and "jsonrpc" in message:
            self._found(self._body.decode("utf-8"))

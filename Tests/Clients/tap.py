"""Stands between a client and a server, passes every line on and writes it down.

    python tap.py RECORD COMMAND [ARGUMENT…]

Each line of RECORD is {"from": "client" | "server", "line": …}.
"""

import json
import subprocess
import sys
import threading


def main() -> int:
    record = open(sys.argv[1], "a", buffering=1, encoding="utf-8")
    lock = threading.Lock()
    server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def write_down(sender: str, line: bytes) -> None:
        with lock:
            record.write(json.dumps({"from": sender, "line": line.decode("utf-8", "replace").rstrip("\n")}) + "\n")

    def inward() -> None:
        for line in sys.stdin.buffer:
            write_down("client", line)
            try:
                server.stdin.write(line)
                server.stdin.flush()
            except BrokenPipeError:
                return
        server.stdin.close()

    threading.Thread(target=inward, daemon=True).start()
    for line in server.stdout:
        write_down("server", line)
        try:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            server.stdin.close()
    return server.wait()


if __name__ == "__main__":
    sys.exit(main())

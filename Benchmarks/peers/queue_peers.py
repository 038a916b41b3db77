"""Queued no-op tasks per second, from submit to end, in other durable queues: each commit synced to the disk, each a few seconds long.

Prints a line of JSON {"name", "value", "unit"} for each peer, and says on standard error which was left out and why. One process submits
and works, as in Legwork's own measurement; a server of its own (beanstalkd) is beside it. One thread submits to huey and DBOS: theirs is a
commit for each job, one after the other, so that more threads would only wait for each other.
"""

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

# How long a peer may take in all, and about how long it is measured.
LIMIT = 10
MEASURED = 3


def huey(folder):
    """huey on SQLite. A job leaves the queue when it begins, so one that is killed is lost."""
    from huey import SqliteHuey

    queue = SqliteHuey(filename=f"{folder}/huey.db", fsync=True)
    ended = threading.Event()

    @queue.task()
    def noop(n):
        if n < 0:
            ended.set()
        return n

    # More workers are slower: they wait for each other's locks.
    consumer = queue.create_consumer(workers=1, periodic=False, initial_delay=0.001)
    consumer.start()
    begin = time.perf_counter()
    count = 0
    while time.perf_counter() - begin < MEASURED / 2:
        noop(count)
        count += 1
    noop(-1)
    ended.wait(LIMIT)
    rate = (count + 1) / (time.perf_counter() - begin)
    consumer.stop(graceful=True)
    return rate


def dbos(folder):
    """DBOS on SQLite, looking for work every 50 ms, which is faster than its second."""
    from dbos import DBOS

    logging.disable(logging.CRITICAL)
    url = f"sqlite:///{folder}/dbos.sqlite"
    DBOS(config={"name": "bench", "system_database_url": url, "run_admin_server": False, "log_level": "CRITICAL"})

    @DBOS.workflow()
    def noop(n):
        return n

    DBOS.launch()
    queue = DBOS.register_queue("bench", polling_interval_sec=0.05)
    queue.enqueue(noop, -1).get_result()
    begin = time.perf_counter()
    handles = []
    while time.perf_counter() - begin < 0.5:
        handles.append(queue.enqueue(noop, len(handles)))
    for handle in handles:
        handle.get_result(polling_interval_sec=0.01)
    rate = len(handles) / (time.perf_counter() - begin)
    DBOS.destroy()
    return rate


def beanstalkd(folder):
    """beanstalkd with its log synced at each write, 64 commands on their way at a time, as Legwork has 64 callers and workers."""
    program = os.environ.get("BEANSTALKD") or shutil.which("beanstalkd")
    if program is None:
        raise RuntimeError("there is no beanstalkd")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([program, "-l", "127.0.0.1", "-p", str(port), "-b", folder, "-f", "0"])
    try:
        producer, worker = connect(port), connect(port)
        batch = 64
        begin = time.perf_counter()
        count = 0

        def produce():
            while time.perf_counter() - begin < MEASURED:
                for _ in ask(producer, [b"put 0 0 60 2\r\n{}\r\n"] * batch):
                    pass

        thread = threading.Thread(target=produce, daemon=True)
        thread.start()
        while True:
            ids = []
            for line in ask(worker, [b"reserve-with-timeout 0\r\n"] * batch):
                if line.startswith(b"RESERVED"):
                    ids.append(line.split()[1])
                    worker.readline()
            if not ids and not thread.is_alive():
                break
            for _ in ask(worker, [b"delete " + id + b"\r\n" for id in ids]):
                count += 1
        return count / (time.perf_counter() - begin)
    finally:
        server.kill()
        server.wait()


def connect(port):
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=LIMIT).makefile("rwb")
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise RuntimeError("beanstalkd does not answer")


def ask(stream, commands):
    stream.write(b"".join(commands))
    stream.flush()
    for _ in commands:
        yield stream.readline()


class FilePerTask:
    """A JSON file for each task and one for the queue, written anew, synced and renamed at each change."""

    def __init__(self, folder, writes_all):
        self.folder, self.writes_all = folder, writes_all
        self.tasks, self.queue = {}, []

    def submit(self):
        task = {"schema_version": 1, "id": str(uuid.uuid4()), "prompt": "nothing", "status": "queued", "timeline": []}
        self.tasks[task["id"]] = task
        self.queue.append(task["id"])
        self.change(task, "queued")

    def work(self):
        task = self.tasks[self.queue.pop(0)]
        self.change(task, "running")
        self.change(task, "completed")

    def change(self, task, status):
        task["status"] = status
        task["timeline"].append({"timestamp": time.time(), "kind": status})
        for each in self.tasks.values() if self.writes_all else [task]:
            self.write(each["id"], each)
        self.write("queue", {"queue": self.queue})

    def write(self, name, value):
        path = f"{self.folder}/{name}.json"
        with open(path + ".tmp", "w") as file:
            json.dump(value, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        os.rename(path + ".tmp", path)


def file_per_task(folder, writes_all=False):
    """The algorithm that keeps a file for each task; with `writes_all`, all are written anew at each change."""
    store = FilePerTask(folder, writes_all)
    begin = time.perf_counter()
    count = 0
    while time.perf_counter() - begin < MEASURED:
        store.submit()
        store.work()
        count += 1
    return count / (time.perf_counter() - begin)


PEERS = {
    "huey, SQLite with fsync": huey,
    "DBOS, SQLite": dbos,
    "beanstalkd with fsync": beanstalkd,
    "a file per task": file_per_task,
    "a file per task, all written at each change": lambda folder: file_per_task(folder, writes_all=True),
}


def measure(name):
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps({"name": name, "value": PEERS[name](folder), "unit": "/s"}), flush=True)


def main():
    if len(sys.argv) > 1:
        return measure(sys.argv[1])
    for name in PEERS:
        # In a process of its own, so that none leaves threads to the next; and in a session of its own, to be ended with its server.
        run = subprocess.Popen(
            [sys.executable, __file__, name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            line, errors = run.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
            line, errors = "", f"it took longer than {LIMIT} s"
        if line:
            print(line, end="", flush=True)
        else:
            reason = errors.strip().splitlines()[-1:] or ["it said nothing"]
            print(f"left out: {name}: {reason[0]}", file=sys.stderr)


main()

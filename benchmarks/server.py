"""Owns the stub server: a process that answers from memory, so that what a client costs is what is measured.

``python -m benchmarks.server SCHEMAS.json TASKS`` prints its address as its first line. Beside ``/api`` it has
``/take``, which returns how many requests there were since the last time, and ``/change``, which changes one row.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

from .answers import Answers, UnanswerableError, dumped


class Server(ThreadingHTTPServer):
    """Serves *answers* on a free port of the loopback interface."""

    daemon_threads = True

    def __init__(self, answers: Answers) -> None:
        """Listen."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self._lock = threading.Lock()
        self._requests = 0

    def answer(self, operations: list[dict[str, Any]]) -> bytes:
        """Return the answer to a call of the API, or what a server says when it refuses."""
        with self._lock:
            self._requests += 1
            try:
                return self.answers.to(operations)
            except UnanswerableError as error:
                return dumped({"exception": "ParseError", "content": str(error), "error_code": None})

    def take(self) -> bytes:
        """Return the number of requests since the last time."""
        with self._lock:
            taken, self._requests = self._requests, 0
        return dumped({"requests": taken})

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that hangs up is no news."""


class Handler(BaseHTTPRequestHandler):
    """Answers one connection, which stays open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"null")
        server = cast("Server", self.server)
        if self.path == "/api":
            body = server.answer(sent)
        elif self.path == "/change":
            server.answers.change_description(sent["index"], sent["description"])
            body = b"{}"
        else:
            body = server.take()
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until the process is ended."""
    schemas, tasks = Path(sys.argv[1]), int(sys.argv[2])
    server = Server(Answers(json.loads(schemas.read_text("utf-8")), tasks))
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

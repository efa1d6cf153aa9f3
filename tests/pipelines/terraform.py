"""Root modules that need no provider, a Terraform to run them, and a server that keeps their states."""

from __future__ import annotations

import http.server
import json
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.terraform.engine import Core
from tests.terraform.engine.core import offline

ROOTS = Path(__file__).parents[2] / "examples/pipelines/roots.py"


@contextmanager
def states() -> Iterator[tuple[str, dict[str, bytes]]]:
    """The address of a server of states, and the states that it keeps by path.

    https://developer.hashicorp.com/terraform/language/backend/http
    """
    kept: dict[str, bytes] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = kept.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def do_POST(self) -> None:
            kept[self.path.partition("?")[0]] = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Pipeline:
    """A folder in which the commands of `roots.py` run, with a real Terraform."""

    def __init__(self, folder: Path, core: Core, states: str) -> None:
        self.folder, self.states = folder, states
        command = folder / "bin/terraform"
        command.parent.mkdir()
        command.write_text(f'#!/bin/sh\nexec {shlex.join(core.command)} "$@"\n')
        command.chmod(0o755)
        (folder / "terraformrc").touch()
        self.environ = offline(folder / "terraformrc")
        self.environ["PATH"] = f"{command.parent}{os.pathsep}{self.environ['PATH']}"

    def output(self, name: str, roots: Mapping[str, Mapping[str, Any]], **reads: list[str]) -> Path:
        """Write a checked output: the configuration of each root module, and which outputs it reads."""
        for root, configuration in roots.items():
            backend = {"terraform": {"backend": {"http": {"address": f"{self.states}/{root}"}}}}
            path = self.folder / name / "stacks" / root / "main.tf.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({**backend, **configuration}))
        manifest = {"stacks": {root: {"dependencies": reads.get(root, [])} for root in roots}}
        (self.folder / name / "manifest.json").write_text(json.dumps(manifest))
        return self.folder / name

    def reads(self, root: str) -> dict[str, Any]:
        """The block that reads the outputs of a root module."""
        state = {"backend": "http", "config": {"address": f"{self.states}/{root}"}}
        return {"data": {"terraform_remote_state": {root: state}}}

    def run(self, *arguments: str | Path) -> tuple[int, str]:
        """The exit code and the output of a command."""
        command = [sys.executable, str(ROOTS), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environ, capture_output=True, text=True, check=False, timeout=120
        )
        return done.returncode, done.stdout + done.stderr

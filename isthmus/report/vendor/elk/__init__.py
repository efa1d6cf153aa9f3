"""ELK, the Eclipse Layout Kernel, as JavaScript: https://github.com/kieler/elkjs

`elk-worker.min.js` and `LICENSE` are files of the npm package `elkjs`, unchanged.
`python -m tests.report.vendor VERSION` replaces them by those of another version.

The script is a web worker. Send it `{cmd: "register", algorithms: ["layered"]}`, then `{id, cmd: "layout", graph,
layoutOptions, options}`. It answers each message with `{id, data}` or `{id, error}`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path

__all__ = ["LICENCE", "SHA256", "SOURCE", "VERSION", "path", "script"]

VERSION = "0.12.1"
SHA256 = "dca3a19d9ec37f5634bf5876b4ebd2455c3f43f0d32570136c13c13edaba9bfb"  # of elk-worker.min.js
LICENCE = "EPL-2.0"
SOURCE = "https://github.com/kieler/elkjs"


def script() -> bytes:
    """The text of the worker, in UTF-8."""
    return (files(__package__) / "elk-worker.min.js").read_bytes()


def path() -> AbstractContextManager[Path]:
    """The worker as a file, for as long as the context lasts."""
    return as_file(files(__package__) / "elk-worker.min.js")

"""The log of Checkov, and the settings that it reads from the environment."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silence() -> Iterator[list[logging.LogRecord]]:
    """Checkov logs to the root logger, and gives it a handler when it has none. Yields what it logged."""
    records: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    root, keep = logging.getLogger(), Keep(logging.WARNING)
    handlers, level = root.handlers, root.level
    root.handlers = [keep]
    try:
        yield records
    finally:
        root.handlers = handlers
        root.setLevel(level)


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Settings that Checkov reads from the environment, while the context lasts."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

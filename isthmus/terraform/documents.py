"""JSON documents from disk: loaded, or refused with what is wrong and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from isthmus.files.regular_files import NotRegularError, bytes_of
from isthmus.terraform.errors import UnreadableTerraform

_AGAIN = "Write it again: `terraform show -json PLAN > plan.json`"
_SYNTHESIZE = "It is damaged: synthesize again"
LARGEST_FILE = 256 * 1024 * 1024  # bytes; as objects it is about four times as much
DEEPEST = 150  # objects and lists inside each other; the modules of a plan take three levels each


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever goes wrong inside becomes `UnreadableTerraform` about `path`: the input is never trusted."""
    try:
        yield
    except RecursionError:
        raise UnreadableTerraform(path, "it is nested too deeply", "Terraform writes nothing like it") from None
    except OSError as error:
        problem = f"it cannot be read ({error.strerror or type(error).__name__})"
        raise UnreadableTerraform(path, problem, "Check the path and its permissions") from None


def contents(path: Path, largest: int = LARGEST_FILE) -> bytes:
    """What a regular file holds. Raises `UnreadableTerraform` for anything else, and for more than `largest` bytes."""
    with readable(path):
        try:
            return bytes_of(path, largest)
        except NotRegularError as error:
            raise UnreadableTerraform(path, error.problem, error.remedy) from None


def load(path: Path, *, unique: bool = False, largest: int = LARGEST_FILE) -> Any:
    """The JSON document at `path`. With `unique`, an object that has a key twice is refused.

    Raises `UnreadableTerraform`, also for more than `largest` bytes and for more than `DEEPEST` levels.
    """
    data = contents(path, largest)
    with readable(path):
        try:
            document = json.loads(data, parse_constant=_no_constant, object_pairs_hook=_unique if unique else None)
        except _DuplicateKeyError as error:
            raise UnreadableTerraform(
                path,
                f"an object in it has the key {error.args[0]!r} twice",
                "Terraform would see two blocks of one address: rename one",
            ) from None
        except ValueError as error:
            problem, remedy = _diagnosis(data, error)
            written = remedy == _AGAIN and path.name.endswith((".tf.json", "manifest.json", "intent.json"))
            raise UnreadableTerraform(path, problem, _SYNTHESIZE if written else remedy) from None
    if deeper(document, DEEPEST):
        problem = f"it is nested too deeply (more than {DEEPEST} levels)"
        raise UnreadableTerraform(path, problem, "Terraform writes nothing like it")
    return document


def deeper(document: Any, levels: int) -> bool:
    """Whether objects and lists stand inside each other on more levels than that."""
    level = [document]
    for _ in range(levels):
        level = [
            item
            for outer in level
            for item in (outer.values() if type(outer) is dict else outer if type(outer) is list else ())
            if type(item) is dict or type(item) is list
        ]
        if not level:
            return False
    return True


def _diagnosis(data: bytes, error: ValueError) -> tuple[str, str]:
    if data.startswith(b"PK\x03\x04"):
        return (
            "it is a plan in Terraform's own binary format",
            "Convert it, in the root it was made in: `terraform show -json PLAN > plan.json`",
        )
    if not data.strip():
        return "it is empty", _AGAIN
    if data.lstrip().startswith(b'{"@level"'):
        return "it is the log of `terraform plan -json`, not a plan", "Use `terraform show -json PLAN > plan.json`"
    if isinstance(error, json.JSONDecodeError):
        if not error.doc.lstrip().startswith(("{", "[")):
            return "it is not JSON", _AGAIN
        text = error.doc.rstrip()
        # A cut may leave a bracket last: one inside a string that then has no end.
        if error.pos >= len(text) or not text.endswith(("}", "]")) or error.msg.startswith("Unterminated string"):
            return "the JSON in it ends too early", _AGAIN
        return f"it is not JSON (line {error.lineno}, column {error.colno})", _AGAIN
    return "it is not JSON", _AGAIN


class _DuplicateKeyError(ValueError):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _DuplicateKeyError(next(key for key in keys if keys.count(key) > 1))
    return result


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")

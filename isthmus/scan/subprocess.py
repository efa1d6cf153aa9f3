"""Work on untrusted input in a separate process, with a limit of time and of memory.

Checkov evaluates expressions. `format("%1000000000d", 1)` asks for all memory, and a regular expression may take longer
than years; no signal handler interrupts either.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from isthmus.scan.errors import ScanError, UnreadableInput

_TOO_MUCH_MEMORY = 77  # the exit status of a process that was refused memory
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What judging one input may take: seconds, and megabytes beyond those that Checkov itself takes."""

    seconds: float
    megabytes: int


def limits_of(size: int) -> Limits:
    """The limits for so many bytes of Terraform: several times what an honest input of that size takes."""
    return Limits(120 + 60 * size / _MEGABYTE, 2_000 + 200 * size // _MEGABYTE)


def apart(work: Callable[[], Any], limits: Limits, what: str) -> Any:
    """What `work` returns (plain data), done in a child process. `what` names the input.

    Raises `ScanError`: the limits do not hold, or the work raised it; whatever else it raises is about the input too.
    """
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(work, limits, sender), daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of threads: the child starts none
        process.start()
    sender.close()
    try:
        if not receiver.poll(limits.seconds):
            raise UnreadableInput(
                f"{what}: Checkov's evaluation of it takes longer than {limits.seconds:,.0f} seconds. "
                "Look for expressions that have no end, such as regex() or for over large ranges"
            )
        answer = json.loads(receiver.recv_bytes())
    except EOFError:
        process.join()
        if process.exitcode == _TOO_MUCH_MEMORY:
            raise UnreadableInput(
                f"{what}: Checkov's evaluation of it takes more than {limits.megabytes:,} MB of memory. "
                "Look for expressions that grow, such as format() with a width or pow()"
            ) from None
        raise UnreadableInput(f"{what}: Checkov ended without an answer (exit status {process.exitcode})") from None
    finally:
        process.kill()
        process.join()
        receiver.close()
    if "problem" in answer:
        raise UnreadableInput(answer["problem"])
    return answer["result"]


def _child(work: Callable[[], Any], limits: Limits, sender: Connection) -> None:
    try:
        _limit_memory(limits.megabytes)
        answer = {"result": work()}
    except MemoryError:
        out_of_memory()
    except ScanError as error:
        answer = {"problem": str(error)}
    except Exception as error:  # noqa: BLE001  whatever Checkov trips over is in the input
        first_line = str(error).partition("\n")[0][:200]
        answer = {"problem": f"Checkov cannot judge it: {type(error).__name__}: {first_line}"}
    sender.send_bytes(json.dumps(answer).encode())
    sender.close()


def out_of_memory() -> NoReturn:
    """End the child process: it ran out of memory, so any further result is invalid."""
    os._exit(_TOO_MUCH_MEMORY)


def _limit_memory(megabytes: int) -> None:
    """Limit the address space to what is in use and so much more, where the system says what is in use (Linux)."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = used + megabytes * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))

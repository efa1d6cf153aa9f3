"""The labs that run on this machine: one for each output folder, with a state file each."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from isthmus.errors import CannotAnswer
from isthmus.lab.running import STAY, Connection, Step, start

__all__ = ["STATE", "LabState", "Labs"]

STATE = Path("/run/isthmus-lab")
_SCHEMA = 1
_STATE_FILE, _SOCKET, _LOG = "state.json", "socket", "log"
_END_TIMEOUT = 30  # seconds


@dataclass(frozen=True, slots=True)
class LabState:
    """What identifies a lab.

    - `output`: its output folder. `digest`: the hash of the files that it is made of.
    - `pid`, `started`, `boot`: the first process in its namespaces, the clock ticks at its start, and the boot of the
      machine. A PID alone may belong to another process later.
    - `plain`: it has plain links instead of IPsec and BGP.
    """

    output: str
    digest: str
    pid: int
    started: int
    boot: str
    plain: bool


class Labs:
    """The labs of this machine. All methods raise `CannotAnswer` and `OSError`."""

    def __init__(self) -> None:
        self._folder = STATE

    @contextmanager
    def locked(self, output: Path) -> Iterator[Lab]:
        """The lab of an output folder, for one command at a time."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        name = hashlib.sha256(os.fsencode(output.resolve())).hexdigest()[:16]
        place = self._folder / name
        place.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise _busy(output) from None
            if not os.fstat(lock).st_nlink:  # another command removed it after this one opened it
                raise _busy(output)
            lab = Lab(output, place)
            try:
                yield lab
            finally:
                lab.remove_unused()
        finally:
            os.close(lock)


def _busy(output: Path) -> CannotAnswer:
    return CannotAnswer(f"another isthmus lab command uses the lab of {output}: wait until it ends")


class Lab:
    """The lab of one output folder, which may run or not."""

    def __init__(self, output: Path, place: Path) -> None:
        self.output = output
        self._place = place

    def state(self) -> LabState | None:
        """What the state file says; None without one."""
        path = self._place / _STATE_FILE
        if not path.exists():
            return None
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if document.pop("schema") != _SCHEMA:
                raise ValueError("another schema")
            return LabState(**document)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CannotAnswer(
                f"{path} is no state of a lab ({error}). It is written by isthmus lab up: remove it by hand"
            ) from None

    def running(self) -> LabState | None:
        """The state of the lab, if its process runs."""
        process = self._process()
        if process is None:
            return None
        os.close(process)
        return self.state()

    def _process(self) -> int | None:
        """A descriptor of the process that holds the lab (`os.pidfd_open`); None if it does not run."""
        state = self.state()
        if state is None or state.boot != _boot():
            return None
        try:
            process = os.pidfd_open(state.pid)
        except ProcessLookupError:
            return None
        if _started(state.pid) == state.started:
            return process
        os.close(process)
        return None

    def up(self, digest: str, *, plain: bool) -> None:
        """Start the process of a lab, which is not built yet."""
        self.clear()
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(str(self._place / _SOCKET))
            end.listen()
            log = os.open(self._place / _LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                process, pid = start("listening", end, log)
            finally:
                os.close(log)
        # The process waits for this input. If this command ends before the state is complete, so does the process.
        with process:
            state = LabState(str(self.output.resolve()), digest, pid, _started(pid), _boot(), plain)
            text = json.dumps({"schema": _SCHEMA, **asdict(state)}, indent=2)
            unfinished = self._place / f"{_STATE_FILE}.new"
            unfinished.write_text(text + "\n", encoding="utf-8")
            unfinished.replace(self._place / _STATE_FILE)
            process.communicate(STAY)

    def connect(self, step: Step = lambda text: None) -> Connection:
        """A connection to the process of the lab."""
        end = socket.socket(socket.AF_UNIX)
        try:
            end.connect(str(self._place / _SOCKET))
        except OSError:
            end.close()
            raise
        return Connection(end, step)

    def down(self) -> bool:
        """End the process of the lab, and with it all that it made. Returns whether it ran."""
        process = self._process()
        if process is not None:
            try:
                signal.pidfd_send_signal(process, signal.SIGKILL)
                ended, _, _ = select.select([process], [], [], _END_TIMEOUT)
            finally:
                os.close(process)
            if not ended:
                raise CannotAnswer(f"the process of the lab of {self.output} does not end: try again")
        self.clear()
        return process is not None

    def remove_unused(self) -> None:
        """Remove the folders of the state, if they are empty."""
        if not (self._place / _STATE_FILE).exists():
            self.clear()
            for folder in (self._place, self._place.parent):
                with suppress(OSError):  # it is not empty
                    folder.rmdir()

    def clear(self) -> None:
        """Remove the files of a lab that does not run."""
        for name in (_SOCKET, _LOG, f"{_STATE_FILE}.new", _STATE_FILE):
            (self._place / name).unlink(missing_ok=True)


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _started(pid: int) -> int:
    """When a process started, in clock ticks since the boot (proc_pid_stat(5), field 22); 0 if it does not run."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    # The name of the program, in parentheses, may hold spaces. A zombie has ended.
    fields = stat.rpartition(")")[2].split()
    return 0 if fields[0] == "Z" else int(fields[19])

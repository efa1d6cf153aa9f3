"""The cdktf app: writes the Terraform of every environment of an estate. All that `cdktf synth` runs.

`ISTHMUS_ESTATE`  the module that holds `estate` (default: `environments.estate`)
`CDKTF_OUTDIR`    the folder to write (default: `cdktf.out`)

Exits 0 when the output is written and 2 when it cannot be: the estate is not valid, the folder cannot be written, Node
does not start, or Isthmus has a bug. Ctrl-C exits 130. The last good output is then left as it was.
"""

# ruff: noqa: E402  Ctrl-C is taken care of before anything that takes time is imported

import os
import signal
import sys

FAILED, STOPPED = 2, 130


def _leave(status: int) -> None:
    """End at once: what jsii runs at exit waits for a Node that may not be there, and prints what is wrong with it."""
    processes = sys.modules.get("multiprocessing")
    for worker in processes.active_children() if processes else ():
        worker.kill()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except (OSError, RuntimeError):
                continue  # nobody reads it any more, or it was interrupted while it wrote
    os._exit(status)


# Files are put in place with the signal held back: modules/output_folder.py.
if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *_: _leave(STOPPED))

import contextlib
import errno
import gc
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any


def main() -> int:
    """Build, then write: nothing is touched before all of it is there."""
    from modules.bindings.diagnosis import machine_problem, node_problem

    unusable = node_problem()
    # Node loads cdktf while Python loads the language.
    if not unusable:
        Thread(target=_load_bindings, daemon=True).start()
    from isthmus.intent import IntentError
    from isthmus.intent.loading import load_estate, named
    from isthmus.text.error_messages import complain, complain_of_a_bug
    from modules.output_folder import OutputRefusedError, write_output

    if unusable:
        complain(f"isthmus: {unusable}")
        return FAILED
    sys.path.insert(0, str(Path.cwd()))
    try:
        estate = load_estate(named(os.environ))
    except IntentError as error:
        complain(f"isthmus: {error}")
        return FAILED
    out = Path(os.environ.get("CDKTF_OUTDIR") or "cdktf.out")
    try:
        from modules.synthesis import synthesize

        files = synthesize(estate)
    except Exception as error:  # noqa: BLE001  told apart: what the machine lacks, and what is a bug
        lacking = machine_problem(error)
        if lacking:
            complain(f"isthmus: {lacking}")
        else:
            complain_of_a_bug(error)
        return FAILED
    try:
        done = write_output(out, files)
    except OutputRefusedError as refusal:
        complain(f"isthmus: {refusal}")
        return FAILED
    except OSError as error:
        where = f" ({error.filename})" if error.filename and Path(error.filename) != out else ""
        remedy = "Make room" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "Check the path and its permissions"
        complain(
            f"isthmus: cannot write {out}: {error.strerror}{where}. The last output is left as it was. {remedy}, or "
            "name another folder: CDKTF_OUTDIR=..."
        )
        return FAILED
    for name in done.left:
        complain(f"isthmus: {out / name} is no longer part of the output, and was edited: remove it yourself")
    return 0


def _load_bindings() -> None:
    # What fails here fails again, and is reported, where the bindings are needed.
    with contextlib.suppress(Exception, SystemExit):
        import_module("modules.aws")


def run() -> int:
    """Run as a process, without the last words of a Node that did not start."""
    gc.disable()  # a short life: what the collector finds is not worth a tenth of it
    sys.unraisablehook = _without_nodes_last_words
    try:
        status = main()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else FAILED
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)
    if status:
        _leave(status)
    gc.freeze()  # nor what it would find at the end
    return status


def _without_nodes_last_words(report: Any) -> None:
    """jsii cleans up after a Node that never started, and fails at it: `main` says what was wrong with Node."""
    if not str(getattr(report.object, "__qualname__", "")).startswith("_NodeProcess."):
        sys.__unraisablehook__(report)


if __name__ == "__main__":
    sys.exit(run())

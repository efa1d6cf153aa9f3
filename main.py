"""The cdktf app. It writes the Terraform of every environment of an estate. `cdktf synth` runs this file.

`ISTHMUS_ESTATE`     the module that holds `estate` (default: `environments.estate`)
`CDKTF_OUTDIR`       the folder to write (default: `cdktf.out`)
`ISTHMUS_SYNTHESIS`  `stock` lets cdktf create every resource, slowly (default: `structs`, with the same output)

Exit codes: 0 when the output is written; 2 when the estate is not valid, the folder cannot be written, Node does not
start, or Isthmus has a bug; 130 after Ctrl-C. In all cases but the first the previous output stays unchanged.
"""

# ruff: noqa: E402  the handler for Ctrl-C is set before the slow imports

import os
import signal
import sys

FAILED, STOPPED = 2, 130
# Isthmus uses no plugins of pydantic, which looks for them in the metadata of every installed package.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _leave(status: int) -> None:
    """End at once.

    The exit handler of jsii would wait for a Node process that may not exist, and print its own error.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except (OSError, RuntimeError):
                continue  # the reader has closed the stream, or Ctrl-C interrupted a write
    os._exit(status)


# The signal is blocked while files are put in place: modules/output_folder.py.
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
    """Build everything, then write. The output folder is not touched before the build is complete."""
    from modules.bindings.diagnosis import machine_problem, node_problem

    unusable = node_problem()
    # Node loads cdktf while Python loads the language.
    if not unusable:
        Thread(target=_load_bindings, daemon=True).start()
    from isthmus.errors import CannotAnswer
    from isthmus.intent import IntentError
    from isthmus.intent.loading import load_estate, named
    from isthmus.text.error_messages import print_error, report_bug
    from modules.output_folder import OutputRefusedError, write_output

    if unusable:
        print_error(f"isthmus: {unusable}")
        return FAILED
    sys.path.insert(0, str(Path.cwd()))
    try:
        estate = load_estate(named(os.environ))
    except IntentError as error:
        print_error(f"isthmus: {error}")
        return FAILED
    out = Path(os.environ.get("CDKTF_OUTDIR") or "cdktf.out")
    try:
        from modules.lock_file import with_lock_file
        from modules.synthesis import synthesize

        files = with_lock_file(synthesize(estate, (Path(__file__).parent, Path.cwd())), estate, Path.cwd())
    except CannotAnswer as refusal:
        print_error(f"isthmus: {refusal}")
        return FAILED
    except Exception as error:  # noqa: BLE001  a problem of the machine, or a bug: both get a message
        problem = machine_problem(error)
        if problem:
            print_error(f"isthmus: {problem}")
        else:
            report_bug(error)
        return FAILED
    try:
        result = write_output(out, files)
    except OutputRefusedError as refusal:
        print_error(f"isthmus: {refusal}")
        return FAILED
    except OSError as error:
        where = f" ({error.filename})" if error.filename and Path(error.filename) != out else ""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = "Free disk space" if full else "Check the path and its permissions"
        print_error(
            f"isthmus: cannot write {out}: {error.strerror}{where}. The previous output is unchanged. {remedy}, or "
            "choose another folder: CDKTF_OUTDIR=..."
        )
        return FAILED
    for name in result.kept:
        print_error(
            f"isthmus: {out / name} is no longer part of the output. It was not removed, because it was edited: remove "
            "it yourself"
        )
    return 0


def _load_bindings() -> None:
    # An error here occurs again, and is reported, when the bindings are used.
    with contextlib.suppress(Exception, SystemExit):
        import_module("modules.constructs")


def run() -> int:
    """Run as a process, and hide the errors that jsii prints at exit when Node did not start."""
    gc.disable()  # the process is short: collecting would take a tenth of its time
    sys.unraisablehook = _hide_jsii_exit_errors
    try:
        status = main()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else FAILED
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)
    if status:
        _leave(status)
    gc.freeze()  # no collection at exit either
    return status


def _hide_jsii_exit_errors(report: Any) -> None:
    """jsii fails when it cleans up a Node process that never started. `main` has already reported the problem."""
    if not str(getattr(report.object, "__qualname__", "")).startswith("_NodeProcess."):
        sys.__unraisablehook__(report)


if __name__ == "__main__":
    sys.exit(run())

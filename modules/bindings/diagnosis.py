"""Finds the problem of the machine when the bindings do not work. Runs only after an error."""

from __future__ import annotations

import os
import subprocess
import tempfile

_ROOM = 8 << 20  # bytes that jsii needs to unpack its kernel into the temporary folder


def node_problem() -> str:
    """The reason why a Node that the user chose or configured cannot be used; "" if it can, or if none was chosen."""
    if not {"JSII_NODE", "NODE_OPTIONS"} & os.environ.keys():
        return ""
    try:
        from modules.bindings.node import use_packaged_node
    except ModuleNotFoundError:
        return ""  # `machine_problem` reports packages that are not installed
    use_packaged_node()
    return _node()


def machine_problem(error: BaseException) -> str:
    """The reason why Node, the temporary folder or the Python packages cannot be used. "" if they can."""
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith(("modules", "isthmus")):
        return (
            f"the Python package {error.name} is not installed, but synthesis needs it. "
            "Run `make`, which installs all packages, and use the Python in .venv"
        )
    return _node() or _temporary_folder()


def _node() -> str:
    node = os.environ.get("JSII_NODE", "node")
    remedy = "Unset JSII_NODE, if it is set, to use the Node that comes with Isthmus"
    try:
        done = subprocess.run(  # noqa: S603  the command that jsii runs
            [node, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        why = getattr(error, "strerror", None) or "no answer within 30 seconds"
        return f"Node cannot be started: {node}: {why}. {remedy}, and run `make` to install it again"
    if done.returncode or not done.stdout.startswith("v"):
        output = (done.stderr.strip().splitlines() or ["nothing"])[0].removeprefix(f"{node}: ")[:200]
        options = f" NODE_OPTIONS is {os.environ['NODE_OPTIONS']!r}." if os.environ.get("NODE_OPTIONS") else ""
        return f"Node does not work: {node} --version printed: {output}.{options} {remedy}"
    return ""


def _temporary_folder() -> str:
    folder = tempfile.gettempdir()
    # Node uses TMPDIR as it is; Python uses another folder if that one does not exist.
    for name in (os.environ.get("TMPDIR") or folder, folder):
        try:
            with tempfile.TemporaryFile(dir=name) as file:
                file.write(bytes(_ROOM))
                file.flush()
        except OSError as error:
            return (
                f"the temporary folder {name} cannot be used: {error.strerror}. "
                f"Synthesis needs {_ROOM >> 20} MB there. Free disk space, or choose another folder: TMPDIR=..."
            )
    return ""

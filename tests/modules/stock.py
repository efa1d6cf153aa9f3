"""What stock synthesis makes: cdktf creates every resource in Node, from the bindings as they are published."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isthmus.intent import Estate
from modules.bindings.setting import SETTING

_PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Stock:
    """The output of one process with stock synthesis.

    classes     the Terraform of every class of the bindings that modules use, see `every_class.documents`
    signatures  the arguments of these classes
    files       the files of each estate, in the order given
    """

    classes: dict[str, Any]
    signatures: dict[str, list[str]]
    files: list[dict[str, str]]


def stock(estates: Sequence[Estate]) -> Stock:
    """Synthesize estates in a process of their own. Its start takes about 5 s of processor time, and 750 MB."""
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "estates"), Path(folder, "made.json")
        given.write_bytes(pickle.dumps(list(estates)))
        program = [sys.executable, "-m", "tests.modules.stock", str(given), str(made)]
        environment = {**os.environ, SETTING: "stock"}
        done = subprocess.run(program, cwd=_PROJECT, env=environment, capture_output=True, text=True, check=False)
        output = done.stdout + done.stderr
        assert (done.returncode, output) == (0, ""), output
        return Stock(**json.loads(made.read_text(encoding="utf-8")))


def main() -> None:
    """Make the output of one process."""
    from modules.synthesis import synthesize
    from tests.modules import every_class

    given, made = map(Path, sys.argv[1:])
    estates: list[Estate] = pickle.loads(given.read_bytes())
    output = {
        "classes": every_class.documents(),
        "signatures": every_class.signatures(),
        "files": [synthesize(estate) for estate in estates],
    }
    made.write_text(json.dumps(output), encoding="utf-8")


if __name__ == "__main__":
    main()

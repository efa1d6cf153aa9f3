"""The reference estate, whole: the same bytes whichever bindings make it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from isthmus.files.manifest import MANIFEST
from tests.modules.synthesized import files_of

PROJECT = Path(__file__).parents[2]


def test_stock_bindings_make_the_same_bytes(tmp_path):
    """The cut bindings that every run uses, against the package as it was published."""
    out = tmp_path / "out"
    settings = {"CDKTF_OUTDIR": str(out), "ISTHMUS_ESTATE": "environments.estate"}
    program = [sys.executable, "-m", "tests.modules.stock"]
    ran = subprocess.run(program, cwd=PROJECT, env=os.environ | settings, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    stock = {str(path.relative_to(out)): path.read_text() for path in out.rglob("*") if path.is_file()}
    assert stock.pop(MANIFEST)
    made = dict(files_of("environments.estate"))
    # A program adds the position of each object; an estate that a test synthesizes has no project folder.
    intent, without_positions = json.loads(stock.pop("intent.json")), json.loads(made.pop("intent.json"))
    assert intent.pop("positions")
    assert intent == without_positions
    assert stock == made

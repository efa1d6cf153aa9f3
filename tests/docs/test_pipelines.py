"""The pages on pipelines show every file of examples/pipelines. `test_readme` checks that they are as shown."""

from __future__ import annotations

import re

from tests.docs.readme import PROJECT

NAMES = ("pull-requests", "apply-in-a-pipeline", "other-pipelines")
SCRIPTS = {"plannable.py", "roots.py"}


def test_every_pipeline_is_shown() -> None:
    pages = "".join((PROJECT / f"docs/how-to/{name}.md").read_text() for name in NAMES)
    shown = set(re.findall(r"<!-- file: (\S+) -->", pages))
    files = {path for path in (PROJECT / "examples/pipelines").rglob("*") if path.is_file()}
    kept = {path for path in files if "__pycache__" not in path.parts and path.name not in SCRIPTS}
    assert shown == {str(path.relative_to(PROJECT)) for path in kept}

"""The parts of docs/how-to/write-tests.md that are made: a file of the repository, and what failing sentences say.

`python -m tests.docs.testing` writes them anew.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from tests.docs.readme import PROJECT

DOCUMENT = PROJECT / "docs/how-to/write-tests.md"
_PART = re.compile(r"<!-- (?P<kind>output|file): (?P<what>[^>]+) -->\n.*?<!-- /(?P=kind) -->\n", re.DOTALL)


def current(output: Path) -> str:
    """docs/how-to/write-tests.md with every made part as it is today; `output` is the reference estate's."""
    from isthmus.proof import ProofError
    from isthmus.testing.network import NetworkUnderTest

    network = NetworkUnderTest.read(output)

    def made(part: re.Match[str]) -> str:
        kind, what = part["kind"], part["what"].strip()
        if kind == "file":
            block, text = "python", (PROJECT / what).read_text()
        else:
            sentence, *names = what.split()
            try:
                getattr(network, sentence)(*names)
            except (AssertionError, ProofError) as error:
                block, text = "text", f"{type(error).__name__}: {error}"
            else:
                raise AssertionError(f"it holds: {what}")
        return f"<!-- {kind}: {what} -->\n```{block}\n{text.strip()}\n```\n<!-- /{kind} -->\n"

    return _PART.sub(made, DOCUMENT.read_text())


if __name__ == "__main__":
    from modules.output_folder import write_output
    from tests.modules.synthesized import files_of

    with tempfile.TemporaryDirectory() as folder:
        write_output(Path(folder), files_of("environments.estate"))
        DOCUMENT.write_text(current(Path(folder)))

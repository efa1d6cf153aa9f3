"""docs/reference/configuration.md: the table of keys, from the code. `python -m tests.docs.configuration` writes it."""

from __future__ import annotations

import re

from isthmus.commands.project_settings import KEYS
from tests.docs.cli import commands
from tests.docs.readme import PROJECT

DOCUMENT = PROJECT / "docs/reference/configuration.md"
_PART = re.compile(r"(<!-- keys -->\n).*?(<!-- /keys -->)", re.DOTALL)


def page() -> str:
    """The page with the present keys."""
    rows = ["| key | value | example | commands |", "|---|---|---|---|"]
    for name, key in KEYS.items():
        flag = f"--{name}"
        having = [f"`{command}`" for command, parser in commands().items() if flag in parser._option_string_actions]
        users = ", ".join(having) if name != "path" else "all that read a network, without a path"
        rows.append(f"| `{name}` | {key.expected} | `{name} = {key.example}` | {users} |")
    table = "\n".join(rows)
    return _PART.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", DOCUMENT.read_text())


if __name__ == "__main__":
    DOCUMENT.write_text(page())

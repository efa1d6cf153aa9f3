"""docs/reference/proof-rules.md: the rules of the proof, from the catalogue.

`python -m tests.docs.rules` writes it again.
"""

from __future__ import annotations

from isthmus.proof import CATALOGUE
from tests.docs.readme import PROJECT

PAGE = PROJECT / "docs/reference/proof-rules.md"
HEAD = """# Rules of the proof

`isthmus prove` reports each violation with one of these ids. The ids are stable. The link is the AWS page that the rule
follows. `isthmus.proof.rule(id)` returns the explanation of a rule. Problems that the reader finds in the configuration
itself keep their own ids.

[Rules of the language in other Terraform](language-in-terraform.md) shows which rule of the language each of them
covers.

| rule | what is wrong |
|---|---|
"""


def written() -> str:
    """The page, with the rules in the order of the catalogue."""
    rows = (
        f"| [`{rule.id}`]({rule.source}) | {rule.info} |\n" if rule.source else f"| `{rule.id}` | {rule.info} |\n"
        for rule in CATALOGUE.values()
    )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(written())

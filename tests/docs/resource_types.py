"""docs/reference/resource-types.md: how the proof treats every type and argument, from its tables.

`python -m tests.docs.resource_types` writes it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from isthmus.network.coverage.modeled import COMMON, MODELED
from isthmus.network.coverage.no_effect import NO_EFFECT
from isthmus.network.coverage.not_modeled import NOT_MODELED
from isthmus.network.coverage.resource_types import OWN_REGION, Arguments
from tests.docs.readme import PROJECT

DOCUMENT = PROJECT / "docs/reference/resource-types.md"
HEAD = """# Resource types and arguments

This page lists which resource types and arguments the proof evaluates. It is generated from the tables in
`isthmus/network/coverage`, which the proof uses. A test compares the tables with every type and argument of the AWS
provider.

- A type that is **not modeled** makes the flows that it can change unknown, and so the verdict. The reason names the
  resource.
- A type of a networking service that is in no table counts as not modeled. The same applies to an argument that its
  type does not list, and to a value that is not listed.
- A type of any other AWS service has no effect on flows. A data source changes nothing in AWS. A value that only
  Terraform can read from a data source is unknown.
- `awscc_*` types of networking services are not modeled. Types of other clouds and of software providers have no
  effect. For any other provider, a type with the name of a network resource is not modeled.
- A `local-exec` provisioner can run any program, so the verdict is unknown.
"""


def page() -> str:
    return "".join((HEAD, _not_modeled(), _without_effect(), _modeled()))


def _not_modeled() -> str:
    lines = ["\n## Not modeled\n", "| type | what it does | what becomes unknown |", "|---|---|---|"]
    for name, found in sorted(NOT_MODELED.items()):
        less = f", unless `{found.unless[0]}` is `{found.unless[1]}`" if found.unless else ""
        with_ = f", where `{found.through[0]}` is set" if found.through else ""
        lines.append(f"| `{name}` | {found.why} | {found.touches}{less}{with_} |")
    return "\n".join(lines) + "\n"


def _without_effect() -> str:
    lines = ["\n## Without effect on flows\n", "| types | why |", "|---|---|"]
    lines += [f"| {_names(types)} | {why} |" for why, types in _by_reason(NO_EFFECT).items()]
    return "\n".join(lines) + "\n"


def _modeled() -> str:
    everywhere = "; ".join(f"{_names([name])}: {why}" for name, why in COMMON.items())
    lines = [f"\n## Evaluated\n\nArguments of every type without effect: {everywhere}. `region` is compared.\n"]
    for name, table in sorted(MODELED.items()):
        lines += [f"### {name}\n", *_rows(table), ""]
    return "\n".join(lines).rstrip() + "\n"


def _rows(table: Arguments) -> Iterator[str]:
    if table.modeled:
        yield f"- evaluated: {_names(sorted(table.modeled))}"
    for name, values in sorted(table.only.items()):
        shown = ["absent or its own Region" if value == OWN_REGION else f"`{value}`" for value in values]
        yield f"- `{name}`: {' or '.join(shown) or 'absent'}; anything else is unknown"
    for why, names in _by_reason(table.harmless).items():
        yield f"- no effect, {why}: {_names(sorted(names))}"


def _by_reason(reasons: Mapping[str, str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, why in reasons.items():
        found[why].append(name)
    return found


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    DOCUMENT.write_text(page())

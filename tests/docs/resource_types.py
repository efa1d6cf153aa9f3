"""docs/resource-types.md: how every type and argument of AWS stands, out of the code.

`python -m tests.docs.resource_types` writes it anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from isthmus.network.coverage.modeled import COMMON, MODELED
from isthmus.network.coverage.no_effect import NO_EFFECT
from isthmus.network.coverage.not_modeled import NOT_MODELED
from isthmus.network.coverage.resource_types import OWN_REGION, Arguments
from tests.docs.readme import PROJECT

DOCUMENT = PROJECT / "docs" / "resource-types.md"
HEAD = """# Resource types and arguments

What the proof evaluates, and what it does not. The page is made of the tables in `isthmus/network/world`, which the
proof itself goes by; a test holds them against every type and argument of the provider that the bindings are made of.

- A type that is **not modelled** makes unknown what it touches, and the verdict with it. The reason names the resource.
- A type of a networking service that stands in no table counts as not modelled. So does an argument that stands in no
  row of its type, and a value that is not among those listed.
- Every type of another service has no effect on flows. Data sources change nothing in AWS: what Terraform alone can
  read from them is unknown where it is used.
- `awscc_*` types of networking services are not modelled. Of providers of other clouds and of software none has an
  effect; of any other provider a type that looks like a network is not modelled.
- A `local-exec` provisioner may run anything: the verdict is unknown.
"""


def page() -> str:
    return "".join((HEAD, _unmodelled(), _harmless(), _modelled()))


def _unmodelled() -> str:
    lines = ["\n## Not modelled\n", "| type | what it does | what becomes unknown |", "|---|---|---|"]
    for name, found in sorted(NOT_MODELED.items()):
        less = f", unless `{found.unless[0]}` is `{found.unless[1]}`" if found.unless else ""
        with_ = f", where `{found.through[0]}` is set" if found.through else ""
        lines.append(f"| `{name}` | {found.why} | {found.touches}{less}{with_} |")
    return "\n".join(lines) + "\n"


def _harmless() -> str:
    lines = ["\n## Without effect on flows\n", "| types | why |", "|---|---|"]
    lines += [f"| {_names(types)} | {why} |" for why, types in _by_reason(NO_EFFECT).items()]
    return "\n".join(lines) + "\n"


def _modelled() -> str:
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

"""docs/reference/json.md: the keys of every JSON document, from documents that the commands write.

`python -m tests.docs.json_documents` writes it again.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from isthmus.cli import main
from modules.output_folder import write_output
from tests.docs.readme import PROJECT
from tests.modules.synthesized import files_of

DOCUMENT = PROJECT / "docs/reference/json.md"
HEAD = """# JSON documents

`--json FILE` writes the whole answer of a command as one JSON object, and `--json -` writes it to standard output. This
page is generated: it lists the keys of documents that the commands wrote for the examples of this project. A key that
no example has is not listed.

- `flows[]` means: each element of the list `flows`. `*` means: each key of an object with names of your network.
- A resource is its Terraform address, with the root module in front: `network/module.hub.aws_ec2_transit_gateway.this`.
- Keys can be added in later versions. The meaning of a key does not change.
"""
# Each document: a title, and the commands that write it. Together they show its keys.
COMMANDS = {
    "isthmus prove": ("prove right", "prove wrong", "prove strict", "prove vpn_per_vpc", "prove partly"),
    "isthmus diff": ("diff right wrong", "diff right central", "diff right partly"),
    "isthmus cost": ("cost right --traffic traffic.toml", "cost right --before wrong"),
    "isthmus scan": ("scan wrong",),
}
_NAMED = {"advertised_prefixes", "exits", "parts", "roots", "sites", "subnets", "tiers", "usage", "zones"}
_WORDS = {dict: "object", list: "list", str: "text", bool: "true or false", int: "number", float: "number"}


def page() -> str:
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        _networks()
        return HEAD + "".join(_section(title, commands) for title, commands in COMMANDS.items())


def _networks() -> None:
    """Outputs of the reference estate (right, with a mistake, without a root) and of an example; other Terraform."""
    for name in ("right", "wrong", "partly", "strict"):
        write_output(Path(name), files_of("environments.estate"))
    write_output(Path("central"), files_of("examples.stage_4_central_egress"))
    spoke = Path("wrong/stacks/dev/modules/spoke_dev/main.tf.json")
    spoke.write_text(spoke.read_text().replace("var.route_table_id_workloads", "var.route_table_id_network_services"))
    for file in sorted(Path("partly/stacks/network").rglob("*.json")):
        file.unlink()
    Path("vpn_per_vpc").symlink_to(PROJECT / "examples/alternatives/vpn_per_vpc")
    Path("policies").symlink_to(PROJECT / "policies")
    Path("traffic.toml").symlink_to(PROJECT / "examples/costs/guide_traffic.toml")


def _section(title: str, commands: tuple[str, ...]) -> str:
    kinds: dict[str, set[str]] = defaultdict(set)
    order: dict[str, int] = {}
    for command in commands:
        for path, kind in _keys("", _document(command)):
            kinds[path].add(kind)
            order.setdefault(path, len(order))

    def place(path: str) -> list[int]:
        """Members stand behind what holds them, in the order in which they were first written."""
        ends = [match.start() for match in re.finditer(r"\.|\[", path)] + [len(path)]
        return [order[path[:end]] for end in ends]

    rows = "".join(
        f"| `{path}` | {' or '.join(sorted(kinds[path]))} |\n"
        for path in sorted(kinds, key=place)
        if not _is_shown_by_members(path, kinds)
    )
    return f"\n## {title}\n\n| key | value |\n|---|---|\n{rows}"


def _is_shown_by_members(path: str, kinds: Mapping[str, set[str]]) -> bool:
    inside = f"{path}[]" in kinds or any(other.startswith(f"{path}.") for other in kinds)
    return inside and kinds[path] <= {"list", "object"}


def _document(command: str) -> Any:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main([*command.split(), "--json", "-"])
    assert code in (0, 1), command
    return json.loads(out.getvalue())


def _keys(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        named = path.rpartition(".")[2] in _NAMED
        for key, inner in value.items():
            yield from _member(f"{path}.{'*' if named else key}".lstrip("."), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _member(f"{path}[]", inner)


def _member(path: str, value: Any) -> Iterator[tuple[str, str]]:
    yield path, "null" if value is None else _WORDS[type(value)]
    yield from _keys(path, value)


if __name__ == "__main__":
    DOCUMENT.write_text(page())

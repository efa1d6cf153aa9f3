"""Inventories of outputs: all resource counts, and some argument values.

Each example has an inventory, a JSON file in tests/inventories:

- `counts`  resources of each type in each module, complete: a type that is not named must not exist
- `values`  arguments of some addresses; all other arguments may have any value
- `outputs` names of the outputs of each root, complete

`python -m tests.modules.inventory` rewrites them all from the present output: counts and outputs anew, values for the
addresses and arguments they name already. Read the difference before committing it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "inventories"
EXAMPLES = (
    "environments.estate",
    "examples.stage_1_dev_only",
    "examples.stage_2_on_premises_egress",
    "examples.stage_3_every_vpc",
    "examples.stage_4_central_egress",
    "examples.stage_5_resilient_vpn",
    "examples.stage_6_inspected_sites",
    "examples.stage_7_direct_connect",
    "examples.stage_8_overlapping_ranges",
    "examples.stage_9_third_party_firewalls",
    "examples.stage_10_overlapping_site",
    "examples.stage_11_encrypted_direct_connect",
    "examples.one_account",
    "examples.existing_hub",
)

Files = Mapping[str, str]


def path_of(example: str) -> Path:
    """The file of an example's inventory."""
    return FOLDER / f"{example}.json"


def modules_of(files: Files) -> dict[str, dict[str, Any]]:
    """The documents of an output, by `<root>` or `<root>/<module>`."""
    found = {}
    for name, text in files.items():
        match name.split("/"):
            case ["stacks", root, "cdk.tf.json"]:
                found[root] = json.loads(text)
            case ["stacks", root, "modules", module, "main.tf.json"]:
                found[f"{root}/{module}"] = json.loads(text)
    return found


def resources_of(files: Files) -> dict[str, dict[str, Any]]:
    """Every resource of an output, by `<root>/<module>/<type>.<name>`."""
    return {
        f"{place}/{kind}.{name}": arguments
        for place, document in modules_of(files).items()
        for kind, resources in document.get("resource", {}).items()
        for name, arguments in resources.items()
    }


def taken(files: Files, values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The inventory of an output, with values for the addresses and arguments that `values` names."""
    resources = resources_of(files)
    counts: dict[str, Counter[str]] = {}
    for address in resources:
        place, _, resource = address.rpartition("/")
        counts.setdefault(place, Counter())[resource.split(".")[0]] += 1
    return {
        "counts": {place: dict(sorted(counter.items())) for place, counter in sorted(counts.items())},
        "outputs": {
            place: sorted(document.get("output", {}))
            for place, document in sorted(modules_of(files).items())
            if "/" not in place
        },
        "values": {
            address: {argument: resources.get(address, {}).get(argument) for argument in wanted}
            for address, wanted in sorted(values.items())
        },
    }


def main() -> None:
    """Rewrite every inventory."""
    from tests.modules.synthesized import files_of

    for example in EXAMPLES:
        path = path_of(example)
        values = json.loads(path.read_text())["values"] if path.exists() else {}
        path.write_text(json.dumps(taken(files_of(example), values), indent=2) + "\n")
        print(f"wrote {path.name}")


if __name__ == "__main__":
    main()

"""`terraform show -json` plans of a first apply, from the JSON that would be planned.

As measured with Terraform 1.11 and provider 5.100: unknown values are left out of `planned_values`, `after_unknown`
marks them, and JSON syntax gives both `constant_value` with the raw text and `references`.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any

from tests.policies.fixtures import Files

_META = {"lifecycle", "depends_on", "provider", "count", "for_each", "provisioner"}
_REFERENCE = re.compile(r"(?:data\.)?[a-z]\w*\.[\w.-]+")
_COMPUTED = {
    "aws_vpn_connection": ("tunnel1_preshared_key", "tunnel2_preshared_key", "customer_gateway_configuration"),
    "aws_ec2_transit_gateway": ("association_default_route_table_id",),
    "aws_kms_key": ("policy",),
    "aws_network_acl": ("ingress", "egress"),
    "aws_vpc_endpoint": ("policy", "security_group_ids", "subnet_ids"),
}


def plan_of(files: Files) -> dict[str, Any]:
    """The plan of the root that holds `main.tf.json`, or `cdk.tf.json`, at the top of the files."""
    planned: list[tuple[str, dict[str, Any]]] = []
    configuration, values = _module(files, PurePosixPath("."), "", planned)
    providers = {}
    for document in (one for path, one in files.items() if "/" not in path):
        for number, provider in enumerate(_listed(document.get("provider", {}).get("aws"))):
            key = f"aws.{provider['alias']}" if "alias" in provider else "aws"
            expressions = {name: _expression(value) for name, value in provider.items() if name != "alias"}
            providers[key] = {"name": "aws", "alias": provider.get("alias", f"n{number}"), "expressions": expressions}
    changes = [
        {
            "address": address,
            "mode": resource["mode"],
            "type": resource["type"],
            "name": resource["name"],
            "change": {
                "actions": ["create"],
                "before": None,
                "after": resource["values"],
                "after_unknown": resource.pop("unknown"),
            },
        }
        for address, resource in planned
    ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": values},
        "resource_changes": changes,
        "configuration": {"provider_config": providers, "root_module": configuration},
    }


def _module(
    files: Files, folder: PurePosixPath, prefix: str, planned: list[tuple[str, dict[str, Any]]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    configured, resources, calls, children = [], [], {}, []
    for path, document in sorted(files.items()):
        if PurePosixPath(path).parent != folder:
            continue
        for kind, named in document.get("resource", {}).items():
            for name, arguments in named.items():
                written = {key: _as_blocks(key, value) for key, value in arguments.items() if key not in _META}
                known, unknown = _split(written)
                unknown = {**unknown, "id": True} if isinstance(unknown, dict) else {"id": True}
                unknown.update(dict.fromkeys(_COMPUTED.get(kind, ()), True))
                for computed in unknown.keys() & written.keys():
                    unknown[computed] = written[computed] is None or _split(written[computed])[1]
                base = {"mode": "managed", "type": kind, "name": name}
                resource = {"address": f"{prefix}{kind}.{name}", **base, "values": known, "unknown": unknown}
                resources.append(resource)
                planned.append((resource["address"], resource))
                expressions = {key: _expression(value) for key, value in written.items()}
                configured.append({"address": f"{kind}.{name}", **base, "expressions": expressions})
        for name, call in document.get("module", {}).items():
            target = PurePosixPath(*(folder / call["source"]).parts)
            inner, values = _module(files, target, f"{prefix}module.{name}.", planned)
            calls[name] = {"source": call["source"], "module": inner}
            children.append({"address": f"{prefix}module.{name}", **values})
    module: dict[str, Any] = {"resources": configured}
    if calls:
        module["module_calls"] = calls
    return module, {"resources": resources, **({"child_modules": children} if children else {})}


def _as_blocks(argument: str, value: Any) -> Any:
    """Nested blocks are lists in a plan, however they were written; a map stays a map."""
    if isinstance(value, list):
        return [_as_blocks("", item) if isinstance(item, dict) else item for item in value]
    if not isinstance(value, dict) or argument in ("tags", "log_destination"):
        return value
    inner = {key: _as_blocks(key, item) for key, item in value.items()}
    return [inner] if argument else inner


def _split(value: Any) -> tuple[Any, Any]:
    """What is known, and what `after_unknown` says (False where all is known)."""
    if isinstance(value, str) and "${" in value:
        return None, True
    if isinstance(value, dict):
        parts = {key: _split(item) for key, item in value.items()}
        known = {key: known for key, (known, unknown) in parts.items() if unknown is not True}
        return known, {key: unknown for key, (_, unknown) in parts.items() if unknown} or False
    if isinstance(value, list):
        items = [_split(item) for item in value]
        unknown = [what for _, what in items]
        return [known for known, _ in items], unknown if any(unknown) else False
    return value, False


def _expression(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _expression(item) for key, item in value.items()}
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return [_expression(item) for item in value]
    text = json.dumps(value)
    references = [found for inner in re.findall(r"\$\{([^}]*)\}", text) for found in _REFERENCE.findall(inner)]
    if not references:
        return {"constant_value": value}
    everything = [part for found in references for part in (found, ".".join(found.split(".")[:2]))]
    return {"constant_value": value, "references": everything}


def _listed(value: Any) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else [value] if value else []

"""Pairs of outputs to review."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.proof.estates import output, write

STAGE = "stage_3_every_vpc"
NETWORK = "stacks/network/modules/vpn/main.tf.json"
HUB = "stacks/network/modules/hub/main.tf.json"
DEV = "stacks/dev/modules/spoke_dev/main.tf.json"
LEAK = "dev/module.spoke_dev.aws_ec2_transit_gateway_route_table_propagation.leak"


def folders(root: Path) -> dict[str, Path]:
    """Outputs by name: some stages of the guide, and stage 3 with one edit each."""
    made = {name: write(output(name), root / name) for name in (STAGE, "stage_1_dev_only", "stage_4_central_egress")}
    made["leaking"] = edited(root / "leaking", DEV, leak)
    made["uncounted"] = edited(root / "uncounted", HUB, uncount)
    made["renamed"] = edited(root / "renamed", NETWORK, rename_connection)
    made["open"] = edited(root / "open", DEV, open_ingress)
    made["bare"] = write(output(STAGE), root / "bare")
    (made["bare"] / "intent.json").unlink()
    return made


def edited(folder: Path, path: str, edit: Any) -> Path:
    """Stage 3, with an edit of one file."""
    document = json.loads(output(STAGE)[path])
    edit(document["resource"])
    return write({**output(STAGE), path: document}, folder)


def leak(resources: dict[str, Any]) -> None:
    """Propagate dev into the table of its own segment, which is isolated: a violation."""
    resources["aws_ec2_transit_gateway_route_table_propagation"]["leak"] = {
        "transit_gateway_attachment_id": "${aws_ec2_transit_gateway_vpc_attachment.this.id}",
        "transit_gateway_route_table_id": "${var.route_table_id_workloads}",
    }


def uncount(resources: dict[str, Any]) -> None:
    """Make the number of a route unknown."""
    next(iter(resources["aws_ec2_transit_gateway_route"].values()))["count"] = "${var.nowhere}"


def rename_connection(resources: dict[str, Any]) -> None:
    """Give the VPN connection another address: it is protected, so this is refused."""
    connections = resources["aws_vpn_connection"]
    (name,) = connections
    connections["renamed"] = connections.pop(name)


def open_ingress(resources: dict[str, Any]) -> None:
    """Add a security group that is open to the world: a finding, and no change of a flow."""
    resources["aws_security_group"] = {
        "open": {
            "name": "open",
            "description": "open",
            "vpc_id": "${aws_vpc.this.id}",
            "ingress": [{"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}],
        }
    }

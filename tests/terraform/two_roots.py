"""A small estate for the engine's own tests: a hub, and a spoke that another account attaches to it."""

import copy
import json
from pathlib import Path
from typing import Any

Documents = dict[str, Any]
"""The JSON documents of an output folder by their path in it."""

HUB = "stacks/network/cdk.tf.json"
HUB_MODULE = "stacks/network/modules/hub/main.tf.json"
SPOKE = "stacks/dev/cdk.tf.json"
SPOKE_VERSIONS = "stacks/dev/versions.tf.json"
SPOKE_MODULE = "stacks/dev/modules/spoke/main.tf.json"

_REQUIRED = {"source": "hashicorp/aws", "version": ">= 5.100, < 7"}
_ROLE = "arn:aws:iam::{}:role/{}"


def _provider(account: str, **more: object) -> dict[str, object]:
    return {
        "region": "us-east-1",
        "allowed_account_ids": [account],
        "assume_role": [{"role_arn": _ROLE.format(account, "deploy")}],
        "default_tags": [{"tags": {"owner": account}}],
        **more,
    }


def _local(environment: str) -> dict[str, object]:
    return {"local": {"path": f"../../../terraform.{environment}.tfstate"}}


def _association(kind: str) -> dict[str, object]:
    return {
        f"aws_ec2_transit_gateway_route_table_{kind}": {
            "dev": {
                "provider": "aws.network",
                "transit_gateway_attachment_id": "${aws_ec2_transit_gateway_vpc_attachment_accepter.dev.id}",
                "transit_gateway_route_table_id": "${var.route_table_id}",
            }
        }
    }


_DOCUMENTS: Documents = {
    HUB: {
        "terraform": {"required_providers": {"aws": _REQUIRED}, "backend": _local("network")},
        "provider": {"aws": [_provider("111122223333")]},
        "module": {"hub": {"source": "./modules/hub", "name": "infra-main"}},
        "output": {
            "transit_gateway_id": {"value": "${module.hub.transit_gateway_id}"},
            "route_table_ids": {"value": {"workloads": '${module.hub.route_table_ids["workloads"]}'}},
        },
    },
    HUB_MODULE: {
        "terraform": {"required_providers": {"aws": _REQUIRED}},
        "variable": {"name": {"type": "string"}},
        "resource": {
            "aws_ec2_transit_gateway": {
                "main": {
                    "amazon_side_asn": 64512,
                    "default_route_table_association": "disable",
                    "tags": {"Name": "${var.name}"},
                    "lifecycle": {"prevent_destroy": True},
                }
            },
            "aws_ec2_transit_gateway_route_table": {
                "workloads": {"transit_gateway_id": "${aws_ec2_transit_gateway.main.id}"}
            },
        },
        "output": {
            "transit_gateway_id": {"value": "${aws_ec2_transit_gateway.main.id}"},
            "route_table_ids": {"value": {"workloads": "${aws_ec2_transit_gateway_route_table.workloads.id}"}},
        },
    },
    SPOKE: {
        "terraform": {"required_providers": {"aws": _REQUIRED}, "backend": _local("dev")},
        "provider": {
            "aws": [
                _provider("222233334444"),
                _provider(
                    "111122223333",
                    alias="network",
                    assume_role=[{"role_arn": _ROLE.format(a, "hop")} for a in ("222233334444", "111122223333")],
                ),
            ]
        },
        "data": {"terraform_remote_state": {"network": {"backend": "local", "config": _local("network")["local"]}}},
        "module": {
            "spoke_dev": {
                "source": "./modules/spoke",
                "providers": {"aws": "aws", "aws.network": "aws.network"},
                "transit_gateway_id": "${data.terraform_remote_state.network.outputs.transit_gateway_id}",
                "route_table_id": '${data.terraform_remote_state.network.outputs.route_table_ids["workloads"]}',
            }
        },
        "output": {"vpc_id": {"value": "${module.spoke_dev.vpc_id}"}},
    },
    SPOKE_VERSIONS: {"terraform": {"required_version": ">= 1.11"}},
    SPOKE_MODULE: {
        "terraform": {"required_providers": {"aws": {**_REQUIRED, "configuration_aliases": ["aws.network"]}}},
        "variable": {"transit_gateway_id": {"type": "string"}, "route_table_id": {"type": "string"}},
        "resource": {
            "aws_vpc": {"dev": {"cidr_block": "10.1.0.0/20", "tags": {"Name": "dev"}}},
            "aws_subnet": {
                "private_a": {
                    "vpc_id": "${aws_vpc.dev.id}",
                    "cidr_block": "10.1.0.0/24",
                    "availability_zone_id": "use1-az1",
                }
            },
            "aws_route_table": {"private_a": {"vpc_id": "${aws_vpc.dev.id}"}},
            "aws_ec2_transit_gateway_vpc_attachment": {
                "dev": {
                    "transit_gateway_id": "${var.transit_gateway_id}",
                    "vpc_id": "${aws_vpc.dev.id}",
                    "subnet_ids": ["${aws_subnet.private_a.id}"],
                }
            },
            "aws_ec2_transit_gateway_vpc_attachment_accepter": {
                "dev": {
                    "provider": "aws.network",
                    "transit_gateway_attachment_id": "${aws_ec2_transit_gateway_vpc_attachment.dev.id}",
                    "transit_gateway_default_route_table_association": False,
                    "transit_gateway_default_route_table_propagation": False,
                }
            },
            **_association("association"),
            **_association("propagation"),
            "aws_route": {
                "private_a_default": {
                    "route_table_id": "${aws_route_table.private_a.id}",
                    "destination_cidr_block": "0.0.0.0/0",
                    "transit_gateway_id": "${var.transit_gateway_id}",
                    "depends_on": ["aws_ec2_transit_gateway_vpc_attachment_accepter.dev"],
                }
            },
        },
        "output": {"vpc_id": {"value": "${aws_vpc.dev.id}"}},
    },
}


def two_roots() -> Documents:
    """The documents of the estate, for the caller to change."""
    return copy.deepcopy(_DOCUMENTS)


def write(documents: Documents, folder: Path) -> Path:
    """Writes documents into an output folder; gives the folder."""
    for name, document in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document))
    return folder

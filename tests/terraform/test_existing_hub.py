"""A transit gateway of another configuration: read, checked, used and left behind. `nightly`, with the mended moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus.intent import Egress, Estate, check
from isthmus.proof import read as proof_of
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.modules.synthesized import estate_of

from . import engine
from .engine import Engine, LiveEstate, TerraformFailed, changes
from .engine.real import RealProvider
from .moto.on_moto import ProviderOnMoto
from .moto.server import served

MOTO = "123456789012"  # the account that owns everything there


@pytest.fixture
def live(real_engine: Engine) -> Iterator[LiveEstate]:
    """Terraform with the AWS provider and an AWS with nothing in it."""
    assert isinstance(real_engine.provider, RealProvider)
    with served() as address:
        yield replace(real_engine, provider=ProviderOnMoto(real_engine.provider, address)).live()


def owners(folder: Path, **settings: Any) -> engine.Estate:
    """The root of a team that has only a transit gateway."""
    root = folder / "stacks/owner"
    root.mkdir(parents=True)
    document = {
        "terraform": {
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.100, < 7"}},
            "backend": {"local": {"path": "../../owner.tfstate"}},
        },
        "provider": {"aws": [{"region": "us-east-1"}]},
        "resource": {"aws_ec2_transit_gateway": {"hub": {"amazon_side_asn": 64_600, **settings}}},
        "output": {"id": {"value": "${aws_ec2_transit_gateway.hub.id}"}},
    }
    (root / "cdk.tf.json").write_text(json.dumps(document))
    return engine.Estate(folder)


def gateway_id(live: LiveEstate) -> str:
    """The id of the gateway that exists."""
    state = json.loads((live.states / "owner.tfstate").read_text())
    return str(state["outputs"]["id"]["value"])


def estate(hub: str) -> Estate:
    """The example, with the gateway that moto made, and without NAT gateways, which are slow to create."""
    example = estate_of("examples.existing_hub")
    [network] = example.environments
    account = replace(example.accounts[0], id=MOTO)
    spokes = [replace(spoke, egress=Egress.NONE) for spoke in network.spokes]
    changed = replace(network, account=account, hub=replace(example.hub, existing=hub), spokes=spokes)
    return check(replace(example, accounts=[account], environments=[changed]))


def roots(hub: str, folder: Path) -> engine.Estate:
    """The roots of the estate, written."""
    write_output(folder, synthesize(estate(hub)))
    return engine.Estate(folder)


OFF = {"default_route_table_association": "disable", "default_route_table_propagation": "disable"}


@pytest.mark.nightly
def test_it_is_read_and_used_and_stays(live: LiveEstate, tmp_path: Path) -> None:
    owner = owners(tmp_path / "owner", **OFF)
    live.apply(owner)
    made = roots(gateway_id(live), tmp_path / "out")
    live.apply(made)
    plans = live.plans(made)
    # moto answers a search for a static route without its attachment, so the provider reads it as a blackhole.
    assert changes(plans["network"]) == ["delete/create module.vpn.aws_ec2_transit_gateway_route.vpcs_office_lan"]
    plan = tmp_path / "network.json"
    plan.write_text(json.dumps(plans["network"]))
    proof = proof_of(plan, intent=tmp_path / "out/intent.json").prove(scenarios=False)
    assert [str(found) for found in (*proof.violations, *proof.unknown_results)] == []
    live.destroy(made)
    assert changes(live.plans(owner)["owner"]) == []
    live.destroy(owner)


@pytest.mark.nightly
def test_a_gateway_with_default_route_tables_stops_the_plan(live: LiveEstate, tmp_path: Path) -> None:
    """As the console makes it."""
    live.apply(owners(tmp_path / "owner"))
    with pytest.raises(TerraformFailed, match="must be disable") as failed:
        live.apply(roots(gateway_id(live), tmp_path / "out"))
    assert "modify-transit-gateway" in str(failed.value)
    assert len(live.resources()) == 1

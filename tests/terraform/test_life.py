"""What is generated, applied for real: the AWS provider with a mended moto behind it, from nothing to nothing.

`nightly`: an estate of one root, and the whole reference estate, root after root, with a change on the way.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.intent import Egress, Environment, Estate, Hub, Segment, Spoke, check
from isthmus.intent.model import name_of
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.modules.synthesized import estate_of

from . import engine
from .engine import Engine, LiveEstate, changes
from .engine.real import RealProvider
from .moto.on_moto import ProviderOnMoto
from .moto.server import served
from .test_module_tests import REFERENCE


@pytest.fixture
def aws() -> Iterator[str]:
    """A new AWS with nothing in it: its address."""
    with served() as address:
        yield address


@pytest.fixture
def live(real_engine: Engine, aws: str) -> LiveEstate:
    """Terraform with the AWS provider and that AWS, to which estates can be applied."""
    assert isinstance(real_engine.provider, RealProvider)
    return replace(real_engine, provider=ProviderOnMoto(real_engine.provider, aws)).live()


def roots(estate: Estate, folder: Path) -> engine.Estate:
    """The roots of a valid estate, written."""
    write_output(folder, synthesize(check(estate)))
    return engine.Estate(folder)


def planned(live: LiveEstate, estate: engine.Estate) -> dict[str, list[str]]:
    """What applying an estate would change, by root; roots that stay as they are left out."""
    return {root: found for root, plan in live.plans(estate).items() if (found := changes(plan))}


def small() -> Estate:
    """A hub and one spoke on it that leaves by itself, in one root and one zone."""
    reference = estate_of(REFERENCE)
    apps = Segment("apps", allowed_egress={Egress.LOCAL})
    spoke = Spoke("apps", cidr="10.1.0.0/20", segment=apps, egress=Egress.LOCAL)
    environment = Environment("all", account="network-prod", hub=Hub("hub"), spokes=[spoke], protected=False)
    return replace(reference, zones=reference.zones[:1], segments=[apps], sites=[], environments=[environment])


@pytest.mark.nightly
def test_a_hub_and_a_spoke_come_stay_and_go(live: LiveEstate, tmp_path: Path) -> None:
    estate = roots(small(), tmp_path)
    live.apply(estate)
    assert len(live.resources()) > 30
    assert planned(live, estate) == {}
    live.destroy(estate)
    assert live.resources() == []


@pytest.mark.nightly
def test_one_account_without_an_organization_comes_stays_and_goes(live: LiveEstate, tmp_path: Path) -> None:
    estate = roots(estate_of("examples.one_account"), tmp_path)
    live.apply(estate)
    assert len(live.resources()) > 60
    # moto answers a search for a static route without its attachment, so the provider reads it as a blackhole.
    assert planned(live, estate) == {
        "network": ["delete/create module.vpn.aws_ec2_transit_gateway_route.vpcs_office_lan"]
    }
    live.destroy(estate)
    assert live.resources() == []


def grown(estate: Estate) -> Estate:
    """The reference estate with one spoke more, and another that leaves by itself from now on; both in root `test`."""
    workloads = estate.segment("workloads")
    wider = replace(workloads, allowed_egress={*workloads.allowed_egress, Egress.LOCAL, Egress.NONE})
    test = estate.environment("test")
    spokes = [replace(spoke, egress=Egress.LOCAL) for spoke in test.spokes]
    lab = Spoke("lab", cidr="10.1.64.0/20", segment="workloads", egress=Egress.NONE)
    changed = replace(test, spokes=[*spokes, lab])
    return replace(
        estate,
        segments=[wider if name_of(segment) == "workloads" else segment for segment in estate.segments],
        environments=[changed if e is test else e for e in estate.environments],
    )


@pytest.mark.nightly
def test_the_reference_estate_comes_changes_and_goes(live: LiveEstate, tmp_path: Path) -> None:
    reference = estate_of(REFERENCE)
    before, after = roots(reference, tmp_path / "before"), roots(grown(reference), tmp_path / "after")
    live.apply(before)
    assert planned(live, before) == {}
    step = planned(live, after)
    assert set(step) == {"test"}
    assert "create module.spoke_lab.aws_vpc.this" in step["test"]
    assert "update module.spoke_test.aws_route.private_az1_default" in step["test"]
    assert not [change for change in step["test"] if change.startswith("delete") and "aws_subnet" in change]
    live.apply(after)
    assert planned(live, after) == {}
    live.destroy(after)
    assert live.resources() == []

"""Whatever of the language an estate uses, a scan finds nothing that is not the team's own doing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings

from isthmus.bootstrap.files import ROOT, files_of, write_files
from isthmus.intent import (
    AllowedConnection,
    DnsFirewall,
    Egress,
    Estate,
    HcpTerraform,
    Inspection,
    S3Backend,
    Segment,
    SharedBy,
    Spoke,
    check,
)
from isthmus.scan import Scan, scan
from isthmus.scan.waivers import read_shipped
from isthmus.testing.strategies import estates
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.bootstrap.prepared import REFERENCE, STATES, output_of, prepared
from tests.modules import egress_estates
from tests.modules.shared_services import reference
from tests.modules.synthesized import estate_of

POLICIES = Path(__file__).parents[2] / "policies"
# The waivers' own dates must not make this test fail one day: `make` and `isthmus scan` are where that shows.
TODAY = date(2026, 11, 22)

OWN_DOING = {
    "CKV_AWS_338": "log_retention_days is less than a year",
    "CKV_ISTHMUS_40": "the same",
    "CKV_ISTHMUS_24": "a static connection is in a segment that no other reaches",
    "CKV_ISTHMUS_15": "an environment is not protected",
    "CKV_AWS_344": "the same, of the firewall",
    "CKV_ISTHMUS_50": "the same, of the firewall",
    "CKV_ISTHMUS_59": "tags name no Owner",
}
"""What an estate says in so many words, and a check advises against."""


def _scanned(estate: Estate) -> Scan:
    with tempfile.TemporaryDirectory() as folder:
        write_output(Path(folder) / "out", synthesize(check(estate)))
        return scan(Path(folder) / "out", policies=POLICIES, today=TODAY)


def _limited() -> Estate:
    """The reference estate, with all that its five roots leave out: who opens, site networks, zones one by one."""
    estate = reference(
        {"interface_endpoints": ["ec2"]}, shared_by=SharedBy.RESOLVER_RULES, firewall=DnsFirewall(blocked=["bad.test"])
    )
    unit = estate.units[0]
    segments: list[Segment] = [
        replace(
            segment,
            site_networks=["dc1/servers"],
            allowed_egress={*segment.allowed_egress, Egress.LOCAL},
            may_be_attached_by=[unit],
        )
        if segment.name == "workloads"
        else segment
        for segment in estate.segments
    ]
    lab = Spoke("lab", cidr="10.1.64.0/20", segment="workloads", egress=Egress.LOCAL, secondary_cidrs=["10.1.80.0/20"])
    return replace(
        estate,
        segments=segments,
        environments=[
            replace(environment, spokes=[*environment.spokes, lab]) if environment.name == "test" else environment
            for environment in estate.environments
        ],
        allowed_connections=[
            AllowedConnection(source="workloads", to="dc1/servers", ports=["tcp/443", "udp/8000-8010", "icmp"])
        ],
        backend=S3Backend(bucket="example-states", account="network-prod"),
    )


def _features() -> Iterator[Estate]:
    yield _limited()
    owner = {"Owner": "network-team"}
    yield replace(
        egress_estates.estate(Inspection.GATEWAY, apart=True, restricted=True),
        backend=HcpTerraform(organization="example"),
        tags=owner,
    )
    yield replace(egress_estates.estate(Inspection.VPC, apart=True, isolated=True), tags=owner)
    yield replace(egress_estates.estate(Inspection.NONE), tags=owner)
    yield estate_of("examples.stage_8_overlapping_ranges")


def _bootstrap(folder: Path) -> Scan:
    """The root module of `isthmus bootstrap`, with the bucket of the states."""
    write_files(
        folder / "bootstrap", files_of(prepared(output_of(folder / "output", REFERENCE, STATES), "example@1/network@2"))
    )
    return scan(folder / "bootstrap" / ROOT, policies=POLICIES, today=TODAY)


def test_no_feature_brings_findings_and_no_shipped_waiver_is_idle(tmp_path: Path) -> None:
    idle = set(read_shipped(POLICIES))
    for answer in (*map(_scanned, _features()), _bootstrap(tmp_path)):
        assert answer.clean, "\n".join(map(str, (*answer.findings, *answer.unused, *answer.expired)))
        idle -= {waiver for _, waiver in answer.waived}
    assert not idle


@pytest.mark.nightly
@settings(max_examples=200)
@given(estates())
def test_no_estate_brings_findings(estate: Estate) -> None:
    found = [str(one) for one in _scanned(estate).findings if one.check not in OWN_DOING]
    assert not found, "\n".join(found)

"""What people call places: services by interface endpoint, and segments, which are none."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from isthmus import cli, proof
from isthmus.intent import Estate, check
from isthmus.network.model import EndpointKind, Unknown, VpcEndpoint
from isthmus.proof import Analysis, NoSuchLocation, ProofError
from isthmus.testing.strategies import estates
from modules.synthesis import synthesize
from tests.modules.shared_services import reference
from tests.modules.synthesized import files_of
from tests.proof.estates import write
from tests.properties.budget import share


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("com.amazonaws.us-east-1.ssm", "ssm"),
        ("com.amazonaws.us-gov-west-1.ecr.dkr", "ecr.dkr"),
        ("cn.com.amazonaws.cn-north-1.execute-api", "execute-api"),
        ("aws.sagemaker.eu-central-1.notebook", "notebook"),
        ("com.amazonaws.vpce.us-east-1.vpce-svc-0e123abc123198abc", "vpce-svc-0e123abc123198abc"),
        ("own.example.com", "own.example.com"),
    ],
)
def test_the_name_of_a_service_follows_the_region(service: str, name: str) -> None:
    assert VpcEndpoint("e", EndpointKind.INTERFACE, "v", service).service_name == name


def test_an_unknown_service_has_no_name() -> None:
    assert not VpcEndpoint("e", EndpointKind.GATEWAY, "v", Unknown("not read")).service_name


def by_service(subject: Analysis) -> Mapping[str, Sequence[str]]:
    """The addresses of interface endpoints, by the service names that the intent has."""
    found: dict[str, list[str]] = {}
    for endpoint in subject.network.endpoints.values():
        if endpoint.kind is EndpointKind.INTERFACE:
            found.setdefault(str(endpoint.service).split(".", 3)[3], []).append(endpoint.address)
    return found


@settings(max_examples=share(5))
@given(estates())
def test_services_are_their_endpoints_and_segments_name_their_members(estate: Estate) -> None:
    with tempfile.TemporaryDirectory() as folder:
        subject = proof.read(write(synthesize(estate), Path(folder)))
    spokes = [spoke for _, spoke in estate.spokes]
    gateways = {service for spoke in spokes for service in spoke.gateway_endpoints}
    for service, addresses in by_service(subject).items():
        if service in gateways:
            (trip, *_) = subject.trace("internet", service).trips
            assert str(trip.forward.packet.destination) == f"service {service}"
        elif len(addresses) == 1:
            assert subject.trace("internet", service).trips == subject.trace("internet", addresses[0]).trips
        else:
            with pytest.raises(ProofError) as several:
                subject.trace("internet", service)
            assert all(address in str(several.value) for address in addresses)
    places = {*subject.pairs.locations.by_name, *(site.name for site in estate.sites)}
    for segment in estate.segments:
        members = {spoke.name for spoke in spokes if estate.segment(spoke.segment) == segment}
        members |= {estate.site_of(c).name for c in estate.vpn_connections if estate.segment(c.segment) == segment}
        if segment.name in places:
            continue
        with pytest.raises(ProofError) as reported:
            subject.trace(segment.name, "internet")
        if members:
            assert str(reported.value).endswith(f"name one of {', '.join(sorted(members))}")
            assert members <= places
        else:
            assert isinstance(reported.value, NoSuchLocation)


def test_several_endpoints_of_one_service_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    estate = reference()
    both = [
        replace(e, spokes=[replace(s, interface_endpoints=["sqs"]) for s in e.spokes])
        if e.name in ("dev", "prod")
        else e
        for e in estate.environments
    ]
    estate = replace(estate, environments=both)
    folder = str(write(synthesize(check(estate)), tmp_path))
    assert cli.main(["trace", folder, "--from", "test", "--to", "sqs"]) == 2
    assert capsys.readouterr().err == (
        "isthmus: sqs has 2 interface endpoints: name one by its address: "
        "dev/module.spoke_dev.aws_vpc_endpoint.interface_sqs, prod/module.spoke_prod.aws_vpc_endpoint.interface_sqs\n"
    )


def test_segments_and_services_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(write(files_of("environments.estate"), tmp_path))
    assert cli.main(["trace", folder, "--from", "dev", "--to", "ssm"]) == 0
    assert capsys.readouterr().out.startswith("dev -> ssm: reachable both ways\n")
    assert cli.main(["trace", folder, "--from", "workloads", "--to", "ssm"]) == 2
    assert capsys.readouterr().err == (
        "isthmus: workloads is a segment, and a trace needs a location: name one of dev, prod, test\n"
    )
    assert cli.main(["trace", folder, "--from", "dev", "--to", "smm"]) == 2
    assert capsys.readouterr().err == "isthmus: no such location: 'smm'; did you mean ssm?\n"

"""Several connections, certificates, large tunnels: the output of module `vpn`, and the flows after a failure."""

import json
from dataclasses import replace

import pytest

from isthmus import proof
from isthmus.intent import CustomerGateway, Egress, Estate, Routing, Segment, Tunnel, check
from isthmus.intent.provider_versions import (
    VERSION,
    VERSION_WITH_BGP_LOGS,
    VERSION_WITH_LARGE_TUNNELS,
    required_version,
)
from isthmus.output.folder import read_output
from isthmus.output.overview import site_paths
from isthmus.report.handover import sheets
from modules.aws import VpnConnection as AwsVpnConnection
from modules.hub_route_tables import HubTables
from modules.output_folder import write_output
from modules.synthesis import synthesize
from modules.vpn import vpn
from tests.modules.synthesized import estate_of, files_of

STAGE = "examples.stage_5_resilient_vpn"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
GATEWAYS = ("infra_dc1_01", "infra_dc1_02")


def changed(gateways=None, site=None, **connections) -> Estate:
    """Stage 5 with other customer gateways, another site, and changes to every connection."""
    estate = estate_of(STAGE)
    network = estate.environment("network")
    made = [replace(connection, **connections) for connection in network.vpn_connections]
    site = replace(estate.sites[0], **{**({"customer_gateways": gateways} if gateways else {}), **(site or {})})
    environments = [replace(network, vpn_connections=made), *estate.environments[1:]]
    return check(replace(estate, sites=[site], environments=environments))


def document_of(estate: Estate):
    return vpn(estate, estate.environment("network"), HubTables(estate))


def written(estate: Estate, folder):
    write_output(folder, synthesize(estate))
    return read_output(folder)


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    out = tmp_path_factory.mktemp("stage5") / "cdktf.out"
    write_output(out, files_of(STAGE))
    return proof.read(out).prove()


def test_stage_5_is_proved(answer):
    assert answer.verdict is proof.Verdict.PROVED, str(answer)


def test_no_tunnel_connection_or_customer_gateway_takes_anything_with_it(answer):
    lost = {
        f"{scenario.failure.kind} {scenario.failure.what.rpartition('.')[2]}": scenario.lost
        for scenario in answer.scenarios
        if scenario.failure.kind != "zone"
    }
    assert set(lost) == {
        *(f"tunnel {name}#{number}" for name in GATEWAYS for number in (1, 2)),
        *(f"{kind} {name}" for name in GATEWAYS for kind in ("VPN connection", "customer gateway")),
    }
    assert not any(lost.values())


def test_a_second_connection_without_propagation_into_one_table_does_not_help(tmp_path):
    path = "stacks/network/modules/vpn/main.tf.json"
    document = json.loads(files_of(STAGE)[path])
    del document["resource"]["aws_ec2_transit_gateway_route_table_propagation"]["infra_dc1_02_workloads"]
    write_output(tmp_path, {**files_of(STAGE), path: json.dumps(document)})
    found = proof.read(tmp_path).prove().violations
    assert {violation.rule for violation in found} == {"redundancy-missing"}


def test_a_gateway_with_a_certificate_needs_neither_an_address_nor_keys(tmp_path):
    gateways = [
        CustomerGateway(name, bgp_asn=65_010, certificate_arn=f"{CERTIFICATE[:-1]}{number}")
        for number, name in enumerate(("infra-dc1-01", "infra-dc1-02"))
    ]
    estate = changed(gateways, tunnels=(Tunnel(startup_action="add"), Tunnel(startup_action="add")))
    document = document_of(estate)
    for name in GATEWAYS:
        assert "ip_address" not in document["resource"]["aws_customer_gateway"][name]
        assert document["resource"]["aws_customer_gateway"][name]["certificate_arn"].startswith(CERTIFICATE[:-1])
        assert "preshared_key_storage" not in document["resource"]["aws_vpn_connection"][name]
    assert not [name for name in document["output"] if name.startswith("preshared_key_arn")]
    output = written(estate, tmp_path)
    assert proof.read(tmp_path).prove(scenarios=False).verdict is proof.Verdict.PROVED
    sheet = sheets(output, {})[0].markdown
    assert CERTIFICATE[:-1] in sheet
    assert "Secrets Manager" not in sheet
    assert "must start each IKE rekey" in sheet
    assert "AWS does not know its address" in sheet


@pytest.mark.parametrize(
    ("options", "version"),
    [
        ({}, VERSION),
        ({"large_tunnels": True}, VERSION_WITH_LARGE_TUNNELS),
        ({"large_tunnels": True, "bgp_logs": True}, VERSION_WITH_BGP_LOGS),
    ],
)
def test_options_raise_the_provider_of_the_root_that_has_them(options, version):
    estate = changed(**options)
    assert required_version(estate.environment("network")) == version
    assert required_version(estate.environment("dev")) == VERSION
    document = document_of(estate)
    assert document["terraform"]["required_providers"]["aws"]["version"] == version
    bandwidths = {c.get("tunnel_bandwidth") for c in document["resource"]["aws_vpn_connection"].values()}
    assert bandwidths == {"large" if options.get("large_tunnels") else None}


@pytest.mark.parametrize(("large", "together", "flow"), [(False, 5, 1.25), (True, 20, 5)])
def test_bandwidth_of_all_tunnels_together_is_shown(large, together, flow, tmp_path):
    output = written(changed(large_tunnels=large), tmp_path)
    (found,) = site_paths(output.graph, output.estate)
    assert (found.tunnels, found.together, found.one_flow) == (4, together, flow)
    assert found.customer_gateways == ("infra-dc1-01", "infra-dc1-02")
    assert f"{together:g} Gbps together" in " ".join(sheets(output, {})[0].markdown.split())


@pytest.mark.parametrize(
    ("waits", "note"),
    [
        ((Tunnel(startup_action="add", dpd_timeout_action="none"),) * 2, True),
        ((Tunnel(startup_action="add", dpd_timeout_action="none"), Tunnel()), False),
        ((Tunnel(startup_action="add", dpd_timeout_action="clear"),) * 2, False),
        ((Tunnel(), Tunnel()), False),
    ],
)
def test_tunnels_that_only_the_site_opens_again_are_noted(waits, note, tmp_path):
    output = written(changed(tunnels=waits), tmp_path)
    (found,) = site_paths(output.graph, output.estate)
    assert found.waiting == (found.connections if note else ())
    assert ("AWS does not open the tunnels" in sheets(output, {})[0].markdown) is note
    notes = proof.read(tmp_path).network.notes
    assert any("only the device at the site can open the tunnel again" in note for note in notes) is note


@pytest.mark.parametrize("accelerated", [True, False])
def test_the_device_configuration_says_that_it_renews_the_keys_of_an_accelerated_connection(accelerated, tmp_path):
    output = written(changed(acceleration=accelerated), tmp_path)
    sheet = sheets(output, {})[0].markdown
    assert ("must start each IKE rekey" in sheet) is accelerated
    assert ("the connection is accelerated" in sheet) is accelerated


def test_static_routing_uses_one_tunnel(tmp_path):
    estate = estate_of(STAGE)
    network = estate.environment("network")
    one = replace(network.vpn_connections[0], routing=Routing.STATIC, default_route=True)
    environments = [replace(network, vpn_connections=[one]), *estate.environments[1:]]
    sites = [replace(estate.sites[0], advertises=[])]
    output = written(check(replace(estate, environments=environments, sites=sites)), tmp_path)
    (found,) = site_paths(output.graph, output.estate)
    assert (found.together, found.one_flow) == (1.25, 1.25)
    assert "one tunnel at a time" in str(found)
    assert proof.read(tmp_path).prove(scenarios=False).verdict is proof.Verdict.PROVED


def test_every_option_of_a_tunnel_is_set_on_that_tunnel():
    """Arguments of the provider that a tunnel has, but for keys, IPv6 and logs, are all taken from the intent."""
    document = document_of(changed(tunnels=(Tunnel(lifecycle_control=True, dpd_timeout=45), Tunnel())))
    connection = document["resource"]["aws_vpn_connection"]["infra_dc1_01"]
    assert connection["tunnel1_enable_tunnel_lifecycle_control"] is True
    assert connection["tunnel2_enable_tunnel_lifecycle_control"] is False
    assert (connection["tunnel1_dpd_timeout_seconds"], connection["tunnel2_dpd_timeout_seconds"]) == (45, 30)
    known = [name for name in vars(AwsVpnConnection)["arguments"] if name.startswith("tunnel1_")]
    left_out = {"preshared_key", "inside_ipv6_cidr"}
    assert {name.removeprefix("tunnel1_") for name in known if name not in connection} == left_out


def test_a_site_may_be_in_two_segments_by_connections_of_their_own(tmp_path):
    """Dev and production come to the data centre by separate connections, and neither has the other's table."""
    estate = estate_of(STAGE)
    network = estate.environment("network")
    one, two = network.vpn_connections
    segments = [
        Segment(name, isolated=True, reaches=[f"{name}-site"], may_be_attached_by=["workloads-prod"])
        for name in ("dev", "prod")
    ]
    segments += [Segment(f"{name}-site") for name in ("dev", "prod")]
    connections = [replace(one, segment="dev-site"), replace(two, segment="prod-site")]
    environments = [
        replace(network, vpn_connections=connections),
        *(
            replace(found, spokes=[replace(found.spokes[0], segment=found.name, egress=Egress.NONE)])
            for found in (estate.environment("dev"), estate.environment("prod"))
        ),
    ]
    output = written(check(replace(estate, segments=segments, environments=environments)), tmp_path)
    subject = proof.read(tmp_path)
    assert subject.prove(scenarios=False).verdict is proof.Verdict.PROVED
    assert {way.segment: way.connections for way in site_paths(output.graph, output.estate)} == {
        "dev-site": ("infra-dc1-01",),
        "prod-site": ("infra-dc1-02",),
    }
    for spoke, connection in (("dev", "infra_dc1_01"), ("prod", "infra_dc1_02")):
        path = " ".join(map(str, subject.flows[spoke, "dc1/users"].path))
        assert connection in path
    assert not subject.flows["dev", "prod"].works

"""`isthmus show` and `isthmus handover`, on real output."""

import json
import re
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings

from benchmarks.synth import estate_of as estate_of_spokes
from examples import stage_8_overlapping_ranges as stage_8
from isthmus.cli import main
from isthmus.intent import AllowedConnection, Egress, HcpTerraform, LocalBackend, S3Backend, Spoke, check
from isthmus.network.model import Network
from isthmus.output.folder import read_output
from isthmus.output.overview import advertised, intended, names, roots, route_tables
from isthmus.report.handover import sheets
from isthmus.report.show_terminal import print_roots, print_shares, steps
from isthmus.testing.strategies import estates
from isthmus.text.console import console
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.modules.synthesized import estate_of, files_of

OTHERS = [("crm", "10.1.64.0/20"), ("shop", "10.1.80.0/20")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("stage3") / "cdktf.out"
    write_output(out, files_of("examples.stage_3_every_vpc"))
    return out


@pytest.fixture(scope="module")
def output(folder):
    return read_output(folder)


def test_the_guides_two_route_tables(output):
    """The guide's tables: who is associated with and who propagates into which."""
    services, workloads = route_tables(output.network)
    assert (services.name, workloads.name) == ("infra-network-services", "infra-workloads-vpcs")
    assert services.associated == ("infra-dc1-01", "infra-shared-services")
    assert services.propagating == ("infra-dc1-01", "infra-dev", "infra-prod", "infra-shared-services", "infra-test")
    assert workloads.associated == ("infra-dev", "infra-prod", "infra-test")
    assert workloads.propagating == ("infra-dc1-01", "infra-shared-services")
    assert services.static == workloads.static == ("10.1.0.0/16 -> blackhole",)


def test_roots_are_counted_and_ordered(output, folder):
    found = roots(folder, output.graph, output.estate)
    assert [root.name for root in found] == ["network", "dev", "prod", "shared-services", "test"]
    assert [[root.name for root in step] for step in steps(found)] == [
        ["network"],
        ["dev", "prod", "shared-services", "test"],
    ]
    for root in found:
        documents = [json.loads(path.read_text()) for path in root.folder.glob("modules/*/main.tf.json")]
        resources = [name for document in documents for kind in document["resource"].values() for name in kind]
        assert sum(root.resources.values()) == len(resources)
    assert found[2].account == "workloads-prod 444455556666"


def test_advertised_prefixes_and_the_matrix(output, folder):
    present = roots(folder, output.graph, output.estate)
    found = advertised(output.network, output.estate, present)
    assert {name: prefixes.listed for name, prefixes in found.items()} == {
        "infra-dc1-01": ("10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/20", "10.1.48.0/20")
    }
    cells = {(a, b): cell for a, b, cell in intended(output.estate, output.network, [root.name for root in present])}
    assert cells["dev", "prod"] == "no"
    assert cells["dev", "shared-services"] == cells["dc1/users", "prod"] == "yes"
    assert cells["dev", "internet"] == "on-premises"
    assert cells["dc1/users", "dc1/servers"] == cells["rest of dc1", "dc1/users"] == "-"
    assert cells["rest of dc1", "dev"] == cells["dev", "rest of dc1"] == "any"
    assert cells["rest of dc1", "internet"] == "no"


def test_show_says_that_a_limited_segment_accepts_no_rest_of_a_site(tmp_path, capsys):
    estate = estate_of("examples.stage_3_every_vpc")
    limited = [replace(segment, site_networks=["dc1/users"]) for segment in estate.segments]
    write_output(tmp_path / "out", synthesize(check(replace(estate, segments=limited))))
    output = read_output(tmp_path / "out")
    cells = {(a, b): cell for a, b, cell in intended(output.estate, output.network, [])}
    assert cells["rest of dc1", "dev"] == cells["dev", "rest of dc1"] == "no"
    assert main(["show", str(tmp_path / "out")]) == 0
    assert "any:" not in capsys.readouterr().out


def test_names_and_services(tmp_path, capsys):
    """Who answers for what, where there is such a thing."""
    write_output(tmp_path / "cdktf.out", files_of("environments.estate"))
    assert names(read_output(tmp_path / "cdktf.out").network) == {
        "inbound Resolver endpoints": ("10.1.62.132", "10.1.62.148", "10.1.62.180"),
        "corp.example.com": ("forwarded to 172.21.0.53, 172.21.1.53",),
        "private zones": ("aws.example.com",),
        "interface endpoints": ("ec2messages", "kms", "logs", "s3", "ssm", "ssmmessages", "sts"),
    }
    assert main(["show", str(tmp_path / "cdktf.out")]) == 0
    assert "DNS and interface endpoints" in capsys.readouterr().out


def test_show_fits_eighty_columns_and_is_plain_when_piped(folder, capsys):
    assert main(["show", str(folder)]) == 0
    text = capsys.readouterr().out
    assert "\x1b" not in text
    commands = [line for line in text.splitlines() if line.startswith("     ")]
    assert all(len(line) <= 80 for line in text.splitlines() if line not in commands)
    assert any(f"-chdir={folder}/stacks/network plan" in line for line in commands)
    assert "each needs the outputs of network: apply it first" in " ".join(text.split())


def test_show_says_the_region_once_or_where_it_differs(output, folder, capsys):
    found = roots(folder, output.graph, output.estate)
    print_roots(found, console())
    assert "Root modules in us-east-1, in the order" in capsys.readouterr().out
    print_roots([replace(found[0], region="eu-west-1"), *found[1:]], console())
    out = capsys.readouterr().out
    assert "Root modules, in the order" in out
    assert out.count("eu-west-1") == 1
    assert out.count("us-east-1") == len(found) - 1


@pytest.mark.parametrize(
    ("backend", "printed"),
    [
        (
            HcpTerraform(organization="example", workspace_prefix="net-"),
            "Workspaces that must share their state, and with which workspaces\n"
            "  net-network         net-dev, net-prod, net-shared-services, net-test\n",
        ),
        (
            HcpTerraform(organization="example"),
            "Workspaces that must share their state, and with which workspaces\n"
            "  guide-us-east-1-network         guide-us-east-1-dev, guide-us-east-1-prod,\n"
            "                                  guide-us-east-1-shared-services,\n"
            "                                  guide-us-east-1-test\n",
        ),
        (LocalBackend(), ""),
        (S3Backend(bucket="states", account="network-prod"), ""),
    ],
)
def test_show_says_which_workspaces_read_which(output, folder, capsys, backend, printed):
    found = roots(folder, output.graph, output.estate)
    estate = replace(output.estate, backend=backend)
    print_shares(found, estate, console())
    assert capsys.readouterr().out.lstrip("\n") == printed
    print_shares(found[:1], estate, console())
    assert not capsys.readouterr().out


def test_show_lists_the_allowed_connections(tmp_path, capsys):
    estate = estate_of("examples.stage_3_every_vpc")
    allowed_connections = [AllowedConnection(source="dc1/users", to=estate.segments[1], ports=["tcp/443", "icmp"])]
    write_output(tmp_path / "out", synthesize(check(replace(estate, allowed_connections=allowed_connections))))
    assert main(["show", str(tmp_path / "out")]) == 0
    heading = "Allowed connections (between these pairs, all others are denied)\n"
    listed = capsys.readouterr().out.partition(heading)[2]
    assert listed.startswith(f"  dc1/users -> {estate.segments[1].name} tcp/443, icmp\n")


def test_show_prints_one_row_for_each_class_of_a_large_estate(tmp_path, capsys):
    write_output(tmp_path / "out", synthesize(estate_of_spokes(40)))
    assert main(["show", str(tmp_path / "out")]) == 0
    text = capsys.readouterr().out
    assert "\nworkloads       yes " in text
    assert "workloads: spoke-0, spoke-1, spoke-10, spoke-11, spoke-12, spoke-13 and 34 more" in " ".join(text.split())
    assert all(line == line.rstrip() for line in text.splitlines())
    assert main(["prove", str(tmp_path / "out"), "--all"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "dc1/users +1 - yes no workloads yes no yes internet - no -" in text
    assert "dc1/users +1: dc1/users, rest of dc1 " in text
    assert "aws_vpn_connection.dc1_01: spoke-0, spoke-1, spoke-10, spoke-11, spoke-12, spoke-13 and 34 more" in text


def test_handover_says_what_the_other_side_needs(output, folder, capsys, tmp_path):
    assert main(["handover", str(folder), "--into", str(tmp_path)]) == 0
    text = (tmp_path / "infra-dc1-01.md").read_text()
    assert text.startswith("# VPN connection infra-dc1-01: estate guide, site dc1\n")
    assert "| 2 | 169.254.16.4/30 | 169.254.16.5 | 169.254.16.6 | AWS |" in text
    assert "| BGP autonomous system | 64512 | 65010 |" in text
    assert "| Without NAT traversal | 1446 | 1406 |" in text
    assert "Advertise to AWS exactly: `0.0.0.0/0`, `172.20.0.0/15`." in text
    assert "Prefixes advertised by AWS: `10.1.0.0/20`, `10.1.16.0/20`, `10.1.32.0/20`, `10.1.48.0/20`." in text
    # Every output that the sheet names exists.
    declared = json.loads((folder / "stacks/network/cdk.tf.json").read_text())["output"]
    named = re.findall(r" output (\w+)", text)
    assert len(named) == 3
    assert set(named) <= declared.keys()
    [sheet] = sheets(output, {})
    assert "Prefixes advertised by AWS: nothing." in sheet.markdown


@pytest.mark.parametrize("command", ["show", "handover"])
def test_a_folder_without_output_is_no_answer(command, tmp_path, capsys):
    assert main([command, str(tmp_path)]) == 2
    assert "holds no intent.json" in capsys.readouterr().err


def test_an_unknown_connection_is_no_answer(folder, capsys):
    assert main(["handover", str(folder), "--connection", "dc9"]) == 2
    assert "it has infra-dc1-01" in capsys.readouterr().err


@given(estates())
@settings(max_examples=20, deadline=None)
def test_locations_of_one_kind_have_the_same_intended_flows(estate):
    """The law behind the short matrix: each cell of a location is that of another location of its kind."""
    matrix = intended(estate, Network(), [])
    cells = {(a, b): cell for a, b, cell in matrix}
    assert {matrix.holds(word) for word in cells.values()} == {True}
    for one, other in combinations(matrix.names, 2):
        if matrix.kind(one) == matrix.kind(other):
            assert cells[one, other] == cells[other, one]
            for name in {*matrix.names} - {one, other}:
                assert (cells[one, name], cells[name, one]) == (cells[other, name], cells[name, other])


def test_a_translated_spoke_is_not_of_the_kind_of_another_spoke_of_its_segment():
    """Others connect to its published services only, whatever the segment reaches."""
    acquired, last = stage_8.acquired, stage_8.estate.environments[-1]
    added = [Spoke(name, cidr=cidr, segment=acquired, egress=Egress.ON_PREMISES) for name, cidr in OTHERS]
    environment = replace(last, spokes=[*added, *last.spokes])
    estate = check(replace(stage_8.estate, environments=[*stage_8.estate.environments[:-1], environment]))
    matrix = intended(estate, Network(), [])
    assert matrix.cell("shared-services", "erp") == "yes"  # to its published service
    assert matrix.cell("crm", "erp") == "yes"
    assert matrix.cell("shared-services", "crm") == "yes"
    assert matrix.kind("crm") == matrix.kind("shop")
    assert matrix.kind("erp") != matrix.kind("crm")

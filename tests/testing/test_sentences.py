"""Sentences about networks: they hold where the proof says so, fail with the path, and know a typing mistake."""

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from isthmus.intent import Environment, check
from isthmus.network.answers import Outcome
from isthmus.proof import NoSuchLocation, NoSuchName, ProofError, UnusableInput
from isthmus.testing.network import NetworkUnderTest
from tests.proof.estates import EVERYTHING, Output, estate, output, write

CENTRAL = "stage_4_central_egress"
HUB = "stacks/network/modules/hub/main.tf.json"
VPN = "stacks/network/modules/vpn/main.tf.json"
FREE = "10.1.240.0/20"
WEB = "stacks/apps/modules/spoke_web/main.tf.json"


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> NetworkUnderTest:
    return NetworkUnderTest.read(write(output(EVERYTHING), tmp_path_factory.mktemp("everything")))


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> NetworkUnderTest:
    return NetworkUnderTest.read(write(output(CENTRAL), tmp_path_factory.mktemp("central")))


def changed(files: Output, path: str, change: Any, folder: Path) -> NetworkUnderTest:
    document = json.loads(files[path])
    change(document["resource"])
    return NetworkUnderTest.read(write({**files, path: document}, folder))


@cache
def holds(network: NetworkUnderTest, sentence: str, *names: str) -> bool:
    try:
        getattr(network, sentence)(*names)
    except AssertionError:
        return False
    return True


def failing(network: NetworkUnderTest, sentence: str, *names: str, **more: str) -> str:
    with pytest.raises(AssertionError) as caught:
        getattr(network, sentence)(*names, **more)
    return str(caught.value)


def test_sentences_say_what_the_proof_says(everything):
    pairs = everything.subject.pairs
    asked = [(a, b) for a in pairs.names() for b in pairs.names() if pairs.in_scope(a, b)]
    assert len(asked) > 80
    for a, b in asked:
        tried = pairs.between(a, b)
        meant, anything = tried.outcome(None), tried.outcome(False)[0]
        works = meant == (Outcome.REACHABLE, Outcome.REACHABLE)
        assert holds(everything, "assert_reaches", a, b) is works, (a, b)
        assert holds(everything, "assert_blocked", a, b) is (anything is Outcome.BLOCKED), (a, b)
        if pairs.in_scope(b, a):
            both = holds(everything, "assert_blocked", a, b) and holds(everything, "assert_blocked", b, a)
            assert holds(everything, "assert_isolated", a, b) is both, (a, b)


def test_a_network_that_is_proved(central):
    central.assert_proved()


def test_what_does_not_reach_shows_the_packet_there_and_back_and_what_stops_it(everything):
    failure = failing(everything, "assert_reaches", "billing", "web:22")
    assert failure.startswith("billing does not reach web:22\n")
    assert "forward path: 10.1.0.4 in apps/module.spoke_billing.aws_subnet.private_az1 -> 10.1.16.4" in failure
    assert "tcp/22: blocked" in failure
    assert (
        "blocked by network/module.hub.aws_ec2_transit_gateway_route.workloads_blackhole_block_10_1_0_0_16" in failure
    )
    assert "\nreturn path: " in failure
    assert "- site dc1 advertises 0.0.0.0/0, 172.20.0.0/16, 172.21.0.0/16 over" in failure
    assert not [line for line in failure.splitlines() if line != line.rstrip()]


def test_what_is_not_isolated_shows_the_way(everything):
    failure = failing(everything, "assert_isolated", "billing", "dc1")
    assert failure.startswith("billing reaches dc1\n")
    assert "route table network/module.hub.aws_ec2_transit_gateway_route_table.workloads: 172.20.0.0/16" in failure


def test_a_destination_may_be_an_address_a_service_or_a_subnet_and_end_in_a_port(everything):
    everything.assert_reaches("billing", "dc1/users:udp/53")
    everything.assert_reaches("billing", "172.20.0.5:8443")
    everything.assert_reaches("billing", "s3")
    everything.assert_reaches("apps/module.spoke_billing.aws_subnet.private_az1", "dc1/users")
    everything.assert_blocked("dc1/servers", "10.1.0.10")
    assert "udp/53" in failing(everything, "assert_reaches", "billing", "web:udp/53")
    with pytest.raises(ProofError, match="expected a port from 0 to 65535, got 99999 in 'web:99999'"):
        everything.assert_reaches("billing", "web:99999")


def test_a_rule_for_one_port_blocks_that_port_and_isolates_nothing(tmp_path):
    def narrow(resources: Any) -> None:
        rules = resources["aws_network_acl_rule"]
        rules["from_unnamed_172_16_0_0_12"] |= {"protocol": "6", "from_port": 443, "to_port": 443}
        del rules["to_unnamed_172_16_0_0_12"]

    network = changed(output(EVERYTHING), "stacks/apps/modules/spoke_billing/main.tf.json", narrow, tmp_path)
    network.assert_blocked("dc1/servers", "10.1.0.10:443")
    assert "dc1/servers reaches billing, with all but tcp/443" in failing(
        network, "assert_blocked", "dc1/servers", "billing"
    )
    assert "tcp/22: reachable" in failing(network, "assert_blocked", "dc1/servers", "10.1.0.10:22")
    assert "blocked by apps/module.spoke_billing.aws_network_acl" in failing(
        network, "assert_reaches", "dc1/servers", "10.1.0.10:443"
    )


# --- the internet


def test_egress_points_by_name(everything, central):
    everything.assert_internet_only_via("billing", "dc1")
    everything.assert_internet_only_via("billing", "dc1-a", "dc1-b")
    everything.assert_internet_only_via("web", "web")
    everything.assert_internet_only_via("web", "infra-web")
    central.assert_internet_only_via("prod", "egress")
    failure = failing(everything, "assert_internet_only_via", "billing", "dc1-a")
    assert failure.startswith(
        "billing reaches the internet through network/module.vpn.aws_vpn_connection.dc1_b, which is not"
    )
    failure = failing(everything, "assert_internet_only_via", "web", "dc1")
    assert failure.startswith(
        "web reaches the internet through apps/module.spoke_web.aws_internet_gateway.this, which is not dc1"
    )
    failure = failing(central, "assert_internet_only_via", "prod", "dc1")
    assert failure.startswith(
        "prod reaches the internet through egress/module.egress.aws_internet_gateway.this, which is not"
    )
    failure = failing(everything, "assert_internet_only_via", "vault", "dc1")
    assert failure.startswith("vault does not reach the internet, through dc1 or otherwise\n")


def test_a_second_egress_path_of_one_subnet_is_found(everything, tmp_path):
    """From the subnets of the attachments, where no workload is."""

    def leak(resources: Any) -> None:
        resources["aws_internet_gateway"] = {"extra": {"vpc_id": "${aws_vpc.this.id}"}}
        resources["aws_route"]["extra"] = {
            "destination_cidr_block": "0.0.0.0/0",
            "gateway_id": "${aws_internet_gateway.extra.id}",
            "route_table_id": "${aws_route_table.transit_gateway_az1.id}",
        }

    network = changed(output(EVERYTHING), "stacks/apps/modules/spoke_billing/main.tf.json", leak, tmp_path)
    failure = failing(network, "assert_internet_only_via", "billing", "dc1")
    assert failure.startswith(
        "billing reaches the internet through apps/module.spoke_billing.aws_internet_gateway.extra,"
    )


# --- losses


def test_what_has_a_second_one_may_be_lost(everything):
    everything.assert_survives(loss_of="dc1-a")
    everything.assert_survives(loss_of="branch#1")
    everything.assert_survives(loss_of="network/module.vpn.aws_vpn_connection.dc1_a#2")


def test_what_has_no_second_one_takes_flows_and_shows_one(everything):
    failure = failing(everything, "assert_survives", loss_of="branch")
    assert re.match(r"[0-9]+ flows lost if branch fails\n", failure)
    assert "\n- billing -> branch/office" in failure
    assert "no connection of site branch is up" in failure
    assert "dc1/users" in failing(everything, "assert_survives", loss_of="dc1")


def test_a_nat_gateway_takes_what_leaves_by_it_from_its_own_spoke(everything):
    nats = list(everything.subject.network.nats)
    for nat in nats:
        failure = failing(everything, "assert_survives", loss_of=nat)
        spoke = "web" if "spoke_web" in nat else "lab1"
        assert failure.startswith(f"1 flow lost if {nat} fails\n- {spoke} -> internet\n")


def test_of_two_equal_spokes_a_nat_gateway_takes_the_flows_of_its_own(tmp_path):
    from modules.synthesis import synthesize

    def doubled(environment: Environment) -> Environment:
        return replace(
            environment, spokes=[s for one in environment.spokes for s in (one, replace(one, name="twin", cidr=FREE))]
        )

    alone = estate("stage_1_dev_only")
    two = replace(
        alone, quotas={"elastic-ips": 6}, environments=[doubled(environment) for environment in alone.environments]
    )
    network = NetworkUnderTest.read(write(synthesize(check(two)), tmp_path))
    nats = list(network.subject.network.nats)
    assert len(nats) > 1
    for nat in nats:
        spoke = "twin" if "spoke_twin" in nat else "dev"
        assert f"- {spoke} -> internet\n" in failing(network, "assert_survives", loss_of=nat)


def test_a_zone_takes_itself_and_what_hangs_on_it(everything, central):
    central.assert_survives(loss_of="use1-az1")
    failure = failing(everything, "assert_survives", loss_of="use1-az1")
    assert failure.startswith("1 flow lost if use1-az1 fails\n- lab1 -> internet\n"), (
        "lab1 has one NAT gateway for all zones"
    )
    everything.assert_survives(loss_of="use1-az4")


# --- what is not there, and what is unknown


@pytest.mark.parametrize(
    ("sentence", "names", "message"),
    [
        ("assert_reaches", ("biling", "web"), "no such location: 'biling'; did you mean billing?"),
        ("assert_reaches", ("billing", "wed:443"), "no such location: 'wed'; did you mean web?"),
        ("assert_blocked", ("billing", "wed"), "no such location: 'wed'; did you mean web?"),
        ("assert_isolated", ("vaults", "web"), "no such location: 'vaults'; did you mean vault?"),
        ("assert_internet_only_via", ("wed", "dc1"), "no such location: 'wed'; did you mean web?"),
    ],
)
def test_a_place_that_is_not_there_is_no_failed_assertion(everything, sentence, names, message):
    with pytest.raises(NoSuchLocation) as caught:
        getattr(everything, sentence)(*names)
    assert str(caught.value) == message


def test_other_names_that_nothing_has(everything):
    with pytest.raises(
        NoSuchName, match=r"no such egress point \(VPC, site or VPN connection\): 'dcl'; did you mean dc1"
    ):
        everything.assert_internet_only_via("billing", "dcl")
    with pytest.raises(NoSuchName, match="no such component that may fail: 'use1-az9'; did you mean use1-az"):
        everything.assert_survives(loss_of="use1-az9")
    with pytest.raises(NoSuchName, match="known: branch, branch#1, branch#2, branch-a, dc1, dc1-a, dc1-a#1"):
        everything.assert_survives(loss_of="?")


def test_a_name_of_two_egress_points_is_no_answer(everything, tmp_path):
    def rename(resources: Any) -> None:
        resources["aws_vpc"]["this"]["tags"]["Name"] = "dc1"

    network = changed(output(EVERYTHING), WEB, rename, tmp_path)
    with pytest.raises(
        ProofError, match=r"'dc1' names more than one egress point: apps/module.spoke_web.aws_internet_gate"
    ):
        network.assert_internet_only_via("billing", "dc1")


def test_unknown_is_neither_yes_nor_no(tmp_path):
    """Only the root modules of the sites are missing: whether packets arrive there is unknown."""
    folder = write(output(EVERYTHING), tmp_path)
    network = NetworkUnderTest.read(folder / "stacks/apps", intent=folder / "intent.json")
    cannot = "unknown whether billing reaches"
    assert failing(network, "assert_reaches", "billing", "dc1/users").startswith(f"{cannot} dc1/users\n")
    assert failing(network, "assert_blocked", "billing", "web").startswith(f"{cannot} web\n")
    assert failing(network, "assert_isolated", "billing", "web").startswith(f"{cannot} web\n")
    failure = failing(network, "assert_internet_only_via", "billing", "web")
    assert failure.startswith(f"{cannot} the internet only through web\n")
    assert failing(network, "assert_survives", loss_of="use1-az1").startswith("unknown whether ")
    assert failing(network, "assert_proved").startswith("UNKNOWN: ")


def test_a_spoke_of_the_intent_that_this_input_lacks_is_unknown_and_no_typing_mistake(tmp_path):
    folder = write(output(EVERYTHING), tmp_path)
    network = NetworkUnderTest.read(folder / "stacks/apps", intent=folder / "intent.json")
    for sentence in ("assert_reaches", "assert_blocked", "assert_isolated"):
        failure = failing(network, sentence, "billing", "lab1")
        assert failure.startswith("unknown: lab1 is in the intent but not in this input\n")
        assert "its environment labs is not in this input" in failure


def test_without_an_intent_there_is_nothing_to_prove_against(everything, tmp_path):
    folder = write(output(EVERYTHING), tmp_path)
    (folder / "intent.json").unlink()
    network = NetworkUnderTest.read(folder, advertises=["dc1-a=172.20.0.0/16", "dc1-b=10.0.0.0/8"])
    with pytest.raises(UnusableInput, match="no intent to prove the network against"):
        network.assert_proved()
    network.assert_isolated("infra-billing", "infra-web")
    network.assert_internet_only_via("infra-web", "infra-web")
    failure = failing(network, "assert_survives", loss_of="dc1-a")
    assert "infra-billing -> dc1-a/172.20.0.0/16" in failure


def test_a_violation_is_shown_as_the_proof_shows_it(tmp_path):
    def cut(resources: Any) -> None:
        del resources["aws_ec2_transit_gateway_route_table_propagation"]

    files, dev = output(CENTRAL), "stacks/dev/modules/spoke_dev/main.tf.json"
    failure = failing(changed(files, dev, cut, tmp_path), "assert_proved")
    assert failure.startswith("VIOLATED: ")
    assert "Reachability (row = source, column = destination)\n" in failure
    assert "\n- intended-flow-blocked: dc1/servers -> dev:" in failure

"""What this company relies on in its network. Run it with `pytest examples/tests`."""

from pathlib import Path

import pytest

from isthmus.intent import Estate
from isthmus.testing.network import NetworkUnderTest


def test_the_network_does_what_the_estate_says(network: NetworkUnderTest) -> None:
    network.assert_proved()


@pytest.mark.parametrize("spoke", ["dev", "test", "prod"])
def test_workloads_use_shared_services_and_the_data_center(network: NetworkUnderTest, spoke: str) -> None:
    network.assert_reaches(spoke, "shared-services:443")
    network.assert_reaches(spoke, "dc1/servers:udp/53")


def test_workloads_keep_to_themselves(network: NetworkUnderTest) -> None:
    network.assert_isolated("dev", "prod")
    network.assert_isolated("dev", "test")
    network.assert_isolated("test", "prod")


def test_the_internet_opens_no_connection(network: NetworkUnderTest, estate: Estate) -> None:
    for _, spoke in estate.spokes:
        network.assert_blocked("internet", spoke.name)


def test_the_internet_is_behind_the_data_center(network: NetworkUnderTest) -> None:
    network.assert_internet_only_via("prod", "dc1")


def test_one_tunnel_and_one_zone_may_fail(network: NetworkUnderTest) -> None:
    network.assert_survives(loss_of="infra-dc1-01#1")
    network.assert_survives(loss_of="use1-az1")


def test_every_root_pins_its_provider(synthesized: Path) -> None:
    for root in (synthesized / "stacks").iterdir():
        assert "required_providers" in (root / "cdk.tf.json").read_text()

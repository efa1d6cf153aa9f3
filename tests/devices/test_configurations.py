"""Each configuration says what the intent and the Terraform say. It is read back from its text."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from isthmus.devices import Device
from isthmus.devices.device_files import configuration
from isthmus.devices.from_output import devices
from isthmus.errors import CannotAnswer
from isthmus.intent import check
from isthmus.output.folder import read_output
from isthmus.platforms import platform, platform_names
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.devices.estates import crowded
from tests.devices.golden import golden_devices
from tests.devices.parsed import stated
from tests.devices.readers import READERS, parsed


@pytest.fixture(scope="module")
def busy_devices() -> tuple[Device, ...]:
    """The devices of `estates.busy`, from the golden JSON."""
    return golden_devices("allowed_connections")


@pytest.fixture(scope="module")
def crowded_device(tmp_path_factory: pytest.TempPathFactory) -> Device:
    estate = crowded()
    check(estate)
    out = tmp_path_factory.mktemp("crowded")
    write_output(out, synthesize(estate))
    [device] = devices(read_output(out))
    return device


def test_every_platform_has_a_reader() -> None:
    assert set(READERS) == set(platform_names())


@pytest.mark.parametrize("name", platform_names())
def test_the_configuration_of_a_crowded_device_reads_back(crowded_device: Device, name: str) -> None:
    assert len(crowded_device.connections) == 5
    assert parsed(name, configuration(crowded_device, platform(name))) == stated(crowded_device, name)


@pytest.mark.parametrize("name", platform_names())
def test_a_configuration_holds_no_secret_and_no_other_placeholder(busy_devices: tuple[Device, ...], name: str) -> None:
    device = busy_devices[-1]
    text = "".join(file.text for file in configuration(device, platform(name)))
    placeholders = set(re.findall(r"REPLACE_WITH_\w+", text))
    assert placeholders == {
        f"REPLACE_WITH_THE_{what}_OF_TUNNEL_INFRA_DC1_01_{number}"
        for what in ("PRE_SHARED_KEY", "AWS_ADDRESS")
        for number in (1, 2)
    }
    assert all(connection.secret_command in text for connection in device.connections)


@pytest.mark.parametrize("name", platform_names())
def test_known_outside_addresses_replace_their_placeholders(busy_devices: tuple[Device, ...], name: str) -> None:
    connection = busy_devices[-1].connections[0]
    one, two = connection.tunnels
    known = replace(
        connection,
        tunnels=(
            replace(one, aws_outside=IPv4Address("192.0.2.1")),
            replace(two, aws_outside=IPv4Address("192.0.2.2")),
        ),
    )
    device = replace(busy_devices[-1], connections=(known,))
    text = "".join(file.text for file in configuration(device, platform(name)))
    assert "AWS_ADDRESS" not in text
    assert "192.0.2.1" in text
    assert "192.0.2.2" in text


@pytest.mark.parametrize("name", platform_names())
def test_a_changed_device_reads_back_as_changed(busy_devices: tuple[Device, ...], name: str) -> None:
    """The readers see a difference: a configuration of one device is not that of another."""
    device = busy_devices[-1]
    [connection] = device.connections
    narrower = replace(connection, accepts=connection.accepts[1:], advertises=(IPv4Network("172.20.0.0/16"),))
    changed = replace(device, connections=(narrower,), filters=device.filters[1:])
    found = parsed(name, configuration(changed, platform(name)))
    assert found != stated(device, name)
    assert found == stated(changed, name)


def test_a_platform_without_a_common_algorithm_is_refused(busy_devices: tuple[Device, ...]) -> None:
    device = busy_devices[-1]
    [connection] = device.connections
    one, two = connection.tunnels
    strict = replace(one, phase1=replace(one.phase1, integrity=("SHA2-512",)))
    changed = replace(device, connections=(replace(connection, tunnels=(strict, two)),))
    with pytest.raises(CannotAnswer, match=r"tunnel 1 of infra-dc1-01: Juniper.*phase1_integrity_algorithms SHA2-512"):
        configuration(changed, platform("juniper-junos"))
    configuration(changed, platform("vyos"))


def test_a_device_with_a_certificate_needs_a_platform_that_can(busy_devices: tuple[Device, ...]) -> None:
    device = replace(busy_devices[-1], certificate="arn:aws:acm:us-east-1:111122223333:certificate/a", outside=None)
    with pytest.raises(CannotAnswer, match="certificate"):
        configuration(device, platform("cisco-asa"))
    files = {file.name: file.text for file in configuration(device, platform("strongswan-frr"))}
    assert "auth = pubkey" in files["swanctl.conf"]
    assert "PRE_SHARED_KEY" not in files["swanctl.conf"]


@pytest.mark.parametrize("name", platform_names())
def test_hostile_names_stay_on_their_line(busy_devices: tuple[Device, ...], name: str) -> None:
    """Names are data: they add no line and end no string."""
    device = busy_devices[-1]
    hostile = 'x"\n!\nno router bgp 65010\r}; drop #'
    filters = tuple(replace(rule, name=f"{hostile}{rule.name}") for rule in device.filters)
    changed = replace(device, name=hostile, site=hostile, estate=hostile, filters=filters)
    texts = [file.text for file in configuration(changed, platform(name))]
    plain = [file.text for file in configuration(device, platform(name))]
    assert [len(text.splitlines()) for text in texts] == [len(text.splitlines()) for text in plain]
    assert not any(line.startswith("no router") for text in texts for line in text.splitlines())

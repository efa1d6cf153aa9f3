"""IPsec and BGP in a lab, with the device configuration that Isthmus generates: stage 1, and what must be noticed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from isthmus.lab import control_plane, session
from isthmus.lab.bgp_comparison import bgp_differences
from isthmus.lab.control_plane import Learned
from isthmus.lab.device_configuration import configured
from isthmus.lab.output_text import read_network
from isthmus.lab.requirements import missing_for_vpn
from isthmus.lab.routers import Routers
from isthmus.lab.running import NotHere, TemporaryLab
from isthmus.lab.session import session_of
from isthmus.lab.testing import LabResults, results_of
from isthmus.lab.vpn_endpoints import TunnelEnds, tunnels_of
from isthmus.lab.vpn_tunnels import DeviceFiles, VpnTunnels
from tests.proof.estates import EVERYTHING, STAGES, write
from tests.twin.outputs import output_of

TRANSLATING = "stage_10_overlapping_site"


@pytest.fixture(scope="session")
def vpn(root: None) -> None:
    """What a test with IPsec and BGP asks for."""
    if reason := missing_for_vpn():
        pytest.skip(f"no IPsec and BGP in a lab: {reason}")


def play(name: str, folder: Path, *, with_failures: bool = False) -> LabResults:
    """The results of a stage, with everything."""
    files = output_of(name)
    output = write(files, folder)
    played = session_of(output, files, plain=False)
    with TemporaryLab() as lab:
        played.start(lab, _no_step)
        return results_of(output, files, played, lab, _no_step, with_failures=with_failures)


def _no_step(_: str) -> None:
    return None


@pytest.mark.usefixtures("vpn")
def test_stage_1_with_ipsec_and_bgp(tmp_path: Path) -> None:
    results = play(STAGES[0], tmp_path)
    assert results.bgp == ()
    assert not results.score.differences, results.score
    assert results.score.verdicts["reachable"] > 500


@pytest.mark.nightly
@pytest.mark.usefixtures("vpn")
@pytest.mark.parametrize("name", STAGES)
def test_stages_and_their_failures(tmp_path: Path, name: str) -> None:
    results = play(name, tmp_path, with_failures=True)
    assert results.bgp == ()
    assert not results.score.differences, results.score
    assert results.failures
    for failure, score in results.failures.items():
        assert not score.differences, f"{failure}: {score}"


@pytest.mark.nightly
@pytest.mark.usefixtures("vpn")
def test_another_key_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An IKE session with another key never comes up, and the lab says which tunnel it is."""

    def other_key(self: TunnelEnds) -> str:
        key = "another" if self.number == 2 else self.key
        return swanctl(replace(self, key=key))

    swanctl = TunnelEnds.swanctl
    monkeypatch.setattr(TunnelEnds, "swanctl", other_key)
    monkeypatch.setattr(control_plane, "_LONGEST", 15)
    with pytest.raises(NotHere, match=r"infra-dc1-01-2: IPsec is not up, the BGP session is not up"):
        play(STAGES[0], tmp_path)


@pytest.mark.nightly
@pytest.mark.usefixtures("vpn")
def test_a_prefix_that_the_device_does_not_accept_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(output: Path, tunnels: Sequence[TunnelEnds]) -> list[DeviceFiles]:
        return [
            replace(device, files=_edited(device.files, "permit 10.1.0.0/20", "deny 10.1.0.0/20"))
            for device in configured(output, tunnels)
        ]

    monkeypatch.setattr(session, "configured", without)
    results = play(STAGES[0], tmp_path)
    assert results.differ
    assert any("has from AWS nothing; the device configuration has 10.1.0.0/20" in line for line in results.bgp)
    assert results.score.differences


def _edited(files: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    assert any(old in text for text in files.values())
    return {name: text.replace(old, new) for name, text in files.items()}


@pytest.mark.nightly
@pytest.mark.usefixtures("vpn")
def test_static_routing_and_allowed_connections(tmp_path: Path) -> None:
    """Three devices, one with static routing. Their filters drop what network ACLs drop, and nothing else."""
    results = play(EVERYTHING, tmp_path, with_failures=True)
    assert results.bgp == ()
    for score in (results.score, *results.failures.values()):
        assert not score.differences, score


@pytest.mark.nightly
@pytest.mark.usefixtures("vpn")
def test_a_filter_that_drops_an_intended_flow_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(output: Path, tunnels: Sequence[TunnelEnds]) -> list[DeviceFiles]:
        old = 'accept comment "dc1/users and workloads"'
        return [
            replace(device, files=_edited(device.files, old, old.replace("accept", "drop")))
            for device in configured(output, tunnels)
        ]

    monkeypatch.setattr(session, "configured", without)
    results = play(STAGES[0], tmp_path)
    assert results.bgp == ()
    assert {difference.played[-1].partition(" (")[0] for difference in results.score.differences[:5]} == {
        "packet stops in device infra-dc1-01"
    }


def stage_1(folder: Path) -> VpnTunnels:
    files = output_of(STAGES[0])
    region, sites = read_network(files)
    tunnels = tunnels_of(region)
    return VpnTunnels(Routers(region, sites), tunnels, configured(write(files, folder), tunnels))


def test_every_difference_of_bgp_is_a_line(tmp_path: Path) -> None:
    vpn = stage_1(tmp_path)
    accepted, advertised = next(iter(vpn.devices[0].files.prefixes.values()))
    names = [tunnel.gateway_interface for tunnel in vpn.tunnels]
    neighbors = [str(tunnel.ends.aws_inside) for tunnel in vpn.tunnels]
    namespace = vpn.devices[0].namespace
    equal = Learned(
        dict.fromkeys(names, advertised),
        {namespace: dict.fromkeys(neighbors, accepted)},
        dict.fromkeys(names, accepted),
    )
    assert list(bgp_differences(vpn, equal)) == []
    more = accepted | {IPv4Network("10.9.0.0/16")}
    for different in (
        replace(equal, at_aws={**equal.at_aws, names[0]: frozenset()}),
        replace(equal, at_devices={namespace: {neighbors[0]: accepted}}),
        replace(equal, from_aws={**equal.from_aws, names[1]: more}),
    ):
        assert len(list(bgp_differences(vpn, different))) == 1


def test_only_placeholders_are_filled_in(tmp_path: Path) -> None:
    """The files of the device are those that the hand-over writes, line by line, but for addresses and keys."""
    from isthmus.devices.device_files import configuration
    from isthmus.devices.from_output import devices
    from isthmus.output.folder import read_output
    from isthmus.platforms import platform

    files = output_of(STAGES[4])
    output = write(files, tmp_path)
    tunnels = tunnels_of(read_network(files)[0])
    values = {tunnel.key for tunnel in tunnels} | {str(tunnel.aws_outside) for tunnel in tunnels}
    for device, filled in zip(devices(read_output(output)), configured(output, tunnels), strict=True):
        assert {file.name for file in configuration(device, platform("strongswan-frr"))} == set(filled.files)
        for file in configuration(device, platform("strongswan-frr")):
            lines = zip(file.text.splitlines(), filled.files[file.name].splitlines(), strict=True)
            for before, after in lines:
                assert before == after or ("REPLACE_WITH" in before and any(value in after for value in values))
    assert len(values) == 8


@pytest.mark.nightly
@pytest.mark.usefixtures("vpn")
def test_a_device_translates_its_site(tmp_path: Path) -> None:
    """The machines of the plant have the range of the development VPC. No host in AWS sees their own addresses."""
    results = play(TRANSLATING, tmp_path, with_failures=True)
    assert results.bgp == ()
    assert not results.score.differences, results.score
    assert results.score.verdicts["reachable"] > 500
    for failure, score in results.failures.items():
        assert not score.differences, f"{failure}: {score}"


@pytest.mark.nightly
@pytest.mark.usefixtures("vpn")
@pytest.mark.parametrize("chain", ["dnat ip prefix to", "snat ip prefix to"])
def test_a_missing_translation_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chain: str) -> None:
    def without(output: Path, tunnels: Sequence[TunnelEnds]) -> list[DeviceFiles]:
        other = "ip saddr 192.0.2.1 " + chain  # a packet that does not exist
        return [
            replace(device, files=_edited(device.files, chain, other)) if device.name == "plant-01" else device
            for device in configured(output, tunnels)
        ]

    monkeypatch.setattr(session, "configured", without)
    results = play(TRANSLATING, tmp_path)
    assert any("plant" in f"{one.source} {one.destination}" for one in results.score.differences)

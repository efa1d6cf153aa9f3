"""`isthmus handover --device`: files in a folder, and messages for what cannot be written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.cli import main
from isthmus.intent import Estate, InvalidEstate, Tunnel, check
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.devices.estates import busy
from tests.modules.synthesized import files_of
from tests.report.schemas import faults


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("stage3") / "cdktf.out"
    write_output(out, files_of("examples.stage_3_every_vpc"))
    return out


def with_platform(estate: Estate, name: str) -> Estate:
    """An estate whose first customer gateway names its platform."""
    site, *others = estate.sites
    first, *rest = site.customer_gateways
    changed = replace(site, customer_gateways=(replace(first, platform=name), *rest))
    return replace(estate, sites=(changed, *others))


def test_each_device_gets_a_folder(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["handover", str(folder), "--device", "vyos", "-o", str(tmp_path / "devices")]) == 0
    [written] = (tmp_path / "devices").glob("*/*")
    assert capsys.readouterr().out.split() == [str(written)]
    assert written.name == "commands.txt"
    assert "set protocols bgp system-as 65010" in written.read_text()


def test_the_estate_names_the_platform(tmp_path: Path) -> None:
    write_output(tmp_path / "out", synthesize(with_platform(busy(), "juniper-junos")))
    arguments = ["handover", str(tmp_path / "out"), "--connection", "infra-dc1-01", "-o", str(tmp_path / "devices")]
    assert main([*arguments, "--device"]) == 0
    assert [file.parent.name for file in (tmp_path / "devices").glob("*/*")] == ["infra-dc1-01"]


def state_with(name: str, *addresses: object) -> dict[str, object]:
    """A state in the form of Terraform, with the one resource that matters."""
    tunnels = {f"tunnel{number}_address": address for number, address in enumerate(addresses, 1)}
    attributes = {"tags": {"Name": name}, **tunnels}
    return {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "5f1a3f0e-0000-4000-8000-000000000000",
        "outputs": {},
        "resources": [
            {
                "mode": "managed",
                "type": "aws_vpn_connection",
                "name": "infra_dc1_01",
                "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                "instances": [{"schema_version": 0, "attributes": attributes}],
            }
        ],
    }


def test_the_state_gives_the_outside_addresses(folder: Path, tmp_path: Path) -> None:
    state = state_with("infra-dc1-01", "192.0.2.7", "192.0.2.8")
    file = tmp_path / "network.tfstate"
    file.write_text(json.dumps(state))
    arguments = ["handover", str(folder), "--device", "strongswan-frr", "-o", str(tmp_path / "devices")]
    assert main([*arguments, "--state", str(file)]) == 0
    text = (tmp_path / "devices/infra-dc1-01/swanctl.conf").read_text()
    assert "remote_addrs = 192.0.2.7" in text
    assert "remote_addrs = 192.0.2.8" in text
    assert "AWS_ADDRESS" not in text


NO_STATE = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "outputs": {}, "resources": []}
PLAN = {"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {"root_module": {}}}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (NO_STATE, "the state holds none of the VPN connections infra-dc1-01"),
        (PLAN, "the state holds none of the VPN connections infra-dc1-01"),
        (state_with("other", "192.0.2.7", "192.0.2.8"), "the state holds none of the VPN connections infra-dc1-01"),
        (state_with("infra-dc1-01", "192.0.2.7\nx", "192.0.2.8"), "tunnel1_address of the state is '192.0.2.7"),
        (state_with("infra-dc1-01", "192.0.2.7", 3_221_225_992), "tunnel2_address of the state is 3221225992"),
    ],
)
def test_a_state_without_the_addresses_is_a_message(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], document: object, message: str
) -> None:
    file = tmp_path / "network.tfstate"
    file.write_text(json.dumps(document))
    arguments = ["handover", str(folder), "--device", "vyos", "-o", str(tmp_path / "devices"), "--state", str(file)]
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "stacks/network state pull" in error
    assert not (tmp_path / "devices").exists()


def test_the_json_follows_its_schema_and_states_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_output(tmp_path / "out", synthesize(busy()))
    assert main(["handover", str(tmp_path / "out"), "--json", "-"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert faults(document) == []
    found = {device["name"]: device for device in document["devices"]}
    assert list(found) == ["branch-01", "dc1-02", "infra-dc1-01"]
    assert found["branch-01"]["connections"][0]["static_routes"] == ["10.1.0.0/16"]
    [connection] = found["infra-dc1-01"]["connections"]
    assert connection["advertised_prefixes"] == ["0.0.0.0/0", "172.20.0.0/15"]
    assert connection["tunnels"][1]["inside_address"] == "169.254.16.6"
    services = [rule for rule in found["infra-dc1-01"]["filters"] if rule["protocol"] == "tcp"]
    assert [(rule["first"], rule["last"]) for rule in services] == [(443, 443), (8000, 8080)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--device", "vyos"], "name a folder"),
        (["--device", "vyoss", "-o", "x"], "did you mean vyos?"),
        (["--device", "huawei", "-o", "x"], "The platforms are cisco-asa"),
        (["--device", "mikrotik-routeros", "-o", "x"], "RouterOS 7 has no tunnel interface for IPsec"),
        (["--device", "RouterOS", "-o", "x"], "isthmus handover --json has all values"),
        (["--device", "-o", "x"], "has no platform"),
        (["--device", "vyos", "-o", "x", "--connection", "dc9"], "holds no VPN connection 'dc9'"),
        (["--state", "x.tfstate"], "--state is for --device"),
        (["--json", "-", "-o", "x"], "leave out -o"),
    ],
)
def test_what_cannot_be_written_is_a_message(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["handover", str(folder), *arguments]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_if_one_device_cannot_be_configured(tmp_path: Path) -> None:
    estate = busy()
    hub = next(environment for environment in estate.environments if environment.hub is not None)
    *others, last = hub.vpn_connections
    strict = replace(last, tunnels=(Tunnel(phase1_integrity_algorithms=("SHA2-512",)), Tunnel()))
    changed = replace(hub, vpn_connections=(*others, strict))
    environments = tuple(changed if one is hub else one for one in estate.environments)
    write_output(tmp_path / "out", synthesize(replace(estate, environments=environments)))
    arguments = ["handover", str(tmp_path / "out"), "--device", "juniper-junos", "-o", str(tmp_path / "devices")]
    assert main(arguments) == 2
    assert not (tmp_path / "devices").exists()


def test_the_estate_is_checked_against_the_platform() -> None:
    estate = busy()
    check(with_platform(estate, "juniper-junos"))
    with pytest.raises(InvalidEstate, match="unknown-platform"):
        check(with_platform(estate, "junos"))
    with pytest.raises(InvalidEstate, match=r"no tunnel interface for IPsec(?s:.*)isthmus handover --json"):
        check(with_platform(estate, "mikrotik"))

"""The lines of the program that created an estate: written by synthesis, read from `intent.json`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from isthmus.intent import Estate, UnknownSchema
from isthmus.intent.intent_file import from_document, to_document
from isthmus.intent.model import place_of
from isthmus.intent.source_positions import SourcePosition, objects, parsed_positions, position_of, positions
from tests.intent.network import estate

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]

# A program of two files, and what writes its document as main.py does.
SITES = "from isthmus.intent import *\n\ngateway = CustomerGateway('gw', ip_address='203.0.113.10', bgp_asn=65_010)\n"
NETWORK = """from isthmus.intent import *
from cloud.sites import gateway

segment = Segment("workloads")
account = Account("main", id="111122223333")
site = Site("dc1", networks={"users": "172.20.0.0/16"}, customer_gateways=[gateway])
network = Environment(
    "network",
    account=account,
    hub=Hub("hub", asn=64_512),
    vpn_connections=[VpnConnection("vpn", customer_gateway=gateway, number=1, segment=segment)],
    spokes=[
        Spoke("dev", cidr="10.1.0.0/20", segment=segment, egress=Egress.NONE),
    ],
)
estate = Estate(
    "example",
    organization=Organization(arn="arn:aws:organizations::999900001111:organization/o-exampleorg", accounts=[account]),
    region="us-east-1",
    blocks=["10.1.0.0/16"],
    zones=["use1-az1"],
    segments=[segment],
    sites=[site],
    environments=[network],
)
"""
WRITE = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from cloud.network import estate
from isthmus.intent.intent_file import to_document
print(json.dumps(to_document(estate, [Path(folder) for folder in sys.argv[2:]])))
"""


def written(project: Path, working: Path, *folders: Path, before: str = "") -> dict[str, Any]:
    """The document of the program in `project`, written by a process that works in `working`."""
    package = project / "cloud"
    package.mkdir(parents=True, exist_ok=True)
    (package / "sites.py").write_text(SITES)
    (package / "network.py").write_text(before + NETWORK)
    command = [sys.executable, "-c", WRITE, str(project), *map(str, folders)]
    ran = subprocess.run(command, cwd=working, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    document: dict[str, Any] = json.loads(ran.stdout)
    return document


def read(document: dict[str, Any]) -> Estate:
    return from_document(json.dumps(document))


def test_each_object_has_the_line_that_created_it(tmp_path: Path) -> None:
    document = written(tmp_path, tmp_path, tmp_path)
    found = read(document)
    (network,) = found.environments
    assert position_of(network) == SourcePosition("cloud/network.py", 7)
    assert position_of(network.hub) == SourcePosition("cloud/network.py", 10)
    assert position_of(network.vpn_connections[0]) == SourcePosition("cloud/network.py", 11)
    assert position_of(network.spokes[0]) == SourcePosition("cloud/network.py", 13)
    assert position_of(found.segments[0]) == SourcePosition("cloud/network.py", 4)
    assert position_of(found.sites[0]) == SourcePosition("cloud/network.py", 6)
    assert position_of(found.sites[0].customer_gateways[0]) == SourcePosition("cloud/sites.py", 3)
    assert str(position_of(found)) == "cloud/network.py:16"


def test_an_object_of_the_language_itself_has_the_line_of_its_owner(tmp_path: Path) -> None:
    document = written(tmp_path, tmp_path, tmp_path)
    connection = read(document).environments[0].vpn_connections[0]
    assert {position_of(thing) for _, thing in objects(connection)} == {position_of(connection)}
    assert not any("tunnel" in path for path in document["positions"])


def test_positions_do_not_depend_on_the_folder_or_the_machine(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "deep" / "other"
    here = written(one, one, one)
    assert written(other, other, other) == here
    assert written(other, tmp_path, other) == here  # main.py runs from another folder
    assert written(other, other, tmp_path / "elsewhere", other) == here  # main.py is elsewhere
    assert str(tmp_path) not in json.dumps(here)


def test_a_moved_line_changes_the_positions_alone(tmp_path: Path) -> None:
    here, moved = written(tmp_path, tmp_path, tmp_path), written(tmp_path, tmp_path, tmp_path, before="# a comment\n\n")
    assert here["positions"] != moved["positions"]
    assert here["estate"] == moved["estate"]
    assert read(here) == read(moved)
    assert position_of(read(moved).environments[0]) == SourcePosition("cloud/network.py", 9)


def test_a_file_outside_of_the_project_has_no_position(tmp_path: Path) -> None:
    assert "positions" not in written(tmp_path / "project", tmp_path, tmp_path / "elsewhere")
    assert "positions" not in to_document(estate(), [HERE / "nowhere"])


def test_code_without_a_file_has_no_position(tmp_path: Path) -> None:
    made: dict[str, Any] = {}
    exec(compile("from tests.intent.network import estate\nfound = estate()", "<stdin>", "exec"), made)
    assert "estate" not in positions(made["found"], [tmp_path])


def test_a_document_without_positions_is_read() -> None:
    found = read(to_document(estate()))
    assert position_of(found) is None
    assert found == estate()


def test_errors_of_a_document_still_name_the_path_in_it(tmp_path: Path) -> None:
    found = read(written(tmp_path, tmp_path, tmp_path))
    assert place_of(found.environments[0]) == "intent.json, estate.environments[0]"


@pytest.mark.parametrize(
    "given",
    [
        [],
        {"estate": 7},
        {"estate": "environments/prod.py"},
        {"estate": "environments/prod.py:0"},
        {"estate": "environments/prod.py:-1"},
        {"estate": "environments/prod.py:" + "9" * 30},
        {"estate": "/etc/passwd:1"},
        {"estate": "environments/../../secret.py:1"},
        {"estate": "c:\\network\\prod.py:1"},
        {"estate": "prod\0.py:1"},
    ],
)
def test_positions_that_synthesis_does_not_write_are_refused(given: Any) -> None:
    with pytest.raises(UnknownSchema, match=r"intent\.json is damaged\. Synthesize again"):
        read({**to_document(estate()), "positions": given})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    document = written(tmp_path, tmp_path, tmp_path)
    known = parsed_positions(document["positions"])
    assert {path: str(position) for path, position in known.items()} == document["positions"]
    assert {position_of(thing) for _, thing in objects(read(document))} == set(known.values())


def test_positions_of_a_damaged_path_reach_no_object() -> None:
    found = read({**to_document(estate()), "positions": {"estate.environments[99]": "a.py:1", "x": "b.py:1"}})
    assert all(position_of(thing) is None for _, thing in objects(found))

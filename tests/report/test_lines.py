"""Every resource has its line, and what is not there has none."""

import json
import time
from pathlib import Path

import pytest

from isthmus.terraform import read
from isthmus.terraform.source_lines import SourceLines
from tests.proof.estates import output, write


@pytest.mark.parametrize("stage", ["stage_3_every_vpc", "stage_4_central_egress"])
def test_every_resource_has_the_line_that_names_it(tmp_path: Path, stage: str) -> None:
    folder = write(output(stage), tmp_path)
    addresses = list(read(folder).resources)
    assert len(addresses) > 100
    lines = SourceLines(folder)
    for address in addresses:
        line = lines.of(address)
        assert line is not None, address
        module = address.partition("module.")[2].partition(".")[0]
        assert line.file == folder / "stacks" / address.partition("/")[0] / "modules" / module / "main.tf.json"
        name = address.rpartition(".")[2].partition("[")[0]
        assert line.file.read_text().splitlines()[line.number - 1].strip().startswith(f'"{name}": {{')


@pytest.mark.parametrize(
    "address",
    [
        "network/module.hub.aws_ec2_transit_gateway.that",
        "network/module.hub.aws_vpc.this",
        "network/module.hubb.aws_ec2_transit_gateway.this",
        "nowhere/module.hub.aws_ec2_transit_gateway.this",
        "AWS's MalwareDomainsStrictOrder",
        "",
    ],
)
def test_what_is_not_there_has_no_line(tmp_path: Path, address: str) -> None:
    assert SourceLines(write(output("stage_3_every_vpc"), tmp_path)).of(address) is None


def test_roots_and_modules_of_other_people(tmp_path: Path) -> None:
    """A folder that is a root itself, several files, modules elsewhere, instances."""
    files = {
        "a.tf.json": {"resource": {"aws_vpc": {"other": {}}, "aws_eip": {"main": {}}}},
        "b.tf.json": {"resource": {"aws_vpc": {"main": {}}}, "module": {"net": {"source": "./parts/net"}}},
        "parts/net/c.tf.json": {"resource": {"aws_subnet": {"main": {"count": 2}}}},
    }
    for name, document in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps(document, indent=2))
    assert SourceLines(tmp_path).of("aws_vpc.main") == (tmp_path / "b.tf.json", 4)
    assert SourceLines(tmp_path).of('module.net["x"].aws_subnet.main[1]') == (
        tmp_path / "parts" / "net" / "c.tf.json",
        4,
    )


def test_the_line_is_one_of_the_block_of_resources(tmp_path: Path) -> None:
    """A data source, a text and an argument of the same name are not it; a list of blocks is."""
    document = {
        "data": {"aws_vpc": {"main": {}}},
        "locals": {"aws_vpc": {"main": '"aws_vpc": { "main": "'}},
        "resource": [{"aws_eip": {"aws_vpc": {"tags": {"main": "\\"}}}}, {"aws_vpc": [{"main": {}}]}],
    }
    text = json.dumps(document, indent=1)
    (tmp_path / "main.tf.json").write_text(text)
    line = SourceLines(tmp_path).of("aws_vpc.main")
    assert line is not None
    assert line.number == max(at for at, row in enumerate(text.splitlines(), 1) if row.strip().startswith('"main": {'))


def test_the_time_grows_with_the_text_alone(tmp_path: Path) -> None:
    """A type that is written 200,000 times, each without the name that is looked for."""
    document = {"locals": {"many": [{"aws_vpc": {}}] * 200_000}, "resource": {"aws_vpc": {"main": {}}}}
    (tmp_path / "main.tf.json").write_text(json.dumps(document))
    started = time.process_time()
    assert SourceLines(tmp_path).of("aws_vpc.main") is not None
    assert time.process_time() - started < 10

"""The output of each example matches its inventory."""

import json

import pytest

from tests.modules.inventory import EXAMPLES, path_of, resources_of, taken
from tests.modules.synthesized import files_of


@pytest.mark.parametrize("example", EXAMPLES)
def test_output_matches_inventory(example):
    wanted = json.loads(path_of(example).read_text())
    made = taken(files_of(example), wanted["values"])
    assert made["counts"] == wanted["counts"]
    assert made["outputs"] == wanted["outputs"]
    assert wanted["values"], "an inventory without values checks no argument"
    for address, arguments in wanted["values"].items():
        assert made["values"][address] == arguments, address
        assert address in resources_of(files_of(example)), address


def test_stage_2_removes_the_resources_of_local_egress():
    """With on-premises egress, the spoke has no internet gateway, NAT gateway or public subnet."""
    before = resources_of(files_of("examples.stage_1_dev_only"))
    after = resources_of(files_of("examples.stage_2_on_premises_egress"))
    gone = {address.rpartition("/")[2] for address in before.keys() - after.keys()}
    assert {"aws_internet_gateway.this", "aws_nat_gateway.az1", "aws_eip.nat_az1", "aws_subnet.public_az1"} <= gone
    assert not after.keys() - before.keys()


def test_stage_2_changes_the_default_route_in_place_and_moves_no_association():
    before = resources_of(files_of("examples.stage_1_dev_only"))
    after = resources_of(files_of("examples.stage_2_on_premises_egress"))
    changed = {address for address in before.keys() & after.keys() if before[address] != after[address]}
    assert changed == {f"dev/spoke_dev/aws_route.private_az{zone}_default" for zone in (1, 2, 4)}
    assert {address.split("/")[0] for address in changed} == {"dev"}

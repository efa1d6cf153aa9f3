"""The changes of tests/changes/test_reviewed_changes.py, applied by a real Terraform core.

Each change also checks that what `isthmus diff` says of creating and destroying is what Terraform does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus import proof
from isthmus.intent import Estate, LocalBackend
from modules.output_folder import write_output
from tests.changes.reviewed_estate import reviewed_estate
from tests.modules.synthesized import estate_of
from tests.terraform.engine.core import TerraformFailed

from .conftest import Begin


def estate(**change: Any) -> Estate:
    """The estate with its state in a file, and nothing protected: Terraform refuses some of the changes otherwise."""
    made = reviewed_estate(**change)
    environments = [replace(environment, protected=False) for environment in made.environments]
    return replace(made, environments=environments, backend=LocalBackend())


CHANGES: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "a site network grows": ({"payments": "172.18.0.0/16"}, {"destroy aws_route": 10}),
    "a branch is renumbered": (
        {"office": "192.168.50.0/24"},
        {"destroy aws_route": 8, "destroy aws_ec2_transit_gateway_route": 3},
    ),
    "a spoke is renumbered": ({"data": "10.1.64.0/22"}, {"destroy aws_vpc": 1, "create aws_vpc": 1}),
    "a customer gateway is renamed": (
        {"customer_gateway": "fra-asr-1"},
        {"create aws_customer_gateway": 1, "destroy aws_customer_gateway": 1, "update aws_vpn_connection": 1},
    ),
    "a VPN connection is renamed": (
        {"connection": "fra-vpn-1"},
        {"create aws_vpn_connection": 1, "destroy aws_vpn_connection": 1},
    ),
}


@pytest.mark.nightly  # the language of the same rows: tests/changes/test_reviewed_changes.py
@pytest.mark.parametrize("change", CHANGES)
def test_terraform_does_what_the_difference_says(begin: Begin, change: str) -> None:
    parameters, expected = CHANGES[change]
    done = begin(estate()).change(estate(**parameters))
    counted = Counter(" ".join(what.split()[:2]) for what in done)
    assert {what: counted[what] for what in expected} == expected


def test_a_renamed_environment_leaves_its_resources_behind(begin: Begin) -> None:
    """Nothing destroys them, and AWS refuses a second log group of the same name."""
    life = begin(estate())
    with pytest.raises(TerraformFailed, match="AlreadyExists: aws_cloudwatch_log_group"):
        life.change(estate(test="uat"))
    assert not any(what.startswith("destroy") for what in life.cloud.done)


@pytest.mark.parametrize("example", [None, "environments.estate"])
def test_what_was_applied_does_not_differ_from_its_output(begin: Begin, example: str | None, tmp_path: Path) -> None:
    """A state holds what AWS assigns, and an output does not."""
    life = begin(estate() if example is None else replace(estate_of(example), backend=LocalBackend()))
    write_output(tmp_path / "out", life.files)
    states = sorted(life.live.states.glob("*.tfstate"))
    both = proof.read(tmp_path / "out"), proof.read(*states, intent=tmp_path / "out" / "intent.json")
    for before, after in (both, both[::-1]):
        difference = proof.compare(before, after)
        objects = (*difference.addresses, *difference.on_premises, *difference.dns_and_endpoints)
        # The double has one account.
        settings = {setting.setting for one in objects for setting in one.settings}
        assert settings <= {"account"}, [str(one) for one in objects]
        assert (difference.changes, difference.names, difference.firewall_changes) == ((), (), ())

"""Facts in the golden files: what the device record wants, and what AWS publishes."""

from __future__ import annotations

import pytest

from isthmus.platforms import platform_names
from tests.devices.facts import DEFAULTS, differences, stated_values
from tests.devices.facts.aws import PUBLISHED, Published
from tests.devices.facts.lines import lines_of
from tests.devices.facts.table import FACTS
from tests.devices.golden import CASES, golden_devices, golden_files, platforms_for

EVERY_DEVICE = [(case, device.name) for case in CASES for device in golden_devices(case)]


def lines(name: str, case: str, device: str) -> list[str]:
    return lines_of(name, golden_files(case, name, device))


def test_every_platform_has_facts() -> None:
    assert set(FACTS) == set(platform_names())


def test_the_golden_files_have_the_default_proposals() -> None:
    """The facts name the algorithms of the defaults in the words of a platform."""
    for case, _ in EVERY_DEVICE:
        for device in golden_devices(case):
            for tunnel in device.tunnels:
                for phase in (tunnel.phase1, tunnel.phase2):
                    assert (phase.encryption, phase.integrity, phase.groups) == DEFAULTS


@pytest.mark.parametrize("name", platform_names())
def test_golden_files_state_the_facts(name: str) -> None:
    for case in CASES:
        for device in golden_devices(case):
            if name not in platforms_for(device):
                continue
            assert list(differences(FACTS[name], device, lines(name, case, device.name))) == []


@pytest.mark.parametrize("name", platform_names())
@pytest.mark.parametrize("published", PUBLISHED, ids=lambda one: one.name)
def test_configurations_agree_with_what_aws_publishes(published: Published, name: str) -> None:
    facts = [fact for fact in FACTS[name] if fact.name == published.name]
    assert bool(facts) is (name not in published.exempt), "a fact or an exemption, not both"
    for fact in facts:
        found = stated_values(fact, "\n".join(lines(name, "stage_5", "infra-dc1-01")))
        assert found
        assert [groups for groups in found if not published.holds(groups)] == []


def test_an_exemption_names_a_platform_and_its_reason() -> None:
    for published in PUBLISHED:
        assert published.exempt.keys() <= set(platform_names())
        assert all(published.exempt.values())
        assert published.source.startswith("https://docs.aws.amazon.com/")

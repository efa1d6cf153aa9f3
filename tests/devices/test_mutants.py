"""Law: a change of a configuration is noticed: a missing line, another number, the opposite word."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.devices import Device
from isthmus.devices.device_files import ConfigurationFile
from isthmus.platforms import platform_names
from tests.devices.golden import golden_devices, golden_files
from tests.devices.mutants import mutants, noticed, places

# Two kinds of routing, allowed connections, DNS forwarding, and Direct Connect.
DEVICES = (
    ("allowed_connections", "branch-01"),
    ("allowed_connections", "infra-dc1-01"),
    ("environments", "infra-dc1-01"),
    ("stage_7", "infra-dc1-01"),
    ("stage_10", "plant-01"),
)
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"

# Changes without a meaning: the number of an entry among others in the same order, a name that occurs once, and the end
# of a section before another section.
_WITHOUT_MEANING = re.compile(
    r"prefix-list \S+ seq \d+ permit (\S+) -> (?:ip )?prefix-list \S+ seq \d+ permit \1$"
    r"|crypto ikev2 policy isthmus-\S+ -> crypto ikev2 policy isthmus-\S+$"
    r"|(?:exit-address-family|exit|end) -> $"
)


def survivors(name: str, case: str, device: str, place: tuple[int, int]) -> Iterator[str]:
    """The changes of one line that nothing notices, without those that change no meaning."""
    files = golden_files(case, name, device)
    for change, changed in mutants(files, place):
        if not noticed(name, _device(case, device), changed) and not _WITHOUT_MEANING.search(change):
            yield change


def _device(case: str, name: str) -> Device:
    return next(device for device in golden_devices(case) if device.name == name)


@pytest.mark.parametrize("name", platform_names())
@given(data=st.data())
@settings(max_examples=4)
def test_a_change_of_a_line_is_noticed(name: str, data: st.DataObject) -> None:
    case, device = data.draw(st.sampled_from(DEVICES))
    place = data.draw(st.sampled_from(places(golden_files(case, name, device))))
    assert list(survivors(name, case, device, place)) == []


@pytest.mark.nightly
@pytest.mark.skipif(not NIGHTLY, reason="HYPOTHESIS_PROFILE=nightly runs it")
@pytest.mark.parametrize("name", platform_names())
@pytest.mark.parametrize(("case", "device"), DEVICES)
def test_every_change_of_every_line_is_noticed(name: str, case: str, device: str) -> None:
    files = golden_files(case, name, device)
    assert [change for place in places(files) for change in survivors(name, case, device, place)] == []


@pytest.mark.parametrize("name", platform_names())
def test_the_golden_files_themselves_are_not_noticed(name: str) -> None:
    """The law would hold for a check that refuses everything."""
    for case, device in DEVICES:
        files: tuple[ConfigurationFile, ...] = golden_files(case, name, device)
        assert not noticed(name, _device(case, device), files)

"""Each mend of moto is needed and does what it says; what moto lacks is listed exactly."""

import importlib
import importlib.util
from pathlib import Path

import pytest
from moto import mock_aws

from .moto.lacking import LACKING, leave_out
from .moto.mends import MENDS
from .moto.probes import PROBES, like_aws
from .test_module_tests import REFERENCE, files

# boto3 as Checkov pins it asks the standard library for what later versions of that advise against.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_every_mend_has_its_probe() -> None:
    assert [mend.name for mend in MENDS if mend.name not in PROBES] == []
    assert len(PROBES) == len(MENDS)


@pytest.mark.nightly
@pytest.mark.parametrize("mend", MENDS, ids=lambda mend: mend.name)
def test_a_mend_is_needed_and_helps(mend) -> None:
    with mock_aws():
        assert not like_aws(PROBES[mend.name]), f"moto does this by itself now, so the mend can go: {mend.what}"
    with mock_aws(), mend.applied():
        assert PROBES[mend.name]()


@pytest.mark.parametrize("kind", LACKING)
def test_what_moto_lacks_it_lacks(kind: str) -> None:
    service, operation = LACKING[kind]
    if importlib.util.find_spec(f"moto.{service}") is not None:
        responses = vars(importlib.import_module(f"moto.{service}.responses")).values()
        assert not any(hasattr(found, operation) for found in responses), f"moto has {operation} now: {kind} can stay"


def test_what_is_left_out_of_the_reference_estate(tmp_path: Path) -> None:
    left: set[str] = set()
    for name, text in files(REFERENCE).items():
        if name.endswith(".tf.json"):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for root in (tmp_path / "stacks").iterdir():
        left |= {f"{root.name}: {address}" for address in leave_out(root)}
    assert {kind for kind in LACKING if not any(f".{kind}." in address for address in left)} == set()
    beyond = {a for a in left if not any(f".{kind}." in a for kind in LACKING)}
    assert beyond == {
        "network: module.observability.aws_networkmanager_device.infra_dc1_01",
        "network: module.observability.aws_networkmanager_site.dc1",
        "shared-services: module.dns.aws_ram_resource_association.profile",
    }

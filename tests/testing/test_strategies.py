"""What a strategy shrinks to is small, and reads like something a person wrote."""

from hypothesis import find, given, settings
from hypothesis.vendor.pretty import pretty

import isthmus.intent
from isthmus.intent import Egress, Estate
from isthmus.testing.strategies import estates

SMALLEST = settings(max_examples=1_000, database=None, derandomize=True)


def test_two_spokes_shrink_to_dev_and_test_in_one_zone():
    estate = find(estates(), lambda estate: len(list(estate.spokes)) > 1, settings=SMALLEST)
    assert [spoke.name for _, spoke in estate.spokes] == ["dev", "test"]
    assert [spoke.cidr for _, spoke in estate.spokes] == ["10.0.0.0/20", "10.1.0.0/20"]
    assert estate.zones == ("use1-az1",)
    assert [environment.name for environment in estate.environments] == ["network"]
    assert not estate.sites
    assert estate.region == "us-east-1"
    shown = pretty(estate).splitlines()
    assert len(shown) < 70
    assert max(map(len, shown)) <= 100
    assert "            vpc_name=None," not in shown


@given(estates())
@settings(max_examples=settings().max_examples // 10)
def test_what_is_shown_builds_the_same_estate_again(estate: Estate):
    assert eval(repr(estate), vars(isthmus.intent).copy()) == estate
    assert eval(pretty(estate), vars(isthmus.intent).copy()) == estate


def test_what_has_its_default_is_not_shown():
    spoke = isthmus.intent.Spoke(
        "dev", cidr="10.1.0.0/20", segment="workloads", egress=Egress.LOCAL, zones=["use1-az1"]
    )
    assert repr(spoke) == (
        "Spoke('dev', cidr='10.1.0.0/20', segment='workloads', egress=Egress.LOCAL, zones=['use1-az1'])"
    )

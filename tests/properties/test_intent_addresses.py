"""Addresses of whole estates: apart, inside, and where they were before anything was added."""

from dataclasses import replace
from ipaddress import IPv4Network
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from isthmus.aws.regions import REGIONS
from isthmus.intent import Egress, Estate, Spoke
from isthmus.intent.addressing import inside_cidrs, subnets, tiers_of
from isthmus.testing.strategies import estates


def addresses(estate: Estate) -> dict[str, IPv4Network]:
    found = {
        f"{spoke.name}/{name}": cidr
        for _, spoke in estate.spokes
        for name, cidr in subnets(spoke, estate.zones_of(spoke), tiers_of(spoke)).items()
    }
    for connection in estate.vpn_connections:
        found |= {f"{connection.name}/{index}": cidr for index, cidr in enumerate(inside_cidrs(connection))}
    return found


@given(estates())
def test_all_addresses_lie_apart_and_subnets_in_their_vpc(estate: Estate) -> None:
    found = addresses(estate)
    hidden = [spoke.name for _, spoke in estate.spokes if spoke.routable_cidr is not None]
    seen = [cidr for name, cidr in found.items() if name.partition("/")[0] not in hidden]
    assert not any(one.overlaps(other) for one, other in combinations(seen, 2))
    for _, spoke in estate.spokes:
        own = [cidr for name, cidr in found.items() if name.startswith(f"{spoke.name}/")]
        assert own
        assert not any(one.overlaps(other) for one, other in combinations(own, 2))
        ranges = list(map(IPv4Network, (spoke.cidr, *([spoke.routable_cidr] if spoke.routable_cidr else []))))
        assert all(any(cidr.subnet_of(whole) for whole in ranges) for cidr in own)


@given(estates(), st.data())
def test_adding_a_zone_a_tier_or_a_spoke_moves_nothing(estate: Estate, data: st.DataObject) -> None:
    zones = REGIONS[estate.region].zone_ids[:4]

    def more(spoke: Spoke) -> Spoke:
        added = data.draw(st.lists(st.sampled_from(zones)))
        egress = Egress.LOCAL if data.draw(st.booleans()) else spoke.egress
        return replace(spoke, zones=sorted({*estate.zones_of(spoke), *added}), egress=egress)

    one = Spoke("another", cidr="10.250.0.0/20", segment="workloads", egress=Egress.NONE)
    environments = [
        replace(environment, spokes=[*data.draw(st.permutations([*map(more, environment.spokes), one]))])
        for environment in estate.environments
    ]
    before, after = addresses(estate), addresses(replace(estate, environments=environments))
    # A spoke that leaves LOCAL loses its public subnets; here none does.
    assert before.items() <= after.items()

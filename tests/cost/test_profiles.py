"""Route 53 Profiles: a flat price for an account's first 100 VPCs in a Region, and never zero for an unknown number."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.cost import shipped
from isthmus.cost.profiles import ASSOCIATION, INCLUDED, PROFILE, profile_charges
from isthmus.terraform.graph import Graph, Ref, Resource, Unknown


def profile(name: str, account: str | None = "111122223333", region: str = "us-east-1", root: str = "dns") -> Resource:
    return Resource(f"{PROFILE}.{name}", PROFILE, {}, account=account, region=region, root=root)


def associated(count: int, owner: str, first: int = 0) -> list[Resource]:
    names = [f"{ASSOCIATION}.vpc{number:04}" for number in range(first, first + count)]
    return [Resource(name, ASSOCIATION, {"profile_id": Ref(f"{PROFILE}.{owner}", "id")}) for name in names]


def graph(*resources: Resource) -> Graph:
    return Graph({resource.address: resource for resource in resources})


def due(given: Graph) -> dict[str, int | Unknown]:
    found: dict[str, int | Unknown] = {}
    for item, count, _ in profile_charges(given):
        before = found.get(item, 0)
        found[item] = count if isinstance(count, Unknown) else before if isinstance(before, Unknown) else before + count
    return found


def month(given: Graph) -> Fraction:
    prices = shipped()
    amounts = [
        prices.amount(item, Fraction(730 * count)) for item, count in due(given).items() if isinstance(count, int)
    ]
    return sum((amount for amount in amounts if amount is not None), Fraction())


@pytest.mark.parametrize(
    ("vpcs", "dollars"),
    [(1, "547.50"), (4, "547.50"), (100, "547.50"), (101, "548.522"), (600, "1058.50")],
)
def test_the_flat_price_covers_a_hundred(vpcs: int, dollars: str) -> None:
    assert month(graph(profile("p"), *associated(vpcs, "p"))) == Fraction(dollars)


@given(st.lists(st.integers(0, 150), min_size=1, max_size=4), st.booleans())
def test_an_account_pays_once_for_all_its_profiles(counts: list[int], one_account: bool) -> None:
    profiles = [profile(f"p{n}", "000000000001" if one_account else f"{n:012}") for n in range(len(counts))]
    links = [
        link for n, count in enumerate(counts) for link in associated(count, f"p{n}", first=n * 1_000)
    ]  # numbered apart
    owned = [sum(counts)] if one_account else counts
    found = due(graph(*profiles, *links))
    assert found["route53-profile"] == len(owned)
    assert found.get("route53-profile-association", 0) == sum(max(0, count - INCLUDED) for count in owned)


def test_each_region_pays_for_itself() -> None:
    assert due(graph(profile("a"), profile("b", region="eu-west-1"))) == {"route53-profile": 2}


def test_root_modules_stand_for_accounts_that_are_not_known() -> None:
    assert due(graph(profile("a", None, root="x"), profile("b", None, root="x"))) == {"route53-profile": 1}
    assert due(graph(profile("a", None, root="x"), profile("b", None, root="y"))) == {"route53-profile": 2}


def test_an_unknown_number_is_never_zero() -> None:
    stray = Resource(f"{ASSOCIATION}.it", ASSOCIATION, {"profile_id": "rp-0123456789abcdef"})
    assert due(graph(stray)).keys() == {"route53-profile", "route53-profile-association"}
    assert all(isinstance(count, Unknown) for count in due(graph(stray)).values())
    many = Resource(f"{ASSOCIATION}.it[?]", ASSOCIATION, {"profile_id": Ref(f"{PROFILE}.p", "id")})
    given = Graph({f"{PROFILE}.p": profile("p")}, unexpanded={many.address: many})
    assert due(given)["route53-profile"] == 1
    assert isinstance(due(given)["route53-profile-association"], Unknown)
    none = Graph({}, unexpanded={f"{PROFILE}.p[?]": profile("p[?]")})
    assert isinstance(due(none)["route53-profile"], Unknown)

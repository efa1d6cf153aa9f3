"""Laws of the number line: a compiled table is longest prefix match, and nothing else."""

from ipaddress import ip_address, ip_network
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isthmus.network.address_space import (
    LAST,
    PUBLIC,
    Cidr,
    Nest,
    RangeMap,
    address_at,
    atoms,
    compile_prefixes,
    merge,
    number,
    show_range,
    span,
    subtract,
)

# Prefixes of a small corner of IPv4 and of IPv6, so that they nest and touch.
v4 = st.builds(
    lambda offset, length: ip_network((0x0A000000 + offset, length), strict=False),
    st.integers(0, 255),
    st.sampled_from([0, 8, 24, 26, 27, 28, 29, 30, 31, 32]),
)
v6 = st.builds(
    lambda offset, length: ip_network(((0x20010DB8 << 96) + offset, length), strict=False),
    st.integers(0, 255),
    st.sampled_from([0, 120, 124, 126, 127, 128]),
)
NOTHING: tuple[Cidr, ...] = ()
prefixes = st.lists(st.one_of(v4, v6), max_size=12)
places = st.one_of(
    st.integers(0x0A000000 - 2, 0x0A000000 + 257),
    st.integers(0, LAST),
    st.builds(lambda offset: number(ip_address((0x20010DB8 << 96) + offset)), st.integers(0, 257)),
)


@example([ip_network("10.0.0.0/31"), ip_network("10.0.0.1/32")], 0x0A000001)
@example([ip_network("10.0.0.0/31"), ip_network("10.0.0.1/32")], 0x0A000002)
@given(prefixes, places)
def test_a_compiled_table_is_longest_prefix_match(cidrs: list[Cidr], place: int) -> None:
    compiled = compile_prefixes(((c, str(c)) for c in cidrs), lambda nest: str(nest[0][0]), "none")
    address = address_at(place)
    matching = [c for c in cidrs if c.version == address.version and address in c]
    assert compiled(place) == (str(max(matching, key=lambda c: c.prefixlen)) if matching else "none")


@given(prefixes, places)
def test_choose_sees_every_prefix_around_the_longest_first(cidrs: list[Cidr], place: int) -> None:
    def around(nest: Nest[Cidr]) -> tuple[Cidr, ...]:
        return tuple(c for c, _ in nest)

    compiled = compile_prefixes(((c, c) for c in cidrs), around, NOTHING)
    address = address_at(place)
    matching = {c for c in cidrs if c.version == address.version and address in c}
    assert compiled(place) == tuple(sorted(matching, key=lambda c: -c.prefixlen))


@given(prefixes)
def test_pieces_cover_the_line_once_and_neighbours_differ(cidrs: list[Cidr]) -> None:
    pieces = list(compile_prefixes(((c, c) for c in cidrs), lambda nest: nest[0][0], None))
    assert pieces[0][0] == 0
    assert pieces[-1][1] == LAST
    assert all(a[1] + 1 == b[0] and a[2] != b[2] for a, b in pairwise(pieces))


@given(prefixes, places, places)
def test_within_is_the_map_clipped(cidrs: list[Cidr], one: int, other: int) -> None:
    low, high = sorted((one, other))
    table = compile_prefixes(((c, c) for c in cidrs), lambda nest: nest[0][0], None)
    pieces = list(table.within(low, high))
    assert pieces[0][0] == low
    assert pieces[-1][1] == high
    assert all(table(first) is table(last) is value for first, last, value in pieces)


@given(prefixes)
def test_an_atom_lies_inside_or_outside_each_prefix(cidrs: list[Cidr]) -> None:
    cut = atoms(cidrs)
    assert cut[0][0] == 0
    assert cut[-1][1] == LAST
    for first, last in cut:
        for low, high in map(span, cidrs):
            assert (low <= first and last <= high) or last < low or high < first


@given(prefixes, prefixes, places)
def test_merged_pieces_hold_what_each_list_holds(ones: list[Cidr], others: list[Cidr], place: int) -> None:
    def longest(nest: Nest[Cidr]) -> tuple[Cidr, ...]:
        return (nest[0][0],)

    maps = [compile_prefixes(((c, c) for c in cidrs), longest, NOTHING) for cidrs in (ones, others)]
    merged = RangeMap(merge([list(m) for m in maps]), NOTHING)
    assert merged(place) == maps[0](place) + maps[1](place)


@given(prefixes, prefixes, places)
def test_subtract_leaves_what_is_in_no_hole(cidrs: list[Cidr], holes: list[Cidr], place: int) -> None:
    whole = [span(c) for c in cidrs[:1]]
    left = subtract(whole, [span(c) for c in holes])
    inside = any(low <= place <= high for low, high in whole)
    in_hole = any(low <= place <= high for low, high in map(span, holes))
    assert any(low <= place <= high for low, high in left) == (inside and not in_hole)


@given(places)
def test_places_and_addresses_are_one_to_one(place: int) -> None:
    assert number(address_at(place)) == place


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        ("10.0.0.0", "10.127.255.255", "10.0.0.0/9"),
        ("0.0.0.5", "0.0.0.5", "0.0.0.5"),
        ("0.0.0.0", "0.0.0.1", "0.0.0.0/31"),
        ("0.0.0.1", "0.0.0.2", "0.0.0.1-0.0.0.2"),
        ("0.0.0.0", "0.0.0.2", "0.0.0.0-0.0.0.2"),
        ("0.0.0.0", "255.255.255.255", "0.0.0.0/0"),
        ("255.255.255.255", "::", "255.255.255.255-::"),
        ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"),
        ("fd00::", "fd00::ffff", "fd00::/112"),
        ("0.0.0.0", "::", "0.0.0.0-::"),
    ],
)
def test_ranges_are_shown_as_people_write_them(low: str, high: str, text: str) -> None:
    assert show_range(number(ip_address(low)), number(ip_address(high))) == text


# https://www.iana.org/assignments/iana-ipv4-special-registry, and the IPv6 addresses that are routed: 2000::/3.
PRIVATE = (
    ("0.0.0.0", "0.255.255.255"),
    ("10.0.0.0", "10.255.255.255"),
    ("100.64.0.0", "100.127.255.255"),
    ("127.0.0.0", "127.255.255.255"),
    ("169.254.0.0", "169.254.255.255"),
    ("172.16.0.0", "172.31.255.255"),
    ("192.0.0.0", "192.0.0.255"),
    ("192.0.2.0", "192.0.2.255"),
    ("192.168.0.0", "192.168.255.255"),
    ("198.18.0.0", "198.19.255.255"),
    ("198.51.100.0", "198.51.100.255"),
    ("203.0.113.0", "203.0.113.255"),
    ("224.0.0.0", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
)


def test_what_the_internet_routes() -> None:
    found = [(str(address_at(low)), str(address_at(high))) for low, high, public in PUBLIC if not public]
    assert tuple(found) == PRIVATE


@given(prefixes, places, places)
def test_atoms_cut_a_range_at_every_end_of_every_prefix(cidrs: list[Cidr], one: int, other: int) -> None:
    low, high = sorted((one, other))
    starts = [first for first, _ in atoms(cidrs, low, high)]
    ends = {low, *(end for c in cidrs for end in (span(c)[0], span(c)[1] + 1) if low <= end <= high)}
    assert starts == sorted(ends)
    assert [last for _, last in atoms(cidrs, low, high)] == [*(start - 1 for start in starts[1:]), high]


def test_merging_one_list_of_pieces_leaves_it() -> None:
    one: list[tuple[int, int, tuple[str, ...]]] = [(0, 4, ("a",)), (5, 9, ("a",))]
    assert merge([one]) == one
    assert merge([one, [(0, 6, ("b",)), (7, 9, ())]]) == [(0, 4, ("a", "b")), (5, 6, ("a", "b")), (7, 9, ("a",))]


def test_a_map_with_holes_and_equal_neighbours() -> None:
    table = RangeMap([(0, 4, "a"), (5, 9, "a"), (12, 19, "b"), (20, 20, "c")], "")
    assert len(table) == 5
    assert [table(place) for place in (0, 9, 10, 11, 12, 19, 20, 21, LAST)] == ["a", "a", "", "", "b", "b", "c", "", ""]
    assert list(table.within(4, 12)) == [(4, 9, "a"), (10, 11, ""), (12, 12, "b")]
    assert list(table.within(9, 8)) == []
    assert list(RangeMap([(1, LAST, "a")], "")) == [(0, 0, ""), (1, LAST, "a")]
    assert list(RangeMap([], "")) == [(0, LAST, "")]


def test_overlapping_pieces_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected disjoint ranges in order, got 0\.0\.0\.3 out of order"):
        RangeMap([(1, 3, "a"), (3, 3, "b")], "")

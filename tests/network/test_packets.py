"""Sets of packets: an algebra, a partition, and a readable form that stands for exactly the set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.network.packets import (
    ALL_PACKETS,
    ECHO,
    NO_PACKETS,
    OTHERS,
    PROTOCOLS,
    Packets,
    Traffic,
    answer,
    block,
    message,
    messages,
    parsed,
    partition,
    place,
    split,
)

values = st.one_of(st.integers(0, 12), st.sampled_from([22, 443, 1023, 1024, 3389, 65_534, 65_535]))
spans = st.tuples(values, values).map(lambda pair: (min(pair), max(pair)))
protocols = st.one_of(st.sampled_from([6, 17, 1, 58, 47, 0, 255]), st.integers(0, 255))
traffics = st.builds(Traffic, st.one_of(st.just(-1), protocols), st.none() | spans)
sets = st.lists(traffics, max_size=6).map(lambda some: Packets.of(*(each.span for each in some)))
sets_and_holes = st.builds(lambda a, b: a - b, sets, sets)
places = st.builds(place, protocols, values)


@given(sets, sets, places)
def test_sets_are_sets(a: Packets, b: Packets, at: int) -> None:
    assert (at in a | b) == (at in a or at in b)
    assert (at in a & b) == (at in a and at in b)
    assert (at in a - b) == (at in a and at not in b)
    assert (a <= b) == (a | b == b) == (a & b == a)
    assert len(a | b) == len(a) + len(b) - len(a & b)


@given(sets_and_holes)
def test_the_readable_form_stands_for_the_set(some: Packets) -> None:
    assert parsed(str(some)) == some


@given(st.lists(st.integers(-1, 1 << 24), max_size=8))
def test_parts_cover_all_packets_once_and_no_cut_is_inside_one(cuts: list[int]) -> None:
    parts = partition(cuts)
    assert Packets.of(*(span for part in parts for span in part.spans)) == ALL_PACKETS
    assert sum(map(len, parts)) == len(ALL_PACKETS)
    assert not [cut for cut in cuts for part in parts for low, high in part.spans if low < cut <= high]


def union(*some: Traffic) -> Packets:
    return Packets.of(*(each.span for each in some))


TCP, UDP, ICMP, ICMP6 = (Traffic(PROTOCOLS[name]) for name in ("tcp", "udp", "icmp", "icmpv6"))
HTTPS, SSH = Traffic(6, (443, 443)), Traffic(6, (22, 22))


@pytest.mark.parametrize(
    ("packets", "text"),
    [
        (NO_PACKETS, "no packets"),
        (ALL_PACKETS, "all packets"),
        (union(HTTPS), "tcp/443"),
        (union(HTTPS, Traffic(6, (1024, 65535))), "tcp/443 and tcp/1024-65535"),
        (union(UDP, ICMP), "udp and icmp"),
        (union(TCP, UDP, ICMP), "tcp, udp and icmp"),
        (ALL_PACKETS - union(HTTPS), "all but tcp/443"),
        (ALL_PACKETS - union(TCP), "all but tcp"),
        (ALL_PACKETS - union(HTTPS, SSH, ICMP), "all but tcp/22, tcp/443 and icmp"),
        (union(UDP, ICMP, TCP) - union(SSH, HTTPS), "udp, icmp and all of tcp but tcp/22 and tcp/443"),
        (
            union(UDP, TCP) - union(SSH, HTTPS, Traffic(6, (80, 80)), Traffic(6, (25, 25))),
            "udp and all of tcp but tcp/22 and tcp/25 and tcp/80 and tcp/443",
        ),
        (union(UDP, TCP) - union(HTTPS), "udp and all of tcp but tcp/443"),
        (union(Traffic(1, messages(8))), "icmp/8"),
        (union(Traffic(1, (message(3, 4), message(3, 4)))), "icmp/3/4"),
        (union(Traffic(1, (message(3, 4), message(8, 0)))), "icmp/3/4-255, icmp/4-7 and icmp/8/0"),
        (union(Traffic(47)), "protocol 47"),
        (union(Traffic(50), Traffic(51), TCP), "tcp and protocols 50-51"),
        (OTHERS, "every other protocol"),
        (OTHERS | union(HTTPS), "tcp/443 and every other protocol"),
        (ALL_PACKETS - union(Traffic(47), HTTPS), "all but tcp/443 and protocol 47"),
    ],
)
def test_examples_read_as_people_write(packets: Packets, text: str) -> None:
    assert str(packets) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "tcp/", "tcp/70000", "tcp/9-8", "sctp", "protocol 6", "protocols 5-6", "protocol 300", "icmp/3-4/1"),
        *("icmp/256", "tcp/443/1", "all but", "all of gre but tcp", "udp or tcp", "icmp/3/9-8", "protocols 9-8"),
        "icmpv6/1/256",
    ],
)
def test_what_stands_for_nothing_is_no_set(text: str) -> None:
    assert parsed(text) is None


def test_exceptions_are_written_with_their_protocol() -> None:
    two = union(TCP, UDP) - union(HTTPS, Traffic(17, (53, 53)))
    assert str(two) == "all of tcp but tcp/443 and all of udp but udp/53"
    odd = OTHERS - union(Traffic(47), Traffic(50))
    assert str(odd) == "every other protocol but protocol 47 and protocol 50"
    assert parsed("udp, all of tcp but tcp/1 and tcp/3 and icmp") == union(UDP, ICMP, TCP) - union(
        Traffic(6, (1, 1)), Traffic(6, (3, 3))
    )


def test_a_protocol_that_filters_know_nothing_of_is_one_packet() -> None:
    assert place(47, 99) == place(47) == block(47)[0]
    assert Traffic(47, (1, 2)).span == block(47)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (place(1, ECHO[1]), place(1, message(0))),
        (place(1, message(13)), place(1, message(14))),
        (place(58, ECHO[58]), place(58, message(129))),
        (place(1, message(3, 4)), place(1, message(3, 4))),
        (place(47), place(47)),
    ],
)
def test_answers(asked: int, answered: int) -> None:
    assert answer(asked) == answered


@given(places)
def test_a_place_is_a_protocol_and_what_filters_know_of_it(at: int) -> None:
    assert place(*split(at)) == at
    assert at in Packets.of(block(split(at)[0]))

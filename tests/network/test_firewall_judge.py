"""The engine's reading of firewall policies and the judge's, packet by packet."""

from __future__ import annotations

from ipaddress import ip_address

from hypothesis import event, given, note
from hypothesis import strategies as st

from isthmus.network.answers import Block
from isthmus.network.firewalls import answer, verdict
from isthmus.network.model import Unknown
from isthmus.network.packets import Traffic
from isthmus.network.space import number
from isthmus.network.suricata import Rules
from tests.network.firewall_policies import policies, read
from tests.network.judge.carried import Header
from tests.network.judge.firewall_policy import Fate, Policy, judged

HOSTS = ("10.1.1.7", "10.1.1.200", "10.1.2.7", "10.2.1.200", "10.8.200.1", "10.9.0.1", "8.8.8.8", "fd00::1", "2600::1")
CLIENTS = ((1024, 65_535), (32_768, 60_999), (49_152, 65_535))


def fate(found: Block | Unknown | None) -> Fate:
    return Fate.PASSED if found is None else Fate.UNCLEAR if isinstance(found, Unknown) else Fate.DROPPED


@st.composite
def headers(draw: st.DrawFn) -> Header:
    source = ip_address(draw(st.sampled_from(HOSTS)))
    others = [host for host in map(ip_address, HOSTS) if host.version == source.version and host != source]
    protocol = draw(st.sampled_from([6, 6, 17, 1 if source.version == 4 else 58]))
    port = 8 * 256 if protocol == 1 else 128 * 256 if protocol == 58 else draw(st.sampled_from([53, 443, 1024]))
    return Header(source, draw(st.sampled_from(others)), protocol, port)


@given(policies(), headers(), st.sampled_from(CLIENTS))
def test_engine_and_judge_agree_on_a_policy(policy: Policy, header: Header, clients: tuple[int, int]) -> None:
    rules = read(policy)
    assert isinstance(rules, Rules)
    note(f"{policy}\n{rules}")
    source, destination = ((number(ip),) * 2 for ip in (header.source, header.destination))
    traffic = Traffic(header.protocol, (header.port, header.port))
    there = judged(policy, header, clients)
    event(f"there {there}")
    assert fate(verdict(rules, source, destination, traffic, clients)) is there
    if there is Fate.PASSED:
        back = judged(policy, header, clients, back=True)
        event(f"back {back}")
        assert fate(answer(rules, source, destination, traffic, clients)) is back

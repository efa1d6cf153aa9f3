"""FortiOS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, summarize_address_range

from isthmus.devices import Service
from tests.devices.parsed import (
    ANYTHING,
    TUNNEL_PREFERENCE,
    Entry,
    Neighbor,
    Pair,
    Parsed,
    Texts,
    Vlan,
    every,
    first,
    found,
    keys,
    masked,
    product,
)


def fortios(texts: Texts) -> Parsed:
    [text] = texts.values()
    check_blocks(text)
    sections = dict(every(r"^config (.*)\n((?:    .*\n)*)end$", text))
    lists: dict[str, set[IPv4Network]] = defaultdict(set)
    for name, body in _edits(sections.get("router prefix-list", "")):
        for address, mask in every(r"set prefix (\d\S*) (\S+)$", body):
            lists[name].add(masked(address, mask))
    bgp = sections.get("router bgp", "")
    maps = {
        name: (found(r'set match-ip-address "(\S+)"$', body), int(found(r"set set-local-preference (\d+)$", body)))
        for name, body in _edits(sections.get("router route-map", ""))
    }
    neighbors = {}
    for address, body in every(r'^        edit "(\S+)"\n((?s:.*?))^        next$', bgp):
        setting = dict(every(r"^            set (\S+) (.*)$", body))
        into, preference = setting.get("prefix-list-in", "").strip('"'), TUNNEL_PREFERENCE
        if not into:
            into, preference = maps[setting["route-map-in"].strip('"')]
        neighbors[IPv4Address(address)] = Neighbor(
            int(setting["remote-as"]),
            frozenset(lists[into]),
            frozenset(lists[setting["prefix-list-out"].strip('"')]),
            setting.get("password", ""),
            preference,
            setting.get("bfd") == "enable",
        )
    interfaces = dict(_edits(sections["system interface"]))
    inside = set()
    for body in (body for name, body in interfaces.items() if name.startswith("aws-")):
        own = first(r"set ip (\S+) 255.255.255.255$", body)
        remote = first(r"set remote-ip (\S+) (\S+)$", body)
        assert own
        assert remote
        inside.add(f"{own[1]}/{masked('0.0.0.0', remote[2]).prefixlen}")
    originates = {masked(*each) for each in every(r"^            set prefix (\d\S*) (\S+)$", bgp)}
    if "set capability-default-originate enable" in bgp:
        originates.add(IPv4Network("0.0.0.0/0"))
    own_asn = first(r"^    set as (\d+)$", bgp)
    static = {
        masked(address, mask)
        for body in every(r"^config router static\n((?s:.*?))^end$", text)
        for address, mask in every(r"set dst (\S+) (\S+)$", body)
    }
    forwarded = {
        found(r'set domain "(.*)"$', body): frozenset(map(IPv4Address, every(r'"(\d+\.\d+\.\d+\.\d+)"', body)))
        for _, body in _edits(sections.get("system dns-database", ""))
    }
    return Parsed(
        inside=frozenset(inside),
        asn=int(own_asn[1]) if own_asn else None,
        neighbors=neighbors,
        originates=frozenset(originates),
        static=frozenset(static),
        from_aws=tuple(_forti_rules(sections, "isthmus-aws")),
        to_aws=tuple(_forti_rules(sections, "INSIDE_INTERFACE")),
        forwarded=forwarded,
        keys=keys(text),
        mss=frozenset(int(each) for each in every(r"set tcp-mss (\d+)$", sections["system interface"])),
        vlans=frozenset(_vlans(interfaces)),
        inward=frozenset(_virtual_ips(sections, interfaces).values()),
        outward=frozenset(_pools(sections).values()),
    )


def _vlans(interfaces: Mapping[str, str]) -> Iterator[Vlan]:
    """The VLAN interfaces, each on a port with the same MTU."""
    for body in interfaces.values():
        if tag := first(r"set vlanid (\d+)$", body):
            port = found(r'set interface "(\S+)"$', body)
            mtu = found(r"set mtu (\d+)$", body)
            assert all("set mtu-override enable\n" in each for each in (body, interfaces[port]))
            assert mtu == found(r"set mtu (\d+)$", interfaces[port])
            [(address, mask)] = every(r"set ip (\S+) (\S+)$", body)
            yield Vlan(port, int(tag[1]), IPv4Interface(f"{address}/{mask}"), int(mtu))


def _virtual_ips(sections: Mapping[str, str], interfaces: Mapping[str, str] | None = None) -> Mapping[str, Pair]:
    """What AWS knows and what is on the premises, by virtual IP: for packets from the interfaces toward AWS."""
    found_pairs = {}
    for name, body in _edits(sections.get("firewall vip", "")):
        if interfaces is not None:
            from_aws = every(r'"(.*?)"', found(r"set srcintf-filter (.*)$", body))
            assert set(from_aws) == {each for each in interfaces if each.startswith(("aws-", "dx-"))}
        assert 'set extintf "any"\n' in body
        found_pairs[name] = _range(found(r"set extip (\S+)$", body)), _range(found(r'set mappedip "(\S+)"$', body))
    return found_pairs


def _pools(sections: Mapping[str, str]) -> Mapping[str, Pair]:
    """What is on the premises and what AWS knows, by IP pool."""
    found_pairs = {}
    for name, body in _edits(sections.get("firewall ippool", "")):
        assert "set type fixed-port-range\n" in body
        ends = {each: found(rf"set {each} (\S+)$", body) for each in ("startip", "endip")}
        own = {each: found(rf"set source-{each} (\S+)$", body) for each in ("startip", "endip")}
        found_pairs[name] = _range("-".join(own.values())), _range("-".join(ends.values()))
    return found_pairs


def _range(text: str) -> IPv4Network:
    first_, _, last = text.partition("-")
    [whole] = summarize_address_range(IPv4Address(first_), IPv4Address(last))
    return whole


def check_blocks(text: str) -> None:
    """The blocks of FortiOS: `config` holds settings and other `config`, or `edit`; `edit` ends with `next`.

    Raises `AssertionError` for a block that does not end, for a setting outside of a block, and for an entry twice.
    """
    blocks: list[tuple[str, set[str], set[str]]] = []  # word, kinds of lines in it, entries in it
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        assert word in ("config", "edit", "set", "unset", "next", "end"), line
        if word in ("next", "end"):
            opened, _, _ = blocks.pop()
            assert (opened, word) in (("edit", "next"), ("config", "end")), line
            continue
        if blocks:
            inside, kinds, entries = blocks[-1]
            kinds.add("edit" if word == "edit" else "setting")
            assert len(kinds) == 1, line
            assert (word == "edit") <= (inside == "config"), line
            if word == "edit" and rest != "0":
                assert rest not in entries, line
                assert not rest.isdecimal() or int(rest) == len(entries) + 1, line
                entries.add(rest)
        else:
            assert word == "config", line
        if word in ("config", "edit"):
            blocks.append((word, set(), set()))
    assert not blocks


def _edits(section: str) -> list[tuple[str, str]]:
    return every(r'^    edit "?(.*?)"?\n((?s:.*?))^    next$', section)


def _forti_rules(sections: Mapping[str, str], source: str) -> Iterator[Entry]:
    addresses = {}
    for name, body in _edits(sections["firewall address"]):
        subnet = first(r"set subnet (\S+) (\S+)$", body)
        assert subnet
        addresses[name] = masked(subnet[1], subnet[2])
    services = {"ALL": ANYTHING}
    for name, body in _edits(sections.get("firewall service custom", "")):
        if icmp := first(r"set icmptype (\d+)$", body):
            assert "set protocol ICMP\n" in body
            services[name] = Service("icmp", int(icmp[1]), int(icmp[1]))
        elif ports := first(r"set (tcp|udp)-portrange (\d+)-(\d+)$", body):
            services[name] = Service(ports[1], int(ports[2]), int(ports[3]))
    virtual = {name: known for name, (known, _) in _virtual_ips(sections).items()}
    pools = _pools(sections)
    for _, body in _edits(sections["firewall policy"]):
        setting = dict(every(r"^        set (\S+) (.*)$", body))
        assert setting["action"] in ("accept", "deny")
        if setting["srcintf"].strip('"') != source:
            continue
        known = {**addresses, **virtual} if source == "isthmus-aws" else addresses
        sources, destinations = (
            [known[name] for name in every(r'"(.*?)"', setting[field])] for field in ("srcaddr", "dstaddr")
        )
        if source != "isthmus-aws":
            used = [pools[name] for name in every(r'"(.*?)"', setting.get("poolname", ""))]
            own = {each for each, _ in pools.values()}.intersection(sources) if setting["action"] == "accept" else set()
            assert own == {each for each, _ in used}
            assert (setting.get("nat"), setting.get("ippool")) == (("enable", "enable") if used else (None, None))
        yield from product(
            setting["action"] == "accept", sources, destinations, services[setting["service"].strip('"')]
        )

"""Who answers a name for a VPC: by specificity, settings of the VPC, DNS firewall, and unknown values."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.network.dns_model import (
    AMAZON_PROVIDED,
    Held,
    Interface,
    NameRule,
    NameRules,
    PrivateZone,
    Record,
    Resolution,
    ResolverEndpoint,
    ResolverRule,
    RuleKind,
    Use,
    VpcDns,
)
from isthmus.network.model import EndpointKind, Network, Subnet, Unknown, Vpc, VpcEndpoint
from isthmus.network.name_lookup import Answer, Answered, Lookup

DARK = Unknown("var.dark")
SERVER = (IPv4Address("172.16.0.53"), 53)
ON = VpcDns(True, True)


class Names:
    """Collects facts about names. Everything is associated with the VPC `a` unless said otherwise."""

    def __init__(self) -> None:
        self.rules: dict[str, ResolverRule] = {}
        self.zones: dict[str, PrivateZone] = {}
        self.firewalls: dict[str, NameRules] = {}
        self.uses: list[Use] = []
        self.settings = {"a": ON, "b": ON}
        self.endpoints: dict[str, VpcEndpoint] = {}
        self.resolvers: dict[str, ResolverEndpoint] = {}

    def use(self, kind: Held, thing: str | Unknown, vpc: str | Unknown = "a", **more: Any) -> Names:
        self.uses.append(Use(kind, thing, vpc, f"association {len(self.uses)}", **more))
        return self

    def rule(self, name: str, domain: str | Unknown, kind: RuleKind = RuleKind.FORWARD, **more: Any) -> Names:
        targets = more.pop("targets", (SERVER,) if kind is RuleKind.FORWARD else ())
        self.rules[name] = ResolverRule(name, domain, "out" if targets else None, targets, kind)
        return self.use(Held.RULE, name, **more)

    def zone(self, name: str, domain: str | Unknown, *records: Record, **more: Any) -> Names:
        self.zones[name] = PrivateZone(name, domain, records)
        return self.use(Held.ZONE, name, **more)

    def endpoint(self, name: str, service: str, vpc: str = "a", **more: Any) -> Names:
        kind = more.pop("kind", EndpointKind.INTERFACE)
        facts = {"private_dns": True, **more}
        self.endpoints[name] = VpcEndpoint(name, kind, vpc, service, **facts)
        return self

    def firewall(self, *rules: NameRule) -> Names:
        self.firewalls["firewall"] = NameRules("firewall", rules)
        return self.use(Held.FIREWALL, "firewall", priority=101)

    def inbound(self, vpc: str, address: str) -> Names:
        interface = Interface(f"{vpc}1", IPv4Address(address))
        self.resolvers[f"in {vpc}"] = ResolverEndpoint(f"in {vpc}", True, (interface,))
        return self

    def network(self) -> Network:
        facts = Resolution(
            self.resolvers,
            self.rules,
            self.zones,
            self.firewalls,
            frozenset(),
            tuple(self.uses),
            self.settings,
        )
        ranges = {"a": "10.1.0.0/20", "b": "10.2.0.0/16"}
        return Network(
            vpcs={v: Vpc(v, (ip_network(c),), region="eu-west-1") for v, c in ranges.items()},
            subnets={f"{v}1": Subnet(f"{v}1", v, (ip_network(c),), "az1", "t", "n") for v, c in ranges.items()},
            endpoints=self.endpoints,
            resolution=facts,
        )

    def ask(self, name: str, vpc: str = "a") -> Answer:
        return Lookup(self.network()).ask(vpc, name)

    def who(self, name: str, vpc: str = "a") -> tuple[Answered, str]:
        answer = self.ask(name, vpc)
        return answer.by, answer.address


A = Record("record", "db.corp.example", "A", ("10.1.0.9",))


def test_the_most_specific_domain_wins_and_a_rule_beats_a_zone_of_its_name() -> None:
    names = Names().rule("top", ".").zone("zone", "corp.example", A).rule("deep", "eu.corp.example")
    assert names.who("www.example.org") == (Answered.FORWARD, "top")
    assert names.who("DB.corp.example.") == (Answered.ZONE, "zone")
    assert names.who("x.eu.corp.example") == (Answered.FORWARD, "deep")
    assert names.who("notcorp.example") == (Answered.FORWARD, "top")
    assert names.rule("same", "corp.example").who("db.corp.example") == (Answered.FORWARD, "same")
    assert Names().who("www.example.org") == (Answered.PUBLIC, "")


def test_a_system_rule_takes_a_name_back_from_rules_and_from_no_zone() -> None:
    names = Names().rule("top", ".").rule("ours", "amazonaws.com", RuleKind.SYSTEM)
    assert names.who("s3.eu-west-1.amazonaws.com") == (Answered.PUBLIC, "")
    assert names.who("example.org") == (Answered.FORWARD, "top")
    names.zone("zone", "eu-west-1.amazonaws.com", A)
    assert names.who("s3.eu-west-1.amazonaws.com") == (Answered.ZONE, "zone")
    # A rule with the name of the zone, and one below it.
    names.rule("same", "eu-west-1.amazonaws.com", RuleKind.SYSTEM).rule(
        "x", "s3.eu-west-1.amazonaws.com", RuleKind.SYSTEM
    )
    assert names.who("s3.eu-west-1.amazonaws.com") == (Answered.ZONE, "zone")


def test_what_is_not_associated_with_the_vpc_does_not_answer() -> None:
    names = Names().rule("rule", "corp.example", vpc="b").zone("zone", "aws.example", A, vpc="b")
    assert names.who("db.corp.example") == (Answered.PUBLIC, "")
    assert names.who("db.aws.example") == (Answered.PUBLIC, "")
    assert names.who("db.corp.example", "b") == (Answered.FORWARD, "rule")


@pytest.mark.parametrize(
    ("name", "type_", "leads", "missing"),
    [
        ("db.corp.example", "A", ("10.1.0.9",), ""),
        ("corp.example", "A", ("10.1.0.1",), ""),
        ("any.thing.wild.corp.example", "A", ("10.1.0.7",), ""),
        ("known.wild.corp.example", "A", ("10.1.0.8",), ""),
        # A name that exists, and names below it, are no matter of a wildcard.
        ("deep.known.wild.corp.example", "A", (), "no record of that name in this input"),
        ("other.corp.example", "A", (), "no record of that name in this input"),
        ("text.corp.example", "A", (), "only TXT in this input"),
        ("empty.corp.example", "A", (), "no record of that name in this input"),
    ],
)
def test_the_records_of_a_zone(name: str, type_: str, leads: tuple[str, ...], missing: str) -> None:
    records = (
        A,
        Record("apex", "corp.example", "A", ("10.1.0.1",)),
        Record("wild", "*.wild.corp.example", "A", ("10.1.0.7",)),
        Record("known", "known.wild.corp.example", "A", ("10.1.0.8",)),
        Record("text", "text.corp.example", "TXT", ("hello",)),
        Record("below", "x.empty.corp.example", "A", ("10.1.0.2",)),
    )
    found = Names().zone("zone", "corp.example", *records).ask(name).found
    assert found is not None
    assert found.missing == missing
    assert [record.leads for record in found.records if record.type == type_] == ([leads] if leads else [])


@pytest.mark.parametrize(
    "record",
    [replace(A, leads=DARK), replace(A, type=DARK), replace(A, name=DARK, leads=DARK)],
)
def test_a_record_that_is_not_evaluated_is_unknown(record: Record) -> None:
    found = Names().zone("zone", "corp.example", record).ask("db.corp.example").found
    assert found is not None
    assert "var.dark" in found.unknown


def test_a_cname_is_followed_and_a_circle_ends() -> None:
    onward = Record("alias", "www.corp.example", "CNAME", ("db.corp.example.",))
    answer = Names().zone("zone", "corp.example", A, onward).ask("www.corp.example")
    assert answer.then is not None
    assert (answer.then.name, answer.then.address) == ("db.corp.example", "zone")
    circle = Record("circle", "db.corp.example", "CNAME", ("www.corp.example",))
    answer = Names().zone("zone", "corp.example", circle, onward).ask("www.corp.example")
    while answer.then is not None:
        answer = answer.then
    assert answer.by is Answered.NOT
    assert "loop" in answer.reason


KMS = "kms.eu-west-1.amazonaws.com"


def test_private_names_of_an_interface_endpoint() -> None:
    names = Names().endpoint("kms", "com.amazonaws.eu-west-1.kms")
    assert names.who(KMS) == (Answered.ENDPOINT, "kms")
    assert names.who("kms.us-east-1.amazonaws.com") == (Answered.PUBLIC, "")
    assert names.who(KMS, "b") == (Answered.PUBLIC, "")
    assert names.rule("rule", KMS).who(KMS) == (Answered.FORWARD, "rule")
    assert Names().rule("rule", "amazonaws.com").endpoint("kms", "com.amazonaws.eu-west-1.kms").who(KMS)[1] == "kms"
    off = Names().endpoint("kms", "com.amazonaws.eu-west-1.kms", private_dns=False)
    assert off.who(KMS) == (Answered.PUBLIC, "")
    wide = Names().endpoint("s3", "com.amazonaws.eu-west-1.s3")
    assert wide.who("bucket.s3.eu-west-1.amazonaws.com") == (Answered.ENDPOINT, "s3")


def test_names_for_the_sites_alone_do_not_lead_hosts_of_the_vpc() -> None:
    names = Names().endpoint("s3", "com.amazonaws.eu-west-1.s3", inbound_only=True)
    assert names.who("s3.eu-west-1.amazonaws.com") == (Answered.PUBLIC, "")
    lookup = Lookup(names.network())
    assert lookup.resolve("a", "s3.eu-west-1.amazonaws.com", inbound=True).address == "s3"
    assert any("inbound" in str(one) for one in lookup.ask("a", "s3.eu-west-1.amazonaws.com").candidates)


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (Names().endpoint("e", "com.amazonaws.eu-west-1.kms", private_dns=DARK), KMS),
        (Names().endpoint("e", "com.amazonaws.eu-west-1.s3", inbound_only=DARK), "s3.eu-west-1.amazonaws.com"),
        (Names().endpoint("e", "com.amazonaws.eu-west-1.kms"), f"x.{KMS}"),
        (Names().endpoint("e", "com.amazonaws.eu-west-1.brand-new"), "brand-new.eu-west-1.amazonaws.com"),
        (Names().endpoint("e", "com.amazonaws.vpce.eu-west-1.vpce-svc-1"), "api.partner.example"),
        (Names().endpoint("e", "com.amazonaws.eu-west-1.kms", kind=EndpointKind.OTHER), "api.partner.example"),
        (Names().endpoint("e", "com.amazonaws.eu-west-1.kms", private_dns=False).use(Held.ENDPOINT, "e"), KMS),
        (Names().rule("rule", "corp.example", vpc=DARK), "db.corp.example"),
        (Names().rule("rule", "corp.example", unknown_reason=DARK), "db.corp.example"),
        (Names().rule("rule", DARK), "db.corp.example"),
        (Names().use(Held.RULE, DARK), "db.corp.example"),
        (Names().use(Held.RULE, "elsewhere"), "db.corp.example"),
        (Names().zone("zone", DARK), "db.corp.example"),
        (Names().use(Held.ZONE, DARK), "db.corp.example"),
        (Names().use(Held.PROFILE, DARK), "db.corp.example"),
        (Names().rule("rule", "corp.example", RuleKind.DELEGATE), "db.corp.example"),
        (Names().zone("one", "corp.example", A).zone("other", "corp.example", profile="profile"), "db.corp.example"),
        (Names().firewall(NameRule("r", 1, False, DARK)), "db.corp.example"),
    ],
)
def test_what_may_answer_makes_it_unknown(names: Names, asked: str) -> None:
    answer = names.ask(asked)
    assert answer.by is Answered.UNKNOWN, answer
    assert answer.reason


def test_an_unknown_that_changes_nothing_is_ignored() -> None:
    """A rule that may be there is harmless where a more specific one is, or where it forwards to the same servers."""
    names = Names().rule("maybe", "example", unknown_reason=DARK).zone("zone", "corp.example", A)
    assert names.who("db.corp.example") == (Answered.ZONE, "zone")
    assert names.who("other.example")[0] is Answered.UNKNOWN
    assert (
        Names().zone("zone", "corp.example", A).use(Held.ZONE, "zone", unknown_reason=DARK).who("db.corp.example")[1]
        == "zone"
    )


@pytest.mark.parametrize(
    ("settings", "by"),
    [
        (VpcDns(False, True), Answered.NOT),
        (VpcDns(DARK, True), Answered.UNKNOWN),
        (VpcDns(True, False), Answered.PUBLIC),
        (VpcDns(True, DARK), Answered.UNKNOWN),
        (VpcDns(True, True, ("10.9.0.2",)), Answered.SERVERS),
        (VpcDns(True, True, (AMAZON_PROVIDED, "10.9.0.2")), Answered.UNKNOWN),
        (VpcDns(True, True, DARK), Answered.UNKNOWN),
        (ON, Answered.ZONE),
    ],
)
def test_the_settings_of_the_vpc_come_first(settings: VpcDns, by: Answered) -> None:
    names = Names().zone("zone", "corp.example", A)
    names.settings["a"] = settings
    assert names.who("db.corp.example")[0] is by


def test_a_rule_forwards_without_host_names_too() -> None:
    names = Names().rule("rule", "corp.example")
    names.settings["a"] = VpcDns(True, False)
    assert names.who("db.corp.example") == (Answered.FORWARD, "rule")


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("4.3.1.10.in-addr.arpa", Answered.AWS),  # of the VPC itself
        ("4.3.2.10.in-addr.arpa", Answered.UNKNOWN),  # of the other VPC
        ("4.3.9.10.in-addr.arpa", Answered.FORWARD),  # of neither: the rule is for the same domain as AWS's own
        ("1.0.16.172.in-addr.arpa", Answered.AWS),
        ("8.8.8.8.in-addr.arpa", Answered.FORWARD),
        ("ip-10-1-0-4.eu-west-1.compute.internal", Answered.AWS),
        ("ip-10-1-0-4.us-west-2.compute.internal", Answered.FORWARD),
        ("localhost", Answered.AWS),
    ],
)
def test_names_that_aws_answers_by_itself_are_more_specific_than_the_root(name: str, by: Answered) -> None:
    names = Names().rule("top", ".").rule("ten", "10.in-addr.arpa")
    assert names.ask(name).by is by


def test_without_autodefined_rules_reverse_lookups_are_forwarded() -> None:
    names = Names().rule("top", ".")
    names.settings["a"] = replace(ON, reverse=False)
    assert names.who("4.3.1.10.in-addr.arpa") == (Answered.FORWARD, "top")
    names.settings["a"] = replace(ON, reverse=DARK)
    assert names.ask("4.3.1.10.in-addr.arpa").by is Answered.UNKNOWN


def test_the_dns_firewall_comes_before_whatever_would_answer() -> None:
    names = Names().zone("zone", "corp.example", A).firewall(NameRule("block", 1, False, ("*.corp.example",)))
    answer = names.ask("db.corp.example")
    assert (answer.by, answer.rule) == (Answered.BLOCKED, "block")
    assert names.ask("other.example").by is Answered.PUBLIC
    onward = Record("alias", "www.fine.example", "CNAME", ("db.corp.example",))
    assert names.zone("fine", "fine.example", onward).ask("www.fine.example").by is Answered.BLOCKED


@pytest.mark.parametrize(("trusts", "by"), [(True, Answered.ZONE), (False, Answered.BLOCKED), (DARK, Answered.UNKNOWN)])
def test_an_allowed_name_leads_on_past_the_firewall_if_its_rule_trusts(trusts: bool | Unknown, by: Answered) -> None:
    allow = NameRule("allow", 1, True, ("www.fine.example",), trusts_redirection=trusts)
    onward = Record("alias", "www.fine.example", "CNAME", ("db.corp.example",))
    names = Names().zone("zone", "corp.example", A).zone("fine", "fine.example", onward)
    answer = names.firewall(allow, NameRule("block", 2, False, ("*",))).ask("www.fine.example")
    assert answer.by is by
    if trusts is True:
        assert answer.then is not None
        assert (answer.then.by, answer.then.address) == (Answered.ZONE, "zone")
    assert names.ask("db.corp.example").by is Answered.BLOCKED


def test_a_rule_to_the_inbound_endpoint_of_another_vpc_is_answered_there() -> None:
    names = Names().inbound("b", "10.2.0.10").zone("zone", "corp.example", A, vpc="b")
    names.rule("rule", "corp.example", targets=((IPv4Address("10.2.0.10"), 53),))
    answer = names.ask("db.corp.example")
    assert answer.then is not None
    assert (answer.by, answer.then.by, answer.then.address) == (Answered.FORWARD, Answered.ZONE, "zone")


def test_a_rule_to_the_inbound_endpoint_of_the_vpc_that_asks_is_a_loop() -> None:
    names = Names().inbound("a", "10.1.0.10").zone("zone", "corp.example", A)
    names.rule("rule", "corp.example", targets=((IPv4Address("10.1.0.10"), 53),))
    answer = names.ask("db.corp.example")
    assert answer.by is Answered.NOT
    assert "loop" in answer.reason


def test_endpoints_that_ask_each_other_are_a_loop() -> None:
    names = Names().inbound("a", "10.1.0.10").inbound("b", "10.2.0.10")
    names.rule("there", "corp.example", targets=((IPv4Address("10.2.0.10"), 53),))
    names.rule("back", "corp.example", targets=((IPv4Address("10.1.0.10"), 53),), vpc="b")
    answer = names.ask("db.corp.example")
    while answer.then is not None:
        answer = answer.then
    assert answer.by is Answered.NOT


DOMAINS = st.sampled_from([".", "example", "a.example", "b.a.example", "c.example"])
PARTS = st.lists(st.tuples(st.sampled_from(["rule", "system", "zone"]), DOMAINS, st.booleans()), max_size=5)


def built(parts: list[tuple[str, str, bool]], unknown_part: int = -1) -> Names:
    names, seen = Names(), set()
    for number, (what, domain, _) in enumerate(parts):
        kind = "zone" if what == "zone" else "rule"
        if (kind, domain) in seen or (kind, domain) == ("zone", "."):
            continue
        seen.add((kind, domain))
        unknown_reason = DARK if number == unknown_part else None
        if what == "zone":
            names.zone(f"{number}", domain, unknown_reason=unknown_reason)
        else:
            names.rule(
                f"{number}",
                domain,
                RuleKind.SYSTEM if what == "system" else RuleKind.FORWARD,
                unknown_reason=unknown_reason,
            )
    return names


@given(PARTS, st.sampled_from(["x.b.a.example", "b.a.example", "c.example", "z.org"]), st.integers(0, 4))
def test_an_unknown_part_never_turns_an_answer_into_another(
    parts: list[tuple[str, str, bool]], name: str, unknown_part: int
) -> None:
    sure, partly_unknown = built(parts).ask(name), built(parts, unknown_part).ask(name)
    assert partly_unknown.by is Answered.UNKNOWN or partly_unknown.key == sure.key


@given(PARTS, st.sampled_from(["x.b.a.example", "b.a.example", "c.example", "z.org"]))
def test_the_winner_is_no_less_specific_than_any_rule_that_forwards(
    parts: list[tuple[str, str, bool]], name: str
) -> None:
    """Said once more, in other words: without system rules the longest domain that the name ends in answers."""
    plain = [part for part in parts if part[0] != "system"]
    names = built(plain)
    matching = [
        (len(facts.domain.strip(".").split(".")) if facts.domain != "." else 0, kind, facts.address)
        for kind, things in (("2 rule", names.rules), ("1 zone", names.zones))
        for facts in things.values()
        if isinstance(facts.domain, str) and (facts.domain in (".", name) or name.endswith("." + facts.domain))
    ]
    assert names.who(name)[1] == (max(matching)[2] if matching else "")

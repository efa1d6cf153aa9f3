"""Where documents get too long: the last estate that passes, the first that does not."""

from dataclasses import replace

from isthmus.aws.accepted_firewall_rules import SURICATA_RULE
from isthmus.intent import (
    Egress,
    Environment,
    Estate,
    Inspection,
    Observability,
    OrganizationalUnit,
    Segment,
    SharedBy,
    Spoke,
)
from isthmus.intent.checks import RULES
from isthmus.intent.checks.sizes import trust_policy_length
from isthmus.intent.errors import Problem
from isthmus.testing.broken.parts import organization_of
from tests.intent.network import estate
from tests.intent.test_dns import shared
from tests.modules import egress_estates


def messages(rule: str, given: Estate) -> list[Problem]:
    return [problem for one in RULES if one.id == rule for problem in one.problems(given)]


def may_be_attached_by(count: int) -> Estate:
    given = estate()
    root = organization_of(given).arn.replace(":organization/", ":ou/")
    units = [OrganizationalUnit(f"u{n}", arn=f"{root}/ou-root-{10_000_000 + n}") for n in range(count)]
    organization = replace(organization_of(given), units=units)
    return replace(given, organization=organization, segments=[Segment("services", may_be_attached_by=units)])


def test_a_trust_policy_takes_all_of_its_2048_characters() -> None:
    lengths = {count: trust_policy_length(one := may_be_attached_by(count), one.segments[0]) for count in range(70)}
    last = max(count for count, length in lengths.items() if length <= 2_048)
    assert lengths[last + 1] - lengths[last] == len('"o-example0001/*/ou-root-10000000/*",')
    assert not messages("trust-policy-too-long", may_be_attached_by(last))
    (problem,) = messages("trust-policy-too-long", may_be_attached_by(last + 1))
    assert f'quotas={{"role-trust-policy-length": {lengths[last + 1]}}}' in problem.remedy
    raised = replace(may_be_attached_by(last + 1), quotas={"role-trust-policy-length": lengths[last + 1]})
    assert not messages("trust-policy-too-long", raised)


def ruled(text: str) -> Estate:
    """An inspected estate with one rule of its own, that a rule group holds."""
    given = egress_estates.estate(Inspection.VPC)
    *others, last = given.environments
    assert last.egress is not None
    groups = [replace(egress_estates.POLICY.rule_groups[0], rules=[text])]
    egress = replace(last.egress, firewall=replace(egress_estates.POLICY, rule_groups=groups))
    return replace(given, environments=[*others, replace(last, egress=egress)])


def test_a_rule_of_its_own_takes_all_of_8192_characters() -> None:
    text = 'drop tcp $HOME_NET any -> $EXTERNAL_NET $MY_PORTS (msg:"%s"; sid:1;)'
    # HOME_NET is 10.1.0.0/16, and EXTERNAL_NET all but that; the value of $MY_PORTS is unknown.
    room = SURICATA_RULE - (len(text) - 2) - len("10.1.0.0/16") - len("!10.1.0.0/16")
    assert egress_estates.estate(Inspection.VPC).blocks == ("10.1.0.0/16",)
    assert not messages("suricata-rule-too-long", ruled(text % ("a" * room)))
    (problem,) = messages("suricata-rule-too-long", ruled(text % ("a" * (room + 1))))
    assert problem.given == f'"{text[:40]}..." has 8193 characters with the values of its variables'


def test_the_values_of_variables_count_as_a_rule_s_own_characters() -> None:
    for blocks, refused in ((200, False), (700, True)):
        many = [f"10.{n // 256}.{n % 256}.0/24" for n in range(blocks)]
        given = ruled("pass tcp $HOME_NET any -> any 443 (sid:1;)")
        assert bool(messages("suricata-rule-too-long", replace(given, blocks=many))) is refused, blocks


def test_a_variable_is_a_segment_s_name_in_capitals() -> None:
    many = [f"10.1.{n // 8}.{n % 8 * 32}/27" for n in range(700)]
    given = ruled("pass tcp $WEB_APPS any -> any 443 (sid:1;)")
    assert not messages("suricata-rule-too-long", given)
    segments = [*given.segments, Segment("web-apps", blocks=many)]
    assert len(messages("suricata-rule-too-long", replace(given, segments=segments))) == 1


def test_rules_between_segments_count_the_blocks_of_both() -> None:
    given = egress_estates.estate(Inspection.VPC)
    many = [f"10.1.{n // 8}.{n % 8 * 32}/27" for n in range(512)]
    segments = [replace(s, blocks=many) if s.name in ("apps", "data") else s for s in given.segments]
    assert not messages("suricata-rule-too-long", given)
    own, between = messages("suricata-rule-too-long", replace(given, segments=segments))
    assert "pass tcp $APPS any -> $DATA" in own.given
    assert between.given.startswith("rules between segments data and apps have 1")
    assert between.subject == 'estate "egress"'
    assert between.remedy == f"at most {SURICATA_RULE}: fewer and larger blocks of the two"


def served(count: int, shared_by: SharedBy) -> Estate:
    """`count` spokes that use hybrid DNS."""
    given = shared(shared_by=shared_by, private_zones=[])
    home = next(e for e in given.environments if e.dns is not None)
    more = [Spoke(f"s{n}", cidr="10.1.0.0/24", segment="services", egress=Egress.NONE) for n in range(count - 2)]
    grown = [replace(e, spokes=[*e.spokes, *more]) if e is home else e for e in given.environments]
    return replace(given, environments=grown)


def test_a_profile_serves_a_thousand_vpcs_and_rules_alone_any_number() -> None:
    assert not messages("too-many-dns-vpcs", served(1_000, SharedBy.PROFILE))
    (problem,) = messages("too-many-dns-vpcs", served(1_001, SharedBy.PROFILE))
    assert problem.given == "1001 spokes use it"
    assert not messages("too-many-dns-vpcs", served(1_001, SharedBy.RESOLVER_RULES)), (
        "there is no zone to be associated with"
    )


def test_an_environment_without_observability_has_no_dashboard_and_no_alarms() -> None:
    given = estate()
    hub = next(e for e in given.environments if e.hub is not None)
    many = [replace(hub.vpn_connections[0], name=f"v{n}", number=n + 1) for n in range(126)]

    def observed(environment: Environment) -> Estate:
        return replace(given, environments=[environment if e is hub else e for e in given.environments])

    blind = observed(replace(hub, vpn_connections=many))
    assert not [*messages("too-many-dashboard-metrics", blind), *messages("too-many-site-alarms", blind)]
    seen = replace(hub, vpn_connections=many, observability=Observability(notify=["a@example.com"]))
    assert len(messages("too-many-dashboard-metrics", observed(seen))) == 1
    assert len(messages("too-many-site-alarms", observed(seen))) == 1
    fewer = replace(seen, vpn_connections=many[:125])
    assert not messages("too-many-dashboard-metrics", observed(fewer))
    assert not messages("too-many-site-alarms", observed(replace(seen, vpn_connections=many[:100])))

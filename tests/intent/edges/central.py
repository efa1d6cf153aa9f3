"""The egress VPC, firewalls, and inspected segments."""

from dataclasses import replace
from typing import Any

from isthmus.intent import (
    AllowedConnection,
    DomainList,
    Egress,
    EgressVpc,
    Environment,
    Estate,
    FirewallPolicy,
    Inspection,
    Routing,
    RuleGroup,
    Segment,
    Site,
    Spoke,
    VpnConnection,
)
from isthmus.intent.checks.firewall import KNOWN_MANAGED
from isthmus.intent.firewall_rules import CAPACITY, CLOSING_CAPACITY, SIDS
from tests.intent.network import DEV, HUB, PROD, SERVICES, SITE, VPN, WORKLOADS, estate

APPS = Segment("apps", blocks=["10.1.32.0/19"], inspected_with=["data"])
DATA = Segment("data", blocks=["10.1.64.0/18"])
OUT = EgressVpc("way-out", cidr="10.1.254.0/23", inspection=Inspection.VPC, firewall=FirewallPolicy())
LATE = Spoke("late", cidr="10.1.128.0/20", segment="lab", egress=Egress.CENTRAL)
LAB = Segment("lab", allowed_egress={Egress.CENTRAL})


def leaving(egress: EgressVpc | None = OUT, *more: Segment, spokes: tuple[Spoke, ...] = (), **changes: Any) -> Estate:
    """The estate with an egress VPC and these segments and spokes."""
    network = Environment(
        "network", account="network", hub=HUB, vpn_connections=[VPN], spokes=[DEV, *spokes], egress=egress
    )
    given = {"environments": [network], "segments": [SERVICES, WORKLOADS, *more], **changes}
    return estate(**given)


def twice(first: str, second: str) -> Estate:
    """The estate with two egress VPCs."""
    more = replace(OUT, name="second", cidr=second)
    network = Environment("network", account="network", hub=HUB, vpn_connections=[VPN], egress=replace(OUT, cidr=first))
    return estate(environments=[network, Environment("second", account="workloads", egress=more)])


def policed(**given: Any) -> Estate:
    return leaving(replace(OUT, firewall=FirewallPolicy(**given)))


def passing(sid: int) -> str:
    return f"pass tcp $HOME_NET any -> $EXTERNAL_NET 443 (sid:{sid};)"


def groups(*priorities: int) -> list[RuleGroup]:
    """Rule groups of these priorities, each with a rule of its own."""
    return [RuleGroup(f"group{n}", rules=[passing(n)], priority=each) for n, each in enumerate(priorities, 1)]


def lists(count: int) -> list[DomainList]:
    return [DomainList(f"list{number}", domains=["example.com"]) for number in range(count)]


def inspected(ports: int, **policy: Any) -> Estate:
    """Two inspected segments, one of which may open that many ports to the other: three rules more."""
    message = [AllowedConnection(source="apps", to="data", ports=[f"tcp/{port}" for port in range(1, ports + 1)])]
    return leaving(replace(OUT, firewall=FirewallPolicy(**policy)), APPS, DATA, allowed_connections=message)


def named(name: str, **given: Any) -> Estate:
    return policed(rule_groups=[RuleGroup(name, **{"rules": [passing(1)], "priority": 1, **given})])


def speaking_of(name: str, *more: Segment) -> Estate:
    """A segment of this name, and a rule of the estate's own that speaks of it."""
    rule = f"pass tcp ${name.upper()} any -> $EXTERNAL_NET 443 (sid:1;)"
    policy = FirewallPolicy(rule_groups=[RuleGroup("own", rules=[rule], priority=1)])
    return leaving(replace(OUT, firewall=policy), Segment(name, blocks=["10.1.48.0/20"]), *more)


# https://docs.aws.amazon.com/network-firewall/latest/developerguide/quotas.html
PASS: dict[str, Estate] = {
    "priorities at their ends": policed(rule_groups=groups(1, 999, 3_000, 65_000)),
    "capacity for all": policed(
        rule_groups=[RuleGroup("all", rules=[passing(1), passing(2)], priority=1, capacity=2)],
        domain_lists=[DomainList("rest", domains=["example.com"], capacity=29_998 - CLOSING_CAPACITY)],
    ),
    "the least and the greatest capacity": policed(
        rule_groups=[RuleGroup("one", rules=[passing(1)], priority=1, capacity=1)],
    ),
    "a rule group that takes the whole policy": policed(
        rule_groups=[RuleGroup("one", rules=[passing(1)], priority=1, capacity=30_000 - CLOSING_CAPACITY)],
    ),
    "20 rule groups": policed(
        rule_groups=groups(*range(1, 17)), domain_lists=lists(2), managed_rule_groups=[KNOWN_MANAGED[0]]
    ),
    "as many rules between segments as there is room for": inspected(CAPACITY - 2),
    "inspected with a site that advertises a default route and its networks": leaving(
        replace(OUT, inspection=Inspection.GATEWAY),
        replace(APPS, inspected_with=["dc1"], allowed_egress={Egress.CENTRAL}),
        site=replace(SITE, advertises=["0.0.0.0/0", *SITE.networks.values()]),
    ),
    "inspected with a site that advertises only a default route": leaving(OUT, replace(APPS, inspected_with=["dc1"])),
    "a sid below those kept, and one above": policed(
        rule_groups=[
            RuleGroup("own", rules=[passing(SIDS.start - 1), passing(SIDS.stop)], priority=1),
        ]
    ),
    "as many managed rule groups as there is room for": policed(managed_rule_groups=KNOWN_MANAGED[:19]),
    "a managed rule group that is not known yet": policed(managed_rule_groups=["QuantumThreatsStrictOrder"]),
    "domains": policed(
        domain_lists=[DomainList("all", domains=["example.com", ".example.com", "a-1.b.co"], capacity=6)]
    ),
    "lists for every spoke, and for one segment": leaving(
        replace(
            OUT, firewall=FirewallPolicy(domain_lists=[DomainList("some", domains=["a.example"], segments=["data"])])
        ),
        DATA,
    ),
    "a variable of 32 characters, and a longer one that no rule has": speaking_of("n" * 32, Segment("n" * 33)),
    "an egress VPC of /24 over zones 1 to 4": leaving(
        replace(OUT, cidr="10.1.254.0/24", zones=["use1-az4", "use1-az1", "use1-az2"])
    ),
    "an egress VPC of /16": leaving(replace(OUT, cidr="10.2.0.0/16"), blocks=["10.0.0.0/8"]),
    "a table called firewall, and no egress VPC": estate(
        segments=[SERVICES, WORKLOADS, Segment("firewall"), Segment("egress")]
    ),
    "a block of a segment that is a half": estate(
        segments=[SERVICES, WORKLOADS, Segment("lab", blocks=["10.1.128.0/17"])]
    ),
    "a spoke in its segment's blocks": leaving(
        OUT, APPS, DATA, spokes=(replace(LATE, segment="data", cidr="10.1.64.0/20", egress=Egress.NONE),)
    ),
}

FAIL: dict[str, Estate] = {
    "the egress VPC is a block": leaving(blocks=["10.1.0.0/17", "10.1.254.0/23"]),
    "the egress VPC in a segment's block, and two that have none": leaving(
        OUT, Segment("lab"), Segment("apps", blocks=["10.1.252.0/22"])
    ),
    "no block for the egress VPC": leaving(blocks=[]),
    "an egress VPC that cannot be read": leaving(replace(OUT, cidr="ten")),
    "an egress VPC that cannot be read, and one outside and too small": twice("ten", "172.31.0.0/25"),
    "an egress VPC with host bits, and one too small": twice("10.1.254.1/24", "10.1.252.0/25"),
    "an egress VPC with host bits": leaving(replace(OUT, cidr="10.1.254.1/23")),
    "variables too long, of a rule and between segments": speaking_of(
        "n" * 33, replace(APPS, name="a" * 33, blocks=["10.1.32.0/20"]), DATA
    ),
    "a segment called by what means the rest": speaking_of("external-net"),
    "an egress VPC of /24 over zone 5": leaving(replace(OUT, cidr="10.1.254.0/24", zones=["use1-az5"])),
    "an egress VPC of /24 over zone 6 and one that is none": leaving(
        replace(OUT, cidr="10.1.254.0/24", zones=["use1-az6", "use1-az9", "use1-az1"], inspection=Inspection.GATEWAY)
    ),
    "an egress VPC of /25 over zone 4": leaving(replace(OUT, cidr="10.1.254.0/25", zones=["use1-az4"])),
    "an egress VPC of /15": leaving(replace(OUT, cidr="10.2.0.0/15"), blocks=["10.0.0.0/8"]),
    "two zones that the egress VPC lacks, one of no Region": leaving(
        replace(OUT, zones=["use1-az3"]),
        LAB,
        spokes=(replace(LATE, zones=["use1-az9", "use1-az2", "use1-az1"]),),
    ),
    "zones that the egress VPC lacks in a Region that is not known": leaving(
        replace(OUT, zones=["use1-az1"]), LAB, spokes=(LATE,), region="nowhere"
    ),
    "an egress VPC without zones": leaving(replace(OUT, zones=[]), LAB, spokes=(LATE,)),
    "a segment's block that is a block, and one in none": estate(
        blocks=["10.1.0.0/16", "10.2.0.0/16"],
        segments=[SERVICES, WORKLOADS, Segment("lab", blocks=["10.2.0.0/16", "10.3.0.0/16"])],
    ),
    "a segment's block, and no blocks": estate(
        blocks=[],
        segments=[SERVICES, WORKLOADS, Segment("lab", blocks=["10.3.0.0/16"])],
        environments=[Environment("network", account="network", hub=HUB, vpn_connections=[VPN])],
    ),
    "a spoke in the blocks of another segment": estate(
        segments=[SERVICES, WORKLOADS, Segment("lab", blocks=["10.1.0.0/19", "10.1.64.0/18"])]
    ),
    "a spoke in the blocks of another segment, and outside its own": estate(
        segments=[
            SERVICES,
            replace(WORKLOADS, blocks=["10.1.16.0/20", "10.1.32.0/20"]),
            Segment("lab", blocks=["10.1.0.0/20"]),
        ]
    ),
    "inspected with itself": leaving(OUT, replace(APPS, inspected_with=["apps"])),
    "inspected, and no egress VPC": leaving(None, APPS, DATA),
    "a site is inspected, and no egress VPC": leaving(None, replace(APPS, inspected_with=["dc1"])),
    "inspected with a site, and no blocks": leaving(OUT, replace(APPS, inspected_with=["dc1"], blocks=[])),
    "inspected with a site that has no connection": leaving(
        OUT,
        replace(APPS, inspected_with=["branch"]),
        sites=(Site("branch", networks={"lan": "192.168.7.0/24"}, customer_gateways=[]),),
    ),
    "inspected with a site whose default route is the only one": leaving(
        OUT, replace(APPS, inspected_with=["dc1"], allowed_egress={Egress.ON_PREMISES})
    ),
    "inspected at the gateway, whose default route wins": leaving(
        replace(OUT, inspection=Inspection.GATEWAY), replace(APPS, inspected_with=["dc1"])
    ),
    "static routes to one site from two segments, in the table of the firewall": leaving(
        OUT,
        replace(APPS, inspected_with=["dc1"]),
        DATA,
        environments=[
            Environment(
                "network",
                account="network",
                hub=HUB,
                egress=OUT,
                vpn_connections=[
                    replace(VPN, routing=Routing.STATIC, segment="data"),
                    VpnConnection(
                        "dc1-02", customer_gateway="dc1-01", number=2, segment="apps", routing=Routing.STATIC
                    ),
                ],
            )
        ],
    ),
    "inspected, and nothing inspects": leaving(replace(OUT, inspection=Inspection.NONE, firewall=None), APPS, DATA),
    "a policy, and nothing inspects": leaving(replace(OUT, inspection=Inspection.NONE)),
    "appliances without a name": leaving(replace(OUT, inspection=Inspection.APPLIANCES, firewall=None)),
    "appliances with a policy of everything": leaving(
        replace(
            OUT,
            inspection=Inspection.APPLIANCES,
            endpoint_service="com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718",
            firewall=FirewallPolicy(
                domain_lists=lists(2),
                rule_groups=groups(1),
                managed_rule_groups=[KNOWN_MANAGED[0]],
                alert_only=True,
            ),
        )
    ),
    "appliances behind names that are none": leaving(
        replace(
            OUT,
            inspection=Inspection.APPLIANCES,
            endpoint_service="vpce-svc-0a1b2c3d4e5f60718",
            firewall=FirewallPolicy(),
        )
    ),
    "appliances in another Region": leaving(
        replace(
            OUT,
            inspection=Inspection.APPLIANCES,
            endpoint_service="com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b2c3d4e5f60718",
            firewall=None,
        )
    ),
    "an endpoint service, and no appliances": leaving(
        replace(OUT, endpoint_service="com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718")
    ),
    "no policy at the gateway": estate(
        environments=[
            Environment("network", account="network", hub=HUB, vpn_connections=[VPN], spokes=[DEV]),
            Environment("egress", account="network", egress=replace(OUT, inspection=Inspection.GATEWAY, firewall=None)),
        ]
    ),
    "a priority and a sid twice, and the first are free": policed(
        rule_groups=[
            RuleGroup("one", rules=[passing(7)], priority=5),
            RuleGroup("two", rules=[passing(7)], priority=5),
        ]
    ),
    "priorities out of range, and twice": policed(rule_groups=groups(0, 2_999, 65_536, 1, 2, 1, 3)),
    "no rule groups are that large": policed(
        rule_groups=[RuleGroup("none", rules=[passing(1)], priority=1, capacity=0)],
        domain_lists=[
            DomainList("much", domains=["example.com"], capacity=30_001),
            DomainList("more", domains=[f"c{n}.example" for n in range(60)], capacity=100),
        ],
    ),
    "capacity for one more than all": policed(
        rule_groups=[RuleGroup("all", rules=[passing(1)], priority=1, capacity=2)],
        domain_lists=[DomainList("all-domains", domains=["example.com"], capacity=29_999)],
    ),
    "a rule too many between segments": inspected(CAPACITY - 1),
    "capacity that the rules between segments take": inspected(
        1, domain_lists=[DomainList("all", domains=["example.com"], capacity=30_001 - CAPACITY - CLOSING_CAPACITY)]
    ),
    "21 rule groups": policed(
        rule_groups=groups(*range(1, 18)), domain_lists=lists(2), managed_rule_groups=[KNOWN_MANAGED[0]]
    ),
    "18 rule groups, that of inspected segments and the last": inspected(1, rule_groups=groups(*range(1, 20))),
    "rules that are none": policed(
        rule_groups=[
            RuleGroup("none", rules=[], priority=1),
            RuleGroup(
                "some",
                priority=2,
                rules=[
                    "permit tcp any any -> any 443 (sid:1;)",
                    "pass tcp any any -> any 443\n(sid:2;)",
                    "pass tcp any any -> any 443 (sid:3;)\n",
                    'pass tcp any any -> any 443 (msg:"sid";)',
                ],
            ),
        ]
    ),
    "sids twice, of others and of its own": policed(
        rule_groups=[
            RuleGroup("one", rules=[passing(1), passing(1), "permit all (sid:4;)"], priority=1),
            RuleGroup("two", rules=[passing(2), passing(1), passing(4)], priority=2),
        ]
    ),
    "the first and the last sid that is kept": policed(
        rule_groups=[RuleGroup("own", rules=[passing(SIDS.start), passing(SIDS.stop - 1)], priority=1)]
    ),
    "domains that are none": policed(
        domain_lists=[
            DomainList("none", domains=[]),
            DomainList(
                "some",
                domains=[
                    "HTTPS://Example.com/",
                    "http://a.example.",
                    " b.example ",
                    "*.c.example",
                    "nothing",
                    "d.example",
                    "d.example",
                ],
                capacity=200,
            ),
        ]
    ),
    "a list for segments with blocks, without, and for none": leaving(
        replace(
            OUT,
            firewall=FirewallPolicy(
                domain_lists=[DomainList("some", domains=["a.example"], segments=["data", "lab", "missing"])]
            ),
        ),
        DATA,
        Segment("lab"),
    ),
    "managed rule groups that are none, and twice": policed(
        managed_rule_groups=["MalwareDomainStrictOrder", "Malware", *[KNOWN_MANAGED[2]] * 2]
    ),
    "tables of the egress VPC and names of its groups": leaving(
        replace(
            OUT,
            firewall=FirewallPolicy(
                rule_groups=[RuleGroup("Between_Segments", rules=[passing(1)], priority=1)],
                domain_lists=[
                    DomainList("between-segments", domains=["example.com"]),
                    DomainList("1st", domains=["example.com"]),
                ],
            ),
        ),
        Segment("Egress"),
        Segment("firewall"),
        Segment("lab"),
    ),
    "a pinned name of an egress VPC": leaving(replace(OUT, vpc_name="egress path")),
    "an egress VPC called like a spoke": leaving(replace(OUT, name="dev")),
    "an egress VPC and a spoke of one log group": leaving(replace(OUT, vpc_name="infra-dev")),
    "an egress VPC in an account that the hub is not shared with": estate(
        hub=replace(HUB, share_with=["network"]),
        environments=[
            Environment(
                "network",
                account="network",
                hub=replace(HUB, share_with=["network"]),
                vpn_connections=[VPN],
                spokes=[DEV],
            ),
            Environment("egress", account="workloads", egress=OUT, spokes=[PROD]),
        ],
    ),
    "references of an egress VPC": leaving(
        replace(
            OUT, firewall=FirewallPolicy(domain_lists=[DomainList("some", domains=["a.example"], segments=["date"])])
        ),
        replace(APPS, inspected_with=["app"]),
        replace(DATA, may_be_attached_by=["netwrk"]),
        spokes=(
            replace(
                LATE,
                share_private_subnets_with=["workloads-dev"],
                segment="apps",
                cidr="10.1.48.0/20",
                egress=Egress.NONE,
            ),
        ),
    ),
}

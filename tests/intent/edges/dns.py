"""Hybrid DNS and endpoints."""

from dataclasses import replace
from typing import Any

from isthmus.aws.accepted_values import MOST_POLICY
from isthmus.aws.services import SERVICES
from isthmus.intent import (
    AllowedConnection,
    CentralEndpoints,
    DnsFirewall,
    Egress,
    Environment,
    Estate,
    ForwardRule,
    HybridDns,
    PrivateZone,
    Segment,
    Spoke,
)
from isthmus.testing.broken.parts import organization_of
from tests.intent.network import DEV, HUB, SITE, VPN, WORKLOADS
from tests.intent.test_dns import NO_S3, SHARED, WITH_SERVERS, central, forwards, shared

LONG = ".".join(["a" * 63] * 3 + ["a" * 57, "com"])
LONGER = ".".join(["a" * 63] * 3 + ["a" * 58, "com"])
INTERFACES = [name for name in SERVICES if name != "s3"]
NARROW = Segment("services", allowed_egress={Egress.NONE}, site_networks=[])


def everywhere(given: Estate, region: str, zones: list[str]) -> Estate:
    return replace(given, region=region, zones=zones)


def pinned(size: int) -> Estate:
    """The estate with an endpoint policy of so many characters."""
    text = '{"Statement": []}'.ljust(size)
    return shared(endpoints=CentralEndpoints(services=["kms"], policies={"kms": text}))


def with_ports(*ports: str, **dns: Any) -> Estate:
    """The estate where the site's users query the Resolver, and may connect to these ports."""
    return replace(
        shared(**dns), allowed_connections=[AllowedConnection(source="dc1/users", to="services", ports=ports)]
    )


# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
PASS: dict[str, Estate] = {
    "a domain of 253 characters": shared(private_zones=[PrivateZone(LONG)]),
    "a domain of labels at their ends": shared(private_zones=[PrivateZone("a_.0-0._.com")]),
    "a policy of all the characters there are": pinned(MOST_POLICY),
    "a firewall of names and stars": shared(
        firewall=DnsFirewall(allowed=["*.amazonaws.com"], blocked=["*.b.example", "*"])
    ),
    "servers of two protocols": with_ports(
        "tcp/53", "udp/53", forwards=[ForwardRule("x.example", targets=["172.21.0.53"])]
    ),
    "ports around 53": with_ports("tcp/1-53", "udp/53-60"),
    "hybrid DNS in the hub's environment": (
        lambda given: replace(
            given, environments=[replace(given.environments[1], hub=HUB, vpn_connections=[VPN], spokes=[SHARED, DEV])]
        )
    )(shared()),
    "an endpoint for 27 services in a /27": central(
        *INTERFACES[:27],
        spoke=replace(SHARED, subnets={"endpoints_az1": "10.1.44.0/27", "endpoints_az2": "10.1.44.32/27"}),
    ),
    "30 servers for the outbound endpoint": shared(
        inbound=False,
        forwards=[ForwardRule(f"x{n}.example", targets=[f"172.20.{n}.{m}" for m in range(1, 7)]) for n in range(5)],
    ),
}

FAIL: dict[str, Estate] = {
    "a server where another zone's Resolver endpoint would be": forwards(
        ForwardRule("x.example", targets=["10.1.46.164"])
    ),
    "a domain of 254 characters": shared(private_zones=[PrivateZone(LONGER)]),
    "domains that are none, each with its remedy": shared(
        forwards=[ForwardRule("Corp Example.com.", site="dc1"), ForwardRule("-", site="dc1")],
        private_zones=[PrivateZone("X_x__X.example"), PrivateZone("a" * 64)],
        firewall=DnsFirewall(allowed=["*.A.example"], blocked=["**", "*.b.example."]),
    ),
    "hybrid DNS without a spoke": (
        lambda given: replace(given, environments=[replace(e, spokes=[]) if e.dns else e for e in given.environments])
    )(shared()),
    "Resolver endpoints in one zone of a Region that is not known": everywhere(
        shared(inbound=True, forwards=[]), "nowhere", ["use1-az1"]
    ),
    "Resolver endpoints in one zone, for inbound alone": everywhere(shared(), "eu-west-1", ["euw1-az2"]),
    "two rules for everything, and one for everything": forwards(
        ForwardRule(".", site="dc1"), ForwardRule(".", site="dc1"), ForwardRule("everything", site="dc1")
    ),
    "a site without servers": replace(forwards(ForwardRule("x.example", site="dc1")), sites=[SITE]),
    "a site where there is none": replace(
        forwards(ForwardRule("x.example", site="dc1")),
        sites=[],
        segments=[
            Segment("services", allowed_egress={Egress.NONE}),
            Segment("workloads", allowed_egress={Egress.NONE, Egress.ON_PREMISES}),
        ],
    ),
    "one of two sites": replace(
        forwards(ForwardRule("x.example", site="dc9")),
        sites=[WITH_SERVERS, replace(SITE, name="branch", networks={}, advertises=[], customer_gateways=[])],
    ),
    "six servers, one of them twice": forwards(
        ForwardRule(
            "x.example", targets=["172.20.0.1", "172.20.0.2", "172.20.0.3", "172.20.0.4", "172.20.0.5", "172.20.0.1"]
        )
    ),
    "a site's server elsewhere is the site's fault": replace(
        forwards(ForwardRule("x.example", site="dc1")),
        sites=[replace(SITE, dns_servers=["172.21.0.53", "9.9.9.9", "dns.example"])],
    ),
    "a server out of reach while a segment is not declared": shared(
        forwards=[ForwardRule("x.example", targets=["9.9.9.9"])],
        segments=[
            Segment("services", allowed_egress={Egress.NONE}, reaches=["nowhere"]),
            replace(WORKLOADS, reaches=["services"]),
        ],
    ),
    "loops by each endpoint, and by one in a pinned subnet": forwards(
        ForwardRule("x.example", targets=["10.1.46.132"]),
        ForwardRule("y.example", targets=["10.1.46.149", "10.1.46.148"]),
    ),
    "a loop in a larger subnet": shared(
        forwards=[ForwardRule("x.example", targets=["10.1.44.4"])],
        spoke=replace(SHARED, subnets={"resolver_az1": "10.1.44.0/24"}),
    ),
    "no loop in a subnet too small": shared(
        forwards=[ForwardRule("x.example", targets=["10.1.44.4"])],
        spoke=replace(SHARED, subnets={"resolver_az1": "10.1.44.0/29"}),
    ),
    "a loop where another zone has no place": shared(
        forwards=[ForwardRule("x.example", targets=["10.1.33.4"])],
        spoke=replace(SHARED, cidr="10.1.32.0/23", zones=["use1-az5", "use1-az1", "use1-az6"]),
    ),
    "a loop in a range with host bits": shared(
        forwards=[ForwardRule("x.example", targets=["10.1.46.132"])], spoke=replace(SHARED, cidr="10.1.32.1/20")
    ),
    "no loop in a range that is none": shared(
        forwards=[ForwardRule("x.example", targets=["10.1.46.132"])], spoke=replace(SHARED, cidr="ten")
    ),
    "a loop in a /16": replace(
        shared(
            forwards=[ForwardRule("x.example", targets=["10.2.254.132"])], spoke=replace(SHARED, cidr="10.2.0.0/16")
        ),
        blocks=["10.0.0.0/8"],
    ),
    "no loop in a /15": replace(
        shared(
            forwards=[ForwardRule("x.example", targets=["10.3.254.132"])], spoke=replace(SHARED, cidr="10.2.0.0/15")
        ),
        blocks=["10.0.0.0/8"],
    ),
    "no loop in a Region that is not known": everywhere(
        forwards(ForwardRule("x.example", targets=["10.1.46.132"])), "nowhere", ["use1-az1", "use1-az2"]
    ),
    "no site network within reach": shared(segments=[NARROW, replace(WORKLOADS, reaches=["services"])]),
    "names allowed and blocked, in both orders": shared(
        firewall=DnsFirewall(allowed=["b.example", "a.example"], blocked=["a.example", "b.example"])
    ),
    "interface endpoints in China": (
        lambda given: everywhere(
            replace(
                given,
                organization=replace(
                    organization_of(given),
                    arn="arn:aws-cn:organizations::999999999999:organization/o-example0001",
                    units=[],
                ),
            ),
            "cn-north-1",
            ["cnn1-az1", "cnn1-az2"],
        )
    )(shared(dev={"interface_endpoints": ["ssm"]})),
    "central endpoints without hybrid DNS in their environment": (
        lambda given: replace(
            given,
            environments=[
                *given.environments[:2],
                replace(given.environments[2], endpoints=CentralEndpoints(services=["kms"])),
            ],
        )
    )(shared()),
    "services by long names and by wrong ones": central(
        "com.amazonaws.us-east-1.ecr.api",
        "cn.com.amazonaws.cn-north-1.kms",
        "kmss",
        "amazonaws.amazonaws.us-east-1.ssm",
        "zzz",
    ),
    "services twice, here and there": central("ssm", "ssm", "kms", "kms", dev={"interface_endpoints": ["kms", "ssm"]}),
    "28 endpoints in a /27, 12 in a /28": central(
        *INTERFACES[:28], spoke=replace(SHARED, subnets={"endpoints_az1": "10.1.44.0/27"})
    ),
    "27 endpoints in a /28": central(*INTERFACES[:27]),
    "an endpoint in a subnet too small": central(
        *INTERFACES[:4], spoke=replace(SHARED, subnets={"endpoints_az1": "10.1.44.0/29"})
    ),
    "endpoints in a range that is none": central(*INTERFACES[:12], spoke=replace(SHARED, cidr="ten")),
    "endpoints in a range with host bits": central(*INTERFACES[:12], spoke=replace(SHARED, cidr="10.1.32.1/20")),
    "as many endpoints as there are": central(*INTERFACES[:28]),
    "S3 for sites that may not ask": central("s3", inbound=False),
    "S3 for all spokes, and two spokes that keep theirs": central(
        "s3", spoke=replace(SHARED, **NO_S3), dev={"gateway_endpoints": ["s3"]}
    ),
    "a policy too long": pinned(MOST_POLICY + 1),
    "a policy that is no JSON": shared(endpoints=CentralEndpoints(services=["kms"], policies={"kms": "{"})),
    "a policy for an endpoint that a spoke does not have": shared(
        dev={"interface_endpoints": ["sqs"], "endpoint_policies": {"sns": "{}"}}
    ),
    "a policy of a spoke's own endpoint that is no JSON": shared(
        dev={"interface_endpoints": ["sqs"], "endpoint_policies": {"sqs": "{"}}
    ),
    "31 servers for the outbound endpoint": shared(
        forwards=[
            *(ForwardRule(f"x{n}.example", targets=[f"172.20.{n}.{m}" for m in range(1, 7)]) for n in range(5)),
            ForwardRule("y.example", targets=["172.21.0.1"]),
        ],
    ),
    "servers of a site that is none": shared(
        forwards=[
            *(ForwardRule(f"x{n}.example", targets=[f"172.20.{n}.{m}" for m in range(1, 7)]) for n in range(5)),
            ForwardRule("y.example", targets=["172.21.0.1"]),
            ForwardRule("z.example", site="dc9"),
        ],
    ),
    "31 servers, two of them a site's": shared(
        forwards=[
            *(ForwardRule(f"x{n}.example", targets=[f"172.20.{n}.{m}" for m in range(1, 7)]) for n in range(4)),
            ForwardRule("y.example", targets=[f"172.20.9.{m}" for m in range(1, 6)]),
            ForwardRule("z.example", site="dc1"),
        ],
    ),
    "59 site networks and 2 blocks for the endpoints": replace(
        central("kms", inbound=False),
        blocks=["10.1.0.0/16", "10.2.0.0/16"],
        sites=[replace(SITE, networks={f"lan{n}": f"172.20.{n}.0/24" for n in range(59)})],
    ),
    "19 site networks and 2 blocks for endpoints with three ranges of ports": replace(
        central("athena", "datasync", inbound=False),
        blocks=["10.1.0.0/16", "10.2.0.0/16"],
        sites=[replace(SITE, networks={f"lan{n}": f"172.20.{n}.0/24" for n in range(19)})],
    ),
    "questions by UDP alone": with_ports("udp/53"),
    "questions by neither": with_ports("tcp/54-60", "udp/1-52"),
    "questions to a site's server": replace(
        shared(inbound=False, forwards=[ForwardRule("x.example", site="dc1"), ForwardRule("y.example", site="dc9")]),
        allowed_connections=[
            AllowedConnection(source="services", to="dc1/servers", ports=["udp/53"]),
            AllowedConnection(source="services", to="dc1/users", ports=["tcp/22"]),
        ],
    ),
    "hybrid DNS that another environment's hub uses": (
        lambda given: replace(
            given,
            environments=[
                replace(given.environments[0], spokes=[DEV]),
                given.environments[1],
                Environment("dev", account="workloads"),
            ],
        )
    )(shared()),
    "three environments with hybrid DNS": (
        lambda given: replace(
            given,
            environments=[
                *given.environments,
                *(
                    Environment(
                        f"more{n}",
                        account="network",
                        spokes=[
                            Spoke(f"more{n}", cidr=f"10.1.{64 + 16 * n}.0/20", segment="services", egress=Egress.NONE)
                        ],
                        dns=HybridDns(spoke=f"more{n}", inbound=False),
                    )
                    for n in range(2)
                ),
            ],
        )
    )(shared()),
}

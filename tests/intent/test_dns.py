"""Where the rules of names and endpoints draw their lines: the last that passes, the first that does not."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from isthmus.aws.services import SERVICES
from isthmus.intent import (
    CentralEndpoints,
    DnsFirewall,
    Egress,
    EndpointService,
    Environment,
    Estate,
    ForwardRule,
    HybridDns,
    PrivateZone,
    Segment,
    SharedBy,
    Spoke,
)
from isthmus.intent.addressing import Tier, tiers_in
from isthmus.intent.checks import problems
from isthmus.intent.name_resolution import served
from tests.intent.network import DEV, HUB, SITE, VPN, WORKLOADS, estate

WITH_SERVERS = replace(SITE, dns_servers=["172.21.0.53", "172.21.1.53"])
SHARED = Spoke("shared", cidr="10.1.32.0/20", segment="services", egress=Egress.NONE)
NO_S3: dict[str, Any] = {"gateway_endpoints": ["dynamodb"]}


def shared(
    *,
    spoke: Spoke = SHARED,
    endpoints: CentralEndpoints | None = None,
    dev: dict[str, Any] | None = None,
    segments: list[Segment] | None = None,
    **dns: Any,
) -> Estate:
    """An estate with spoke `shared` that holds hybrid DNS, and `dev`, which reaches it."""
    given = estate(
        site=WITH_SERVERS,
        environments=[
            Environment("network", account="network", hub=HUB, vpn_connections=[VPN]),
            Environment(
                "shared",
                account="network",
                spokes=[spoke],
                dns=HybridDns(**{"spoke": "shared", **dns}),
                endpoints=endpoints,
            ),
            Environment("dev", account="workloads", spokes=[replace(DEV, **(dev or {}))]),
        ],
    )
    return replace(given, segments=segments) if segments else given


def forwards(*rules: ForwardRule) -> Estate:
    return shared(forwards=rules)


def central(*services: str, **rest: Any) -> Estate:
    return shared(endpoints=CentralEndpoints(services=services), **rest)


PARTNER = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"


def other(**changes: Any) -> EndpointService:
    given = {
        "name": "eks-auth",
        "endpoint_name": "com.amazonaws.us-east-1.eks-auth",
        "dns_names": ["eks-auth.us-east-1.api.aws"],
    }
    return EndpointService(**{**given, **changes})


def others(*added: EndpointService, services: Sequence[str] = (), policies: Any = None, **rest: Any) -> Estate:
    endpoints = CentralEndpoints(services=services, others=added, policies=policies or {})
    return shared(endpoints=endpoints, **rest)


def walled(*allowed: str, **rest: Any) -> Estate:
    """An estate whose DNS firewall answers nothing but what is allowed."""
    return shared(firewall=DnsFirewall(allowed=allowed, blocked=["*"]), **rest)


TO_SITE = ForwardRule("corp.example.com", site="dc1")
LOCKED = Segment("locked", may_be_attached_by=["workloads"])

PASS: dict[str, Estate] = {
    "as it is": shared(),
    "a site's servers": forwards(TO_SITE),
    "everything": forwards(ForwardRule(".", site="dc1")),
    "six servers": forwards(ForwardRule("x.example", targets=[f"172.20.0.{n}" for n in range(1, 7)])),
    "a server in a spoke": forwards(ForwardRule("ad.example.com", targets=["10.1.0.10"])),
    "reverse lookups": forwards(ForwardRule("21.172.in-addr.arpa", site="dc1")),
    "a label that begins with an underscore": forwards(ForwardRule("_msdcs.corp.example.com", site="dc1")),
    "a zone below a rule": shared(forwards=[TO_SITE], private_zones=[PrivateZone("aws.corp.example.com")]),
    "one zone, nothing to ask": shared(inbound=False, spoke=replace(SHARED, zones=["use1-az1"])),
    "resolvers in a /23": shared(spoke=replace(SHARED, cidr="10.1.32.0/23")),
    "eleven endpoints": central(*[name for name in SERVICES if name != "s3"][:11]),
    "twelve in larger subnets": central(
        *[name for name in SERVICES if name != "s3"][:12],
        spoke=replace(SHARED, subnets={"endpoints_az1": "10.1.44.0/27", "endpoints_az2": "10.1.44.32/27"}),
    ),
    "S3 for the sites": central("s3"),
    "S3 for all spokes": central("s3", spoke=replace(SHARED, **NO_S3), dev=NO_S3),
    "an endpoint of one's own": central("kms", dev={"interface_endpoints": ["ssm"]}),
    "a rule above an endpoint of one's own": central(
        "kms", dev={"interface_endpoints": ["ssm"]}, forwards=[ForwardRule("eu-west-1.amazonaws.com", site="dc1")]
    ),
    "an S3 endpoint of its own, and one for the sites": central("s3", dev={"interface_endpoints": ["s3"], **NO_S3}),
    "only what is allowed": walled("*.example.com", "*.amazonaws.com"),
    "only what is allowed, service by service": walled(
        "dynamodb.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com", "*.s3.us-east-1.amazonaws.com"
    ),
    "another service of AWS, with a policy": others(other(), policies={"eks-auth": "{}"}),
    "the service of a partner, and a known one": others(
        other(name="ledger", endpoint_name=PARTNER, dns_names=["*.example.net"], ports=["tcp/1-9"]), services=["kms"]
    ),
    "one bucket": walled("dynamodb.us-east-1.amazonaws.com", "logs.s3.us-east-1.amazonaws.com"),
    "one server of a domain": walled(
        "*.amazonaws.com", "dc1.corp.example.com", forwards=[ForwardRule("corp.example.com", site="dc1")]
    ),
    "everything forwarded, some of it blocked": shared(
        forwards=[ForwardRule(".", site="dc1")], firewall=DnsFirewall(blocked=["*.bad.example"])
    ),
}

_OF_GATEWAYS = ["dns-firewall-blocks-estate-names"]
_INVALID = ["invalid-endpoint-service"]
FAIL: list[tuple[str, Estate, list[str]]] = [
    ("no service", others(), _INVALID),
    ("a name in upper case", others(other(name="EKS")), _INVALID),
    ("a known service", others(other(name="kms", dns_names=["kms.example.com"])), _INVALID),
    ("two of one name", others(other(), other(dns_names=["b.example.com"])), _INVALID),
    ("two of one Terraform name", others(other(name="a-b"), other(name="a.b", dns_names=["b.example.com"])), _INVALID),
    ("two with one DNS name", others(other(), other(name="b")), _INVALID),
    ("DNS names of one Terraform name", others(other(dns_names=["a-b.example.com", "a.b.example.com"])), _INVALID),
    ("the DNS name of a known service", others(other(dns_names=["kms.us-east-1.amazonaws.com"]), services=["kms"]),
     _INVALID),
    ("no DNS name", others(other(dns_names=[])), _INVALID),
    ("a DNS name twice", others(other(dns_names=["a.example.com", "a.example.com"])), _INVALID),
    ("a DNS name with a dot at its end", others(other(dns_names=["a.example.com."])), _INVALID),
    ("a service of another Region", others(other(endpoint_name="com.amazonaws.eu-west-1.eks-auth")), _INVALID),
    ("a short service name", others(other(endpoint_name="eks-auth")), _INVALID),
    *((f"ports {texts}", others(other(ports=texts)), _INVALID) for texts in (
        [], ["443"], ["udp/443"], ["icmp"], ["tcp/443", "tcp/443"], ["tcp/70000"], ["tcp/9-8"])),
    ("a policy for the service of a partner", others(other(endpoint_name=PARTNER), policies={"eks-auth": "{}"}),
     ["invalid-endpoint-policy"]),
    ("a private zone of another service", others(other(), private_zones=[PrivateZone("eks-auth.us-east-1.api.aws")]),
     ["duplicate-domain"]),
    ("another service is blocked", others(other(), firewall=DnsFirewall(blocked=["*.api.aws"])),
     ["dns-firewall-blocks-estate-names"]),
    ("names behind gateway endpoints are blocked", walled("*.example.com"), _OF_GATEWAYS),
    ("a forwarded domain is blocked", walled("*.amazonaws.com", forwards=[TO_SITE]),
     ["dns-firewall-blocks-estate-names"]),
    ("names below a private zone are blocked",
     walled("*.amazonaws.com", "aws.example.com", private_zones=[PrivateZone("aws.example.com")]),
     ["dns-firewall-blocks-estate-names"]),
    ("a private zone itself is blocked",
     walled("*.amazonaws.com", "*.aws.example.com", private_zones=[PrivateZone("aws.example.com")]),
     ["dns-firewall-blocks-estate-names"]),
    ("a central endpoint is blocked",
     walled("*.s3.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com", "dynamodb.us-east-1.amazonaws.com",
            endpoints=CentralEndpoints(services=["kms"])),
     ["dns-firewall-blocks-estate-names"]),
    ("a spoke's own endpoint is blocked by name",
     shared(dev={"interface_endpoints": ["ssm"]}, firewall=DnsFirewall(blocked=["ssm.us-east-1.amazonaws.com"])),
     ["dns-firewall-blocks-estate-names"]),
    ("upper case", shared(private_zones=[PrivateZone("AWS.example.com")]), ["invalid-domain"]),
    ("a zone for everything", shared(private_zones=[PrivateZone(".")]), ["invalid-domain"]),
    ("a label too long", shared(private_zones=[PrivateZone(f"{'a' * 64}.example")]), ["invalid-domain"]),
    ("a hyphen in front", shared(private_zones=[PrivateZone("-a.example")]), ["invalid-domain"]),
    ("a star in the middle", shared(firewall=DnsFirewall(blocked=["a.*.example"])), ["invalid-domain"]),
    ("names but for a hyphen", forwards(ForwardRule("a-b.example", site="dc1"), ForwardRule("a.b.example", site="dc1")),
     ["duplicate-domain"]),
    ("a zone that an endpoint needs", central("kms", private_zones=[PrivateZone("kms.us-east-1.amazonaws.com")]),
     ["duplicate-domain"]),
    ("a name of an endpoint of one's own",
     central("kms", dev={"interface_endpoints": ["sns"]},
             forwards=[ForwardRule("sns.us-east-1.amazonaws.com", site="dc1")]),
     ["endpoint-name-conflict"]),
    ("a zone for a name of an endpoint of one's own",
     central("kms", dev={"interface_endpoints": ["sqs"]}, private_zones=[PrivateZone("sqs.us-east-1.amazonaws.com")],
             shared_by=SharedBy.RESOLVER_RULES),
     ["endpoint-name-conflict"]),
    ("a zone below a name of an endpoint of one's own",
     central("kms", dev={"interface_endpoints": ["sqs"]}, private_zones=[PrivateZone("x.sqs.us-east-1.amazonaws.com")]),
     ["endpoint-name-conflict"]),
    ("what AWS keeps", forwards(ForwardRule(".", site="dc1"), ForwardRule("amazonaws.com", site="dc1")),
     ["duplicate-domain"]),
    ("both a site and targets", forwards(replace(TO_SITE, targets=["172.21.0.53"])), ["invalid-forward-target"]),
    ("no such site", forwards(ForwardRule("x.example", site="dc9")), ["unknown-reference"]),
    ("seven servers", forwards(ForwardRule("x.example", targets=[f"172.20.0.{n}" for n in range(1, 8)])),
     ["invalid-forward-target"]),
    ("one server twice", forwards(ForwardRule("x.example", targets=["172.20.0.1", "172.20.0.1"])),
     ["invalid-forward-target"]),
    ("a name for a server", forwards(ForwardRule("x.example", targets=["dns.example"])), ["invalid-forward-target"]),
    ("a server on the internet", forwards(ForwardRule("x.example", targets=["9.9.9.9"])), ["dns-server-not-reachable"]),
    ("a network out of bounds", shared(
        forwards=[TO_SITE], segments=[Segment("services", allowed_egress={Egress.NONE}, site_networks=["dc1/users"]),
        replace(WORKLOADS, reaches=["services"])]
    ), ["dns-server-not-reachable"] * 2),
    ("an address between subnets", forwards(ForwardRule("x.example", targets=["10.1.12.10"])),
     ["dns-server-outside-subnets"]),
    ("the resolver of a VPC", forwards(ForwardRule("x.example", targets=["10.1.0.2"])), ["dns-server-outside-subnets"]),
    ("the fourth address with the fifth", forwards(ForwardRule("x.example", targets=["10.1.0.3", "10.1.0.4"])),
     ["dns-server-outside-subnets"]),
    ("the last address", forwards(ForwardRule("x.example", targets=["10.1.1.255", "10.1.1.254"])),
     ["dns-server-outside-subnets"]),
    ("a loop by the outbound endpoint", forwards(ForwardRule("x.example", targets=["10.1.46.133"])),
     ["dns-forwarding-loop"]),
    ("resolvers in a /22", shared(spoke=replace(SHARED, cidr="10.1.32.0/22")), ["subnet-space-exhausted"]),
    ("endpoints in a /21", central("kms", inbound=False, spoke=replace(SHARED, cidr="10.1.32.0/21")),
     ["subnet-space-exhausted"]),
    ("a name that is allowed and blocked", shared(firewall=DnsFirewall(allowed=["a.example"], blocked=["a.example"])),
     ["invalid-dns-firewall-domains"]),
    ("an unknown service of a spoke's own", shared(dev={"interface_endpoints": ["dynamodb"]}),
     ["unknown-endpoint-service"]),
    ("a service centrally and twice", central("kms", "kms"), ["duplicate-endpoint-service"]),
    ("an idle gateway endpoint", central("s3", spoke=replace(SHARED, **NO_S3)), ["s3-endpoint-conflict"]),
    ("S3 by two endpoints of one's own", shared(dev={"interface_endpoints": ["s3"]}), ["s3-endpoint-conflict"]),
    ("S3 centrally for the sites, and twice of one's own",
     central("s3", spoke=replace(SHARED, interface_endpoints=["s3"])), ["s3-endpoint-conflict"]),
    ("a policy for nothing", shared(endpoints=CentralEndpoints(services=["kms"], policies={"ssm": "{}"})),
     ["invalid-endpoint-policy"]),
    ("a policy that is a list", shared(endpoints=CentralEndpoints(services=["kms"], policies={"kms": "[]"})),
     ["invalid-endpoint-policy"]),
]  # fmt: skip


@pytest.mark.parametrize("name", PASS)
def test_passes(name: str) -> None:
    assert [str(problem) for problem in problems(PASS[name])] == []


@pytest.mark.parametrize(("name", "given", "rules"), FAIL, ids=[name for name, *_ in FAIL])
def test_fails(name: str, given: Estate, rules: list[str]) -> None:
    found = problems(given)
    assert [problem.rule for problem in found] == rules, "\n".join(map(str, found))


def test_a_message_says_what_would_be_right() -> None:
    (problem,) = problems(shared(endpoints=CentralEndpoints(services=["com.amazonaws.us-east-1.kms"])))
    assert problem.remedy.startswith('"kms"; one of access-analyzer, ')
    (problem,) = problems(forwards(ForwardRule("Corp Example.com.", site="dc1")))
    assert problem.subject == 'forward rule "Corp Example.com."'
    assert problem.remedy == '"corp-example.com"'


def test_who_reaches_the_spoke_is_served() -> None:
    locked = Spoke("vault", cidr="10.1.48.0/20", segment="locked", egress=Egress.NONE)
    given = shared(segments=[*shared().segments, LOCKED])
    grown = replace(
        given, environments=[*given.environments, Environment("vault", account="workloads", spokes=[locked])]
    )
    assert problems(grown) == ()
    assert [spoke.name for _, spoke in served(grown)] == ["shared", "dev"]


def test_tiers_follow_from_what_the_spoke_holds() -> None:
    base = (Tier.PRIVATE, Tier.TRANSIT_GATEWAY)
    assert tiers_in(shared(inbound=False), SHARED) == base
    assert tiers_in(shared(), SHARED) == (*base, Tier.RESOLVER)
    assert tiers_in(central("kms"), SHARED) == (*base, Tier.RESOLVER, Tier.ENDPOINTS)
    assert tiers_in(central("kms"), DEV) == base

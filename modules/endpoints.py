"""Module `endpoints`: central interface endpoints for all spokes and sites, and private hosted zones for their names.

This file also adds the interface endpoints that only one spoke uses to the spoke's own module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.aws.services import HTTPS, S3, SERVICES, Service, ports_of
from isthmus.intent import Estate, SharedBy, Spoke
from isthmus.intent.addressing import Tier, subnet_name, zone_number
from isthmus.intent.name_resolution import SharedServices, central_services, for_sites_only, service_zones
from isthmus.intent.reachability import networks_reached
from modules.aws import (
    Route53Record,
    Route53RecordAlias,
    SecurityGroup,
    VpcEndpoint,
    VpcEndpointDnsOptions,
    VpcSecurityGroupIngressRule,
)
from modules.cdk import ModuleStack, TerraformOutput, TerraformVariable
from modules.dns import private_zone
from modules.dns_interface import AUTHORIZE_ROLE, PROFILE_ID, VPC_ID, subnet_id, zone_id
from modules.dns_sharing import allow_authorization, associate_with_profile, authorizes_other_accounts
from modules.iam_policy import allow, document, inside, organization_partition
from modules.provider import REQUIRED
from modules.terraform_names import domain_identifier, identifier

_STS = "sts"
# Buckets that AWS owns: layers of ECR images (ECR signs the requests), packages of Amazon Linux (unsigned requests),
# and downloads of the SSM agent.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
# https://docs.aws.amazon.com/linux/al2023/ug/managing-repos-os-updates.html
# https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html
_AWS_BUCKETS = (
    "prod-{region}-starport-layer-bucket",
    "al2023-repos-{region}-de612dc2",
    "amazonlinux-2-repos-{region}",
    "amazon-ssm-{region}",
    "amazon-ssm-packages-{region}",
    "aws-ssm-{region}",
    "aws-ssm-distributor-file-{region}",
    "aws-ssm-document-attachments-{region}",
    "aws-windows-downloads-{region}",
    "patch-baseline-snapshot-{region}",
    "{region}-birdwatcher-prod",
)


def endpoint_outputs(estate: Estate, home: SharedServices) -> tuple[str, ...]:
    """The names of the module's outputs that spokes need."""
    if home.dns.shared_by is SharedBy.PROFILE:
        return ()
    return tuple(zone_id(domain) for domain in sorted(service_zones(home, estate.region)))


def endpoints(estate: Estate, home: SharedServices) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `vpc_id`, `subnet_id_<subnet>` of the endpoints subnets; with a profile `dns_profile_id`; if VPCs of other
    accounts need an authorization `authorize_role_name`.
    Outputs: `endpoints_outputs`, and `endpoint_ids` by service.
    """
    module = ModuleStack("endpoints", providers=REQUIRED)
    vpc_id = _input(module, VPC_ID, "The shared services VPC")
    names = [subnet_name(Tier.ENDPOINTS, zone) for zone in sorted(estate.zones_of(home.spoke), key=zone_number)]
    subnet_ids = [_input(module, subnet_id(name), f"Subnet {name}") for name in names]
    name = f"{estate.prefix}-{home.environment.name}"
    sources = {f"block_{identifier(block)}": block for block in estate.blocks}
    reached = networks_reached(estate, estate.segment(home.spoke.segment))
    sources |= {identifier(network): cidr for network, cidr in reached.items()}
    services = central_services(home.environment)
    group = _group(module, f"{name}-endpoints", vpc_id, sources, ports_of(services))

    made: dict[str, VpcEndpoint] = {}
    pinned = home.environment.endpoints.policies if home.environment.endpoints is not None else {}
    for service in services:
        # Private DNS is enabled only on an endpoint that just the sites use: https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
        only = for_sites_only(home, service)
        made[service.name] = _endpoint(
            module,
            estate,
            service,
            f"{name}-{service.name}",
            pinned.get(service.name),
            vpc_id=vpc_id,
            subnet_ids=subnet_ids,
            security_group_ids=[module.ref(group)],
            private_dns_enabled=only,
            dns_options=VpcEndpointDnsOptions(private_dns_only_for_inbound_resolver_endpoint=True) if only else None,
        )
    ids = {service: module.ref(endpoint) for service, endpoint in made.items()}
    module.add(TerraformOutput, "endpoint_ids", value=ids, description="Interface endpoints, by service")
    profile = home.dns.shared_by is SharedBy.PROFILE
    authorizing = authorizes_other_accounts(estate, home)
    role = (
        _input(module, AUTHORIZE_ROLE, "The role that authorizes VPCs for private hosted zones") if authorizing else ""
    )
    zone_arns = []
    profile_id = _input(module, PROFILE_ID, "The Route 53 Profile to associate with VPCs") if profile else ""
    for domain, (service, names_) in sorted(service_zones(home, estate.region).items()):
        zone = private_zone(module, estate, home, domain, vpc_id)
        zone_arns.append(module.ref(zone, "arn"))
        labels = ["*" for _ in range(names_.wildcard)] + ["" for _ in range(names_.apex)]
        for label in labels:
            _record(module, module.ref(zone), domain, label, made[service.name])
        if profile:
            associate_with_profile(module, profile_id, f"zone_{domain_identifier(domain)}", module.ref(zone, "arn"))
        else:
            module.add(
                TerraformOutput, zone_id(domain), value=module.ref(zone), description=f"Private hosted zone {domain}"
            )
    if authorizing:
        allow_authorization(module, role, "endpoints", zone_arns)
    return module.emit()


def spoke_endpoints(
    module: ModuleStack, estate: Estate, spoke: Spoke, name: str, vpc_id: str, subnet_ids: Sequence[str]
) -> None:
    """Interface endpoints that only this spoke uses: in its private subnets, with AWS's private DNS names."""
    if not spoke.interface_endpoints:
        return
    sources = {identifier(cidr): cidr for cidr in spoke.own_cidrs}
    services = [SERVICES[service] for service in sorted(spoke.interface_endpoints)]
    group = _group(module, f"{name}-endpoints", vpc_id, sources, ports_of(services))
    for service in services:
        _endpoint(
            module,
            estate,
            service,
            f"{name}-{service.name}",
            spoke.endpoint_policies.get(service.name),
            vpc_id=vpc_id,
            subnet_ids=subnet_ids,
            security_group_ids=[module.ref(group)],
            private_dns_enabled=True,
            dns_options=_private_dns_for_vpc(service.name),
        )


def _private_dns_for_vpc(service: str) -> VpcEndpointDnsOptions | None:
    """DNS options that make the private DNS name of S3 resolve to this endpoint in the VPC.

    By default, AWS applies the name of S3 only to queries of the inbound Resolver endpoint, and requires a gateway
    endpoint for the VPC: `To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC must have a Gateway
    endpoint`.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html#private-dns-s3
    """
    return VpcEndpointDnsOptions(private_dns_only_for_inbound_resolver_endpoint=False) if service == S3 else None


def _group(
    module: ModuleStack, name: str, vpc_id: str, sources: Mapping[str, str], ports: Sequence[tuple[int, int]]
) -> SecurityGroup:
    """The security group of an endpoint. It allows HTTPS and the other ports of the services inbound, and no egress."""
    group = module.add(
        SecurityGroup,
        "endpoints",
        name=name,
        description="HTTPS to interface endpoints",
        vpc_id=vpc_id,
        tags={"Name": name},
    )
    for first, last in ports:
        # A different prefix for other ports, so that no network name makes two identifiers equal.
        start = "endpoints" if (first, last) == HTTPS else f"ports_{first}_{last}"
        what = "HTTPS" if (first, last) == HTTPS else f"tcp/{first}" if first == last else f"tcp/{first}-{last}"
        for source, cidr in sorted(sources.items()):
            module.add(
                VpcSecurityGroupIngressRule,
                f"{start}_{source}",
                security_group_id=module.ref(group),
                description=f"{what} from {cidr}",
                cidr_ipv4=cidr,
                ip_protocol="tcp",
                from_port=first,
                to_port=last,
            )
    return group


def _endpoint(
    module: ModuleStack, estate: Estate, service: Service, name: str, policy: str | None, **rest: Any
) -> VpcEndpoint:
    return module.add(
        VpcEndpoint,
        f"interface_{identifier(service.name)}",
        service_name=service.endpoint_name(estate.region),
        vpc_endpoint_type="Interface",
        policy=(policy or _policy(estate, service)) if service.has_policies else None,
        tags={"Name": name},
        **rest,
    )


def _policy(estate: Estate, service: Service) -> str:
    """The endpoint policy: principals of the organization, or of the one account, may use every action and resource.

    A caller that assumes a role with a web identity token or a SAML assertion, such as a workload of EKS, is not a
    principal yet. So the STS policy also allows these two actions for roles of the organization. Requests to buckets
    that AWS owns may be unsigned, or signed by AWS. So the S3 policy also allows reading those buckets.
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sts_vpc_endpoint_policies.html
    """
    anyone = {"AWS": "*"}
    of_principal, of_resource = inside(estate, "Principal"), inside(estate, "Resource")
    sid = "Account" if estate.organization is None else "Organization"
    statements = [allow(sid, principal=anyone, actions=["*"], resources=["*"], conditions=of_principal)]
    if service.name == _STS:
        actions = ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]
        statements.append(
            allow("Federation", principal=anyone, actions=actions, resources=["*"], conditions=of_resource)
        )
    if service.name == S3:
        start = f"arn:{organization_partition(estate)}:s3:::"
        buckets = [f"{start}{bucket.format(region=estate.region)}/*" for bucket in _AWS_BUCKETS]
        statements.append(allow("AwsOwned", principal=anyone, actions=["s3:GetObject"], resources=buckets))
    return document(*statements)


def _record(module: ModuleStack, zone: str, domain: str, label: str, endpoint: VpcEndpoint) -> None:
    """An alias record from a service name to its endpoint. Entry 0 of `dns_entry` is the endpoint's regional name."""
    entry = f"{module.address(endpoint)}.dns_entry[0]"
    module.add(
        Route53Record,
        f"{domain_identifier(domain)}_all" if label else domain_identifier(domain),
        zone_id=zone,
        name=f"{label}.{domain}" if label else domain,
        type="A",
        alias=Route53RecordAlias(
            name=f"${{{entry}.dns_name}}", zone_id=f"${{{entry}.hosted_zone_id}}", evaluate_target_health=False
        ),
    )


def _input(module: ModuleStack, name: str, description: str) -> str:
    return module.ref(module.add(TerraformVariable, name, type="string", description=description), None)

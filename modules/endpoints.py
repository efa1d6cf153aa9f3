"""Module `endpoints`: interface endpoints for every spoke and site, with private zones for their names.

Also the interface endpoints that a spoke has for itself alone, which its own module holds.
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
from modules.iam_policy import allow, document, organization_id, organization_partition
from modules.provider import REQUIRED
from modules.terraform_names import domain_identifier, identifier

_STS = "sts"
# Layers of images in ECR, which ECR signs for; packages of Amazon Linux, for which nobody does; what the SSM agent
# fetches. https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
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

    Inputs: `vpc_id`, `subnet_id_<subnet>` of the endpoints subnets; with a profile `dns_profile_id`; where zones admit
    VPCs of other accounts one by one `authorize_role_name`.
    Outputs: `endpoints_outputs`, and `endpoint_ids` by service.
    """
    module = ModuleStack("endpoints", providers=REQUIRED)
    vpc_id = _input(module, VPC_ID, "The VPC of shared services")
    names = [subnet_name(Tier.ENDPOINTS, zone) for zone in sorted(estate.zones_of(home.spoke), key=zone_number)]
    subnet_ids = [_input(module, subnet_id(name), f"Subnet {name}") for name in names]
    name = f"{estate.prefix}-{home.environment.name}"
    sources = {f"block_{identifier(block)}": block for block in estate.blocks}
    reached = networks_reached(estate, estate.segment(home.spoke.segment))
    sources |= {identifier(network): cidr for network, cidr in reached.items()}
    services = central_services(home.environment)
    group = _group(module, f"{name}-endpoints", vpc_id, sources, ports_of(service.name for service in services))

    made: dict[str, VpcEndpoint] = {}
    pinned = home.environment.endpoints.policies if home.environment.endpoints is not None else {}
    for service in services:
        # The VPC's own private DNS is for sites: https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
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
    admitting = authorizes_other_accounts(estate, home)
    role = _input(module, AUTHORIZE_ROLE, "The role that admits VPCs to private zones") if admitting else ""
    zone_arns = []
    profile_id = _input(module, PROFILE_ID, "The profile that VPCs are associated with") if profile else ""
    for domain, (service, names_) in sorted(service_zones(home, estate.region).items()):
        zone = private_zone(module, estate, home, domain, vpc_id)
        zone_arns.append(module.ref(zone, "arn"))
        labels = ["*" for _ in range(names_.wildcard)] + ["" for _ in range(names_.apex)]
        for label in labels:
            _record(module, module.ref(zone), domain, label, made[service.name])
        if profile:
            associate_with_profile(module, profile_id, f"zone_{domain_identifier(domain)}", module.ref(zone, "arn"))
        else:
            module.add(TerraformOutput, zone_id(domain), value=module.ref(zone), description=f"Zone {domain}")
    if admitting:
        allow_authorization(module, role, "endpoints", zone_arns)
    return module.emit()


def spoke_endpoints(
    module: ModuleStack, estate: Estate, spoke: Spoke, name: str, vpc_id: str, subnet_ids: Sequence[str]
) -> None:
    """Interface endpoints of a spoke for itself: in its private subnets, by the names that AWS gives them."""
    if not spoke.interface_endpoints:
        return
    sources = {identifier(cidr): cidr for cidr in (spoke.cidr, *spoke.secondary_cidrs)}
    group = _group(module, f"{name}-endpoints", vpc_id, sources, ports_of(spoke.interface_endpoints))
    for service in sorted(spoke.interface_endpoints):
        _endpoint(
            module,
            estate,
            SERVICES[service],
            f"{name}-{service}",
            spoke.endpoint_policies.get(service),
            vpc_id=vpc_id,
            subnet_ids=subnet_ids,
            security_group_ids=[module.ref(group)],
            private_dns_enabled=True,
            dns_options=_for_the_vpc_too(service),
        )


def _for_the_vpc_too(service: str) -> VpcEndpointDnsOptions | None:
    """Left alone, AWS makes the name of S3 lead the inbound Resolver endpoint here and nobody else, and wants a gateway
    endpoint for the others: `To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC must have a Gateway
    endpoint`. https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html#private-dns-s3
    """
    return VpcEndpointDnsOptions(private_dns_only_for_inbound_resolver_endpoint=False) if service == S3 else None


def _group(
    module: ModuleStack, name: str, vpc_id: str, sources: Mapping[str, str], ports: Sequence[tuple[int, int]]
) -> SecurityGroup:
    """What reaches an endpoint: by HTTPS, and by what else a service listens on. Nothing comes from there."""
    group = module.add(
        SecurityGroup,
        "endpoints",
        name=name,
        description="HTTPS to interface endpoints",
        vpc_id=vpc_id,
        tags={"Name": name},
    )
    for first, last in ports:
        # The other names begin in another way, so that no name of a network makes two of them the same.
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
        policy=policy or _policy(estate, service),
        tags={"Name": name},
        **rest,
    )


def _policy(estate: Estate, service: Service) -> str:
    """Requests of the organization's principals, to whatever they may use: nobody else's keys work through here.

    Who takes on a role with a token or an assertion is no principal yet, so the role's organization counts: workloads
    of EKS, and people who sign in by SAML. Nor does the organization sign for what AWS keeps in buckets of its own.
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sts_vpc_endpoint_policies.html
    """
    everybody, ours = {"AWS": "*"}, organization_id(estate)
    of_principal, of_resource = ({"StringEquals": {f"aws:{whose}OrgID": ours}} for whose in ("Principal", "Resource"))
    admits = [allow("Organization", principal=everybody, actions=["*"], resources=["*"], conditions=of_principal)]
    if service.name == _STS:
        actions = ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]
        admits.append(
            allow("Federation", principal=everybody, actions=actions, resources=["*"], conditions=of_resource)
        )
    if service.name == S3:
        start = f"arn:{organization_partition(estate)}:s3:::"
        buckets = [f"{start}{bucket.format(region=estate.region)}/*" for bucket in _AWS_BUCKETS]
        admits.append(allow("AwsOwned", principal=everybody, actions=["s3:GetObject"], resources=buckets))
    return document(*admits)


def _record(module: ModuleStack, zone: str, domain: str, label: str, endpoint: VpcEndpoint) -> None:
    """A name of a service, answered with its endpoint: the first entry is the endpoint's own name for all zones."""
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

"""Shares the resources of module `dns` with spokes: by one Route 53 Profile, or each resource by itself.

The query log configuration is always shared by itself. A profile can hold it, but AWS provider 6.22 fails after adding
it, and leaves it out of the state: https://github.com/hashicorp/terraform-provider-aws/issues/45268
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from isthmus.intent import Estate, SharedBy
from isthmus.intent.model import name_of
from isthmus.intent.name_resolution import SharedServices, private_domains
from modules.aws import (
    IamRole,
    IamRolePolicy,
    RamPrincipalAssociation,
    RamResourceAssociation,
    RamResourceShare,
    Route53ProfilesProfile,
    Route53ProfilesResourceAssociation,
)
from modules.cdk import ModuleStack, TerraformElement, TerraformOutput
from modules.dns_interface import AUTHORIZE_ROLE, FIREWALL_PRIORITY, PROFILE_ID, QUERY_LOGS, name_prefix, resource_name
from modules.hub import ram_principals, without_owner
from modules.iam_policy import allow, document, trust_policy
from modules.provider import authorize_role_name


def share_dns(
    module: ModuleStack,
    estate: Estate,
    home: SharedServices,
    shared: Mapping[str, TerraformElement],
    zone_arns: Sequence[str],
) -> None:
    """Share resources with the principals that may attach to the hub.

    shared     resources by Terraform name
    zone_arns  ARNs of the module's private hosted zones
    """
    if home.dns.shared_by is SharedBy.PROFILE:
        _share_by_profile(module, estate, home, shared)
        return
    if shared:
        _share_by_ram(module, estate, home, shared)
    if authorizes_other_accounts(estate, home):
        _authorize_role(module, estate, home, zone_arns)


def authorizes_other_accounts(estate: Estate, home: SharedServices) -> bool:
    """Whether VPCs of other accounts need an authorization to associate with private hosted zones."""
    one_by_one = home.dns.shared_by is SharedBy.RESOLVER_RULES
    return one_by_one and bool(private_domains(home, estate.region)) and bool(_principals(estate, home))


def allow_authorization(module: ModuleStack, role: str, of: str, zone_arns: Sequence[str]) -> None:
    """Let a role authorize VPCs to associate with the private hosted zones of one module (`of`), and with no others.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
    """
    if not zone_arns:
        return
    module.add(
        IamRolePolicy,
        "authorize_vpcs",
        name=f"authorize-vpcs-{of}",
        role=role,
        policy=document(
            allow(
                "Authorize",
                actions=[
                    "route53:CreateVPCAssociationAuthorization",
                    "route53:DeleteVPCAssociationAuthorization",
                    "route53:ListVPCAssociationAuthorizations",
                ],
                resources=zone_arns,
            )
        ),
    )


def _principals(estate: Estate, home: SharedServices) -> list[str]:
    """The units and accounts to share with: those that may attach to the hub, and the hub's own account."""
    attaching = [*estate.hub.share_with, str(name_of(estate.hub_environment.account))]
    return without_owner(attaching, home.environment)


def _share_by_profile(
    module: ModuleStack, estate: Estate, home: SharedServices, shared: Mapping[str, TerraformElement]
) -> None:
    name = name_prefix(estate, home)
    profile = module.add(Route53ProfilesProfile, "this", name=name, tags={"Name": name})
    by_itself: dict[str, TerraformElement] = {"profile": profile}
    for key, element in shared.items():
        if key == QUERY_LOGS:
            by_itself[key] = element
            continue
        properties = f'{{"priority":{FIREWALL_PRIORITY}}}' if key == "firewall" else None
        associate_with_profile(module, module.ref(profile), key, module.ref(element, "arn"), properties)
    _share_by_ram(module, estate, home, by_itself)
    description = "The Route 53 Profile to associate with VPCs"
    module.add(TerraformOutput, PROFILE_ID, value=module.ref(profile), description=description)


def associate_with_profile(
    module: ModuleStack, profile_id: str, name: str, arn: str, properties: str | None = None
) -> None:
    """Associate a resource with the profile. It then applies to every VPC that is associated with the profile."""
    module.add(
        Route53ProfilesResourceAssociation,
        name,
        name=resource_name(name.replace("_", "-")),
        profile_id=profile_id,
        resource_arn=arn,
        resource_properties=properties,
    )


def _share_by_ram(
    module: ModuleStack, estate: Estate, home: SharedServices, elements: Mapping[str, TerraformElement]
) -> None:
    principals = _principals(estate, home)
    if not principals:
        return
    name = f"{name_prefix(estate, home)}-dns"
    made = module.add(RamResourceShare, "dns", name=name, allow_external_principals=False, tags={"Name": name})
    arn = module.ref(made, "arn")
    for key, element in elements.items():
        module.add(RamResourceAssociation, key, resource_arn=module.ref(element, "arn"), resource_share_arn=arn)
    for key, principal in ram_principals(estate, principals):
        module.add(RamPrincipalAssociation, key, principal=principal, resource_share_arn=arn)


def _authorize_role(module: ModuleStack, estate: Estate, home: SharedServices, zone_arns: Sequence[str]) -> None:
    """The role by which a spoke's root in another account authorizes its VPC for the private hosted zones."""
    name = authorize_role_name(estate)
    role = module.add(
        IamRole,
        "authorize_vpcs",
        name=name,
        description="Authorize VPCs of other accounts to associate with private hosted zones",
        assume_role_policy=trust_policy(estate, _principals(estate, home)),
        tags={"Name": name},
    )
    allow_authorization(module, module.ref(role), "dns", zone_arns)
    # Module `endpoints` has zones too, and adds a policy for them to this role.
    module.add(
        TerraformOutput,
        AUTHORIZE_ROLE,
        value=module.ref(role),
        description="The role that authorizes VPCs for private hosted zones",
    )

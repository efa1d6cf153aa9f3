"""How spokes get what module `dns` makes: by one profile, or each thing by itself.

Query logs go by themselves in either case. A profile may hold them, but AWS provider 6.22 still fails after it has put
them there, and leaves them out of the state: https://github.com/hashicorp/terraform-provider-aws/issues/45268
"""

from __future__ import annotations

from collections.abc import Mapping

from isthmus.intent import Estate, SharedBy
from isthmus.intent.resolution import SharedServices, private_domains
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
from modules.dns_names import FIREWALL_PRIORITY, PROFILE_ID, QUERY_LOGS, label, module_name
from modules.hub import principals
from modules.policy import allow, deployment_roles, document, organization_partition
from modules.provider import authorize_role_name


def share(module: ModuleStack, estate: Estate, home: SharedServices, shared: Mapping[str, TerraformElement]) -> None:
    """Share these elements, by Terraform name, with the organization."""
    if home.dns.shared_by is SharedBy.PROFILE:
        _by_profile(module, estate, home, shared)
        return
    if shared:
        _with_organization(module, estate, home, shared)
    if private_domains(home, estate.region):
        _authorize_role(module, estate)


def _by_profile(
    module: ModuleStack, estate: Estate, home: SharedServices, shared: Mapping[str, TerraformElement]
) -> None:
    name = module_name(estate, home)
    profile = module.add(Route53ProfilesProfile, "this", name=name, tags={"Name": name})
    alone: dict[str, TerraformElement] = {"profile": profile}
    for key, element in shared.items():
        if key == QUERY_LOGS:
            alone[key] = element
            continue
        properties = f'{{"priority":{FIREWALL_PRIORITY}}}' if key == "firewall" else None
        put_into_profile(module, module.ref(profile), key, module.ref(element, "arn"), properties)
    _with_organization(module, estate, home, alone)
    told = "The profile that VPCs are associated with"
    module.add(TerraformOutput, PROFILE_ID, value=module.ref(profile), description=told)


def put_into_profile(module: ModuleStack, profile_id: str, name: str, arn: str, properties: str | None = None) -> None:
    """Put a resource into the profile, and so before every VPC that is associated with it."""
    module.add(
        Route53ProfilesResourceAssociation,
        name,
        name=label(name.replace("_", "-")),
        profile_id=profile_id,
        resource_arn=arn,
        resource_properties=properties,
    )


def _with_organization(
    module: ModuleStack, estate: Estate, home: SharedServices, elements: Mapping[str, TerraformElement]
) -> None:
    name = f"{module_name(estate, home)}-dns"
    made = module.add(RamResourceShare, "dns", name=name, allow_external_principals=False, tags={"Name": name})
    arn = module.ref(made, "arn")
    for key, element in elements.items():
        module.add(RamResourceAssociation, key, resource_arn=module.ref(element, "arn"), resource_share_arn=arn)
    for key, principal in principals(estate, ()):
        module.add(RamPrincipalAssociation, key, principal=principal, resource_share_arn=arn)


def _authorize_role(module: ModuleStack, estate: Estate) -> None:
    """The role with which a spoke's root, in another account, has its VPC admitted to the private zones."""
    name = authorize_role_name(estate)
    role = module.add(
        IamRole,
        "authorize_vpcs",
        name=name,
        description="Admit VPCs of the organization to private zones",
        assume_role_policy=document(
            allow(
                "Organization",
                principal={"AWS": "*"},
                actions=["sts:AssumeRole", "sts:TagSession"],
                conditions=deployment_roles(estate),
            )
        ),
        tags={"Name": name},
    )
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
    module.add(
        IamRolePolicy,
        "authorize_vpcs",
        name="authorize-vpcs",
        role=module.ref(role),
        policy=document(
            allow(
                "Authorize",
                actions=[
                    "route53:CreateVPCAssociationAuthorization",
                    "route53:DeleteVPCAssociationAuthorization",
                    "route53:ListVPCAssociationAuthorizations",
                ],
                resources=[f"arn:{organization_partition(estate)}:route53:::hostedzone/*"],
            )
        ),
    )

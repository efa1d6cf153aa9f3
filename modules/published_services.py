"""The load balancer of a spoke's published services: in the routable subnets, with targets in the private subnets.

This is AWS's design for connections to a VPC whose range is in use elsewhere:
https://docs.aws.amazon.com/whitepapers/latest/building-scalable-secure-multi-vpc-network-infrastructure/private-nat-gateway.html
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from zlib import crc32

from isthmus.intent import Environment, Estate, PublishedService, Spoke
from isthmus.intent.addressing import Tier, balancer_address
from isthmus.intent.published_clients import clients
from modules.aws import (
    Lb,
    LbListener,
    LbListenerDefaultAction,
    LbSubnetMapping,
    LbTargetGroup,
    LbTargetGroupAttachment,
    LbTargetGroupHealthCheck,
    SecurityGroup,
    VpcSecurityGroupEgressRule,
    VpcSecurityGroupIngressRule,
)
from modules.aws import Subnet as AwsSubnet
from modules.cdk import ModuleStack, TerraformOutput
from modules.lifecycle import CREATE_BEFORE_DESTROY
from modules.terraform_names import identifier

_NAME = "published"
_LONGEST_NAME = 32
_TCP = "TCP"


def published_services(
    module: ModuleStack,
    estate: Estate,
    environment: Environment,
    spoke: Spoke,
    *,
    vpc_name: str,
    vpc_id: str,
    subnets: Mapping[str, AwsSubnet],
    cidrs: Mapping[str, IPv4Network],
) -> None:
    """Add the load balancer, its security group, and a listener with a target group for each published service.

    `subnets` and `cidrs` are those of the spoke by name. Output: `published_addresses`, by Availability Zone number.
    """
    if not spoke.published:
        return
    group = _security_group(module, estate, spoke, vpc_name, vpc_id)
    routable = {key: subnet for key, subnet in subnets.items() if key.startswith(f"{Tier.ROUTABLE}_")}
    addresses = {key: str(balancer_address(cidrs[key])) for key in routable}
    balancer = module.add(
        Lb,
        _NAME,
        name=_balancer_name(vpc_name),
        load_balancer_type="network",
        internal=True,
        ip_address_type="ipv4",
        # Each address is fixed, so it has to reach targets in any zone: its own may have none that is healthy.
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html
        enable_cross_zone_load_balancing=True,
        enable_deletion_protection=environment.protected,
        security_groups=[module.ref(group)],
        subnet_mapping=[
            LbSubnetMapping(subnet_id=module.ref(subnet), private_ipv4_address=addresses[key])
            for key, subnet in routable.items()
        ],
        tags={"Name": f"{vpc_name}-{_NAME}"},
    )
    for service in sorted(spoke.published, key=lambda one: one.port):
        _service(module, service, vpc_name, vpc_id, module.ref(balancer, "arn"))
    by_zone = {key.rpartition("_")[2]: address for key, address in addresses.items()}
    module.add(
        TerraformOutput,
        "published_addresses",
        value=by_zone,
        description="Addresses of the load balancer of the published services, by Availability Zone number",
    )


def _service(module: ModuleStack, service: PublishedService, vpc_name: str, vpc_id: str, balancer: str) -> None:
    """Add the listener, target group and targets. Their names hold the port, so that the service may be renamed."""
    key = f"tcp_{service.port}"
    label = {"Name": f"{vpc_name}-{service.name}"}
    targets = module.add(
        LbTargetGroup,
        key,
        name_prefix="svc-",
        protocol=_TCP,
        port=service.port_of_targets,
        target_type="ip",
        vpc_id=vpc_id,
        # Targets answer the load balancer, inside their VPC. They would answer clients by the private NAT gateways, or
        # not at all if a client has an address of the VPC. AWS cannot switch this off for UDP.
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html
        preserve_client_ip="false",
        health_check=LbTargetGroupHealthCheck(protocol=_TCP, port="traffic-port"),
        tags=label,
        lifecycle=CREATE_BEFORE_DESTROY,
    )
    for target in sorted(service.targets):
        module.add(
            LbTargetGroupAttachment,
            f"{key}_{identifier(target)}",
            target_group_arn=module.ref(targets, "arn"),
            target_id=target,
            port=service.port_of_targets,
        )
    module.add(
        LbListener,
        key,
        load_balancer_arn=balancer,
        protocol=_TCP,
        port=service.port,
        default_action=[LbListenerDefaultAction(type="forward", target_group_arn=module.ref(targets, "arn"))],
        tags=label,
    )


def _security_group(module: ModuleStack, estate: Estate, spoke: Spoke, vpc_name: str, vpc_id: str) -> SecurityGroup:
    """Add the security group: in from the clients of each service, out to its targets.

    A load balancer that is created without one can never get one.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
    """
    name = f"{vpc_name}-{_NAME}"
    group = module.add(
        SecurityGroup, _NAME, name=name, description="Published services", vpc_id=vpc_id, tags={"Name": name}
    )
    for service in sorted(spoke.published, key=lambda one: one.port):
        for client, cidrs in clients(estate, spoke, service).items():
            for cidr in cidrs:
                module.add(
                    VpcSecurityGroupIngressRule,
                    f"{_NAME}_tcp_{service.port}_{identifier(client)}_{identifier(cidr)}",
                    security_group_id=module.ref(group),
                    description=f"tcp/{service.port} from {client}",
                    ip_protocol="tcp",
                    from_port=service.port,
                    to_port=service.port,
                    cidr_ipv4=cidr,
                )
    for target, port in sorted({(one, each.port_of_targets) for each in spoke.published for one in each.targets}):
        module.add(
            VpcSecurityGroupEgressRule,
            f"{_NAME}_tcp_{port}_{identifier(target)}",
            security_group_id=module.ref(group),
            description=f"tcp/{port} to {target}",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            cidr_ipv4=f"{target}/32",
        )
    return group


def _balancer_name(vpc_name: str) -> str:
    """The name of the load balancer: at most 32 letters, digits and hyphens, unique in the account.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
    """
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in f"{vpc_name}-{_NAME}").strip("-")
    if len(plain) <= _LONGEST_NAME and not plain.startswith("internal-"):
        return plain
    return f"{_NAME}-{plain[:13].strip('-')}-{crc32(vpc_name.encode()):08x}"

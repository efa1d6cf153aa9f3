"""What AWS does and moto does not without its mends: one small conversation for each."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import boto3  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

_ORGANIZATION: Final = "123456789012"


def client(service: str) -> Any:
    """A client with invalid keys."""
    return _session().client(service)


@cache
def _session() -> Any:
    """One session: it reads the description of each service once."""
    return boto3.Session(aws_access_key_id="mock", aws_secret_access_key="mock", region_name="us-east-1")


def gateway(ec2: Any) -> str:
    """A gateway with everything by default off."""
    options = {"DefaultRouteTableAssociation": "disable", "DefaultRouteTablePropagation": "disable"}
    return str(ec2.create_transit_gateway(Options=options)["TransitGateway"]["TransitGatewayId"])


def network(ec2: Any) -> tuple[str, str]:
    """A VPC and a subnet in it."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return vpc, ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]


def attachment(ec2: Any, tags: dict[str, str] | None = None) -> dict[str, Any]:
    """A VPC attached to a gateway whose defaults are on."""
    vpc, subnet = network(ec2)
    hub = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    listed = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    made: dict[str, Any] = ec2.create_transit_gateway_vpc_attachment(
        TransitGatewayId=hub,
        VpcId=vpc,
        SubnetIds=[subnet],
        TagSpecifications=[{"ResourceType": "transit-gateway-attachment", "Tags": listed}] if listed else [],
    )["TransitGatewayVpcAttachment"]
    return made


def no_default_tables() -> bool:
    ec2 = client("ec2")
    gateway(ec2)
    return not ec2.describe_transit_gateway_route_tables()["TransitGatewayRouteTables"]


def propagation_into_several_tables() -> bool:
    ec2 = client("ec2")
    made = attachment(ec2)
    hub, id = made["TransitGatewayId"], made["TransitGatewayAttachmentId"]
    tables = [
        ec2.create_transit_gateway_route_table(TransitGatewayId=hub)["TransitGatewayRouteTable"] for _ in range(2)
    ]
    given = [
        {"TransitGatewayAttachmentId": id, "TransitGatewayRouteTableId": t["TransitGatewayRouteTableId"]}
        for t in tables
    ]
    for one in given:
        ec2.enable_transit_gateway_route_table_propagation(**one)
    for one in given:
        ec2.disable_transit_gateway_route_table_propagation(**one)
    return True


def tags_of_attachments() -> bool:
    return attachment(client("ec2"), {"Name": "a"}).get("Tags") == [{"Key": "Name", "Value": "a"}]


def acceptance_of_attachments() -> bool:
    ec2 = client("ec2")
    id = attachment(ec2)["TransitGatewayAttachmentId"]
    accepted = ec2.accept_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=id)
    return bool(accepted["TransitGatewayVpcAttachment"]["State"] == "available")


def deleted_attachments_are_described() -> bool:
    ec2 = client("ec2")
    id = attachment(ec2)["TransitGatewayAttachmentId"]
    ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=id)
    described = ec2.describe_transit_gateway_vpc_attachments(TransitGatewayAttachmentIds=[id])
    return [one["State"] for one in described["TransitGatewayVpcAttachments"]] == ["deleted"]


def _connection(ec2: Any, **options: Any) -> dict[str, Any]:
    customer = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="203.0.113.1", BgpAsn=65000)["CustomerGateway"]
    hub = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    made = ec2.create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=customer["CustomerGatewayId"], TransitGatewayId=hub, Options=options
    )
    described: dict[str, Any] = ec2.describe_vpn_connections(
        VpnConnectionIds=[made["VpnConnection"]["VpnConnectionId"]]
    )["VpnConnections"][0]
    return described


def options_of_connections() -> bool:
    tunnel = {"TunnelInsideCidr": "169.254.10.0/30", "DPDTimeoutSeconds": 40}
    options = _connection(client("ec2"), StaticRoutesOnly=True, TunnelOptions=[tunnel]).get("Options", {})
    described = options["TunnelOptions"][0]
    return bool(options["StaticRoutesOnly"] and described["DpdTimeoutSeconds"] == 40)


def keys_in_secrets_manager() -> bool:
    ec2 = client("ec2")

    def ask(params: dict[str, Any], **_: object) -> None:
        params["body"]["PreSharedKeyStorage"] = "SecretsManager"

    ec2.meta.events.register("before-call.ec2.CreateVpnConnection", ask)
    return "<pre_shared_key>REDACTED<" in _connection(ec2)["CustomerGatewayConfiguration"]


def names_of_endpoints() -> bool:
    ec2 = client("ec2")
    vpc, subnet = network(ec2)
    made = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.ssm",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        IpAddressType="ipv4",
        DnsOptions={"DnsRecordIpType": "ipv4"},
    )["VpcEndpoint"]
    return bool(made["IpAddressType"] == "ipv4" and made["DnsOptions"]["DnsRecordIpType"] == "ipv4")


def zones_made_with_a_vpc() -> bool:
    vpc, _ = network(client("ec2"))
    zone = client("route53").create_hosted_zone(
        Name="example.com", CallerReference="1", VPC={"VPCRegion": "us-east-1", "VPCId": vpc}
    )
    return bool(zone["HostedZone"]["Config"]["PrivateZone"] and zone["VPC"]["VPCId"] == vpc)


def protocols_of_resolver_endpoints() -> bool:
    ec2 = client("ec2")
    vpc, one = network(ec2)
    other = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="dns", Description="dns", VpcId=vpc)["GroupId"]
    made = client("route53resolver").create_resolver_endpoint(
        CreatorRequestId="1",
        Direction="INBOUND",
        SecurityGroupIds=[group],
        IpAddresses=[{"SubnetId": one, "Ip": "10.0.0.5"}, {"SubnetId": other, "Ip": "10.0.1.5"}],
    )
    return bool(made["ResolverEndpoint"]["Protocols"] == ["Do53"])


def life_of_query_log_configurations() -> bool:
    resolver = client("route53resolver")
    config = resolver.create_resolver_query_log_config(
        Name="q", DestinationArn="arn:aws:logs:us-east-1:123456789012:log-group:q", CreatorRequestId="1"
    )["ResolverQueryLogConfig"]
    resolver.list_tags_for_resource(ResourceArn=config["Arn"])
    resolver.delete_resolver_query_log_config(ResolverQueryLogConfigId=config["Id"])
    return not resolver.list_resolver_query_log_configs()["ResolverQueryLogConfigs"]


def ends_of_query_log_associations() -> bool:
    resolver = client("route53resolver")
    config = resolver.create_resolver_query_log_config(
        Name="q", DestinationArn="arn:aws:logs:us-east-1:123456789012:log-group:q", CreatorRequestId="1"
    )["ResolverQueryLogConfig"]["Id"]
    vpc, _ = network(client("ec2"))
    resolver.associate_resolver_query_log_config(ResolverQueryLogConfigId=config, ResourceId=vpc)
    resolver.disassociate_resolver_query_log_config(ResolverQueryLogConfigId=config, ResourceId=vpc)
    return not resolver.list_resolver_query_log_config_associations()["ResolverQueryLogConfigAssociations"]


def tags_of_shares() -> bool:
    ram = client("ram")
    tags = [{"key": "Name", "value": "a"}]
    one, _ = (ram.create_resource_share(name=name, tags=tags)["resourceShare"] for name in "ab")
    described = ram.get_resource_shares(resourceOwner="SELF", resourceShareArns=[one["resourceShareArn"]])
    return [(share["name"], share.get("tags")) for share in described["resourceShares"]] == [("a", tags)]


def associations_of_shares() -> bool:
    ram = client("ram")
    share = ram.create_resource_share(name="a")["resourceShare"]["resourceShareArn"]
    ram.associate_resource_share(resourceShareArn=share, principals=[_ORGANIZATION])
    ram.disassociate_resource_share(resourceShareArn=share, principals=[_ORGANIZATION])
    described = ram.get_resource_share_associations(associationType="PRINCIPAL", resourceShareArns=[share])
    return [one["status"] for one in described["resourceShareAssociations"]] == ["DISASSOCIATED"]


def permissions_of_shares() -> bool:
    ram = client("ram")
    share = ram.create_resource_share(name="a")["resourceShare"]["resourceShareArn"]
    return not ram.list_resource_share_permissions(resourceShareArn=share)["permissions"]


PROBES: Final[dict[str, Callable[[], bool]]] = {
    probe.__name__: probe
    for probe in (
        no_default_tables,
        propagation_into_several_tables,
        tags_of_attachments,
        acceptance_of_attachments,
        deleted_attachments_are_described,
        options_of_connections,
        keys_in_secrets_manager,
        names_of_endpoints,
        zones_made_with_a_vpc,
        protocols_of_resolver_endpoints,
        life_of_query_log_configurations,
        ends_of_query_log_associations,
        tags_of_shares,
        associations_of_shares,
        permissions_of_shares,
    )
}
"""Whether moto does as AWS does, by the name of the mend."""


def like_aws(probe: Callable[[], bool]) -> bool:
    """What a probe says; an answer that breaks the client, or a refusal, is a no."""
    try:
        return probe()
    except (ClientError, KeyError, AttributeError, NotImplementedError):
        return False

"""The IAM actions that Terraform needs for each type of resource: to create, change, tag and destroy it.

Every action is in AWS's service authorization reference. The operations were read from the debug log of the AWS
provider, which names each one with the resource type that caused it. A test compares both.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TAGS: Final = "ec2:CreateTags ec2:DeleteTags"
_ALARM_TAGS: Final = "cloudwatch:TagResource cloudwatch:UntagResource"
_FIREWALL_TAGS: Final = "network-firewall:TagResource network-firewall:UntagResource"
_MANAGER_TAGS: Final = "networkmanager:TagResource networkmanager:UntagResource"
_PROFILE_TAGS: Final = "route53profiles:TagResource route53profiles:UntagResource"
_RESOLVER_TAGS: Final = "route53resolver:TagResource route53resolver:UntagResource"
_DIRECT_CONNECT_TAGS: Final = "directconnect:TagResource directconnect:UntagResource"
_BALANCER_TAGS: Final = "elasticloadbalancing:AddTags elasticloadbalancing:RemoveTags"
# Who makes a service send its logs to CloudWatch Logs needs these.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
_DELIVERY: Final = (
    "logs:CreateLogDelivery logs:UpdateLogDelivery logs:DeleteLogDelivery "
    "logs:PutResourcePolicy logs:DeleteResourcePolicy"
)
_SHARE: Final = "ram:AssociateResourceShare ram:DisassociateResourceShare"

WRITES: Final[Mapping[str, str]] = {
    "aws_cloudwatch_composite_alarm": f"cloudwatch:PutCompositeAlarm cloudwatch:DeleteAlarms {_ALARM_TAGS}",
    "aws_cloudwatch_dashboard": "cloudwatch:PutDashboard cloudwatch:DeleteDashboards",
    "aws_cloudwatch_log_group": "logs:CreateLogGroup logs:DeleteLogGroup logs:PutRetentionPolicy "
    "logs:DeleteRetentionPolicy logs:AssociateKmsKey logs:DisassociateKmsKey logs:TagResource logs:UntagResource",
    "aws_cloudwatch_log_metric_filter": "logs:PutMetricFilter logs:DeleteMetricFilter",
    "aws_cloudwatch_log_resource_policy": "logs:PutResourcePolicy logs:DeleteResourcePolicy",
    "aws_cloudwatch_metric_alarm": f"cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms {_ALARM_TAGS}",
    "aws_customer_gateway": f"ec2:CreateCustomerGateway ec2:DeleteCustomerGateway {_TAGS}",
    "aws_default_network_acl": "ec2:CreateNetworkAclEntry ec2:DeleteNetworkAclEntry ec2:ReplaceNetworkAclEntry "
    f"ec2:ReplaceNetworkAclAssociation {_TAGS}",
    "aws_default_route_table": "ec2:CreateRoute ec2:DeleteRoute ec2:ReplaceRoute "
    f"ec2:EnableVgwRoutePropagation ec2:DisableVgwRoutePropagation {_TAGS}",
    "aws_default_security_group": "ec2:AuthorizeSecurityGroupEgress ec2:AuthorizeSecurityGroupIngress "
    f"ec2:RevokeSecurityGroupEgress ec2:RevokeSecurityGroupIngress {_TAGS}",
    "aws_dx_gateway": "directconnect:CreateDirectConnectGateway directconnect:UpdateDirectConnectGateway "
    f"directconnect:DeleteDirectConnectGateway {_DIRECT_CONNECT_TAGS}",
    "aws_dx_gateway_association": "directconnect:CreateDirectConnectGatewayAssociation "
    "directconnect:UpdateDirectConnectGatewayAssociation directconnect:DeleteDirectConnectGatewayAssociation",
    "aws_dx_hosted_transit_virtual_interface_accepter": "directconnect:ConfirmTransitVirtualInterface "
    f"{_DIRECT_CONNECT_TAGS}",
    "aws_dx_transit_virtual_interface": "directconnect:CreateTransitVirtualInterface "
    "directconnect:UpdateVirtualInterfaceAttributes directconnect:DeleteVirtualInterface "
    f"{_DIRECT_CONNECT_TAGS}",
    "aws_ec2_tag": _TAGS,
    "aws_ec2_transit_gateway": f"ec2:CreateTransitGateway ec2:ModifyTransitGateway ec2:DeleteTransitGateway {_TAGS}",
    "aws_ec2_transit_gateway_route": "ec2:CreateTransitGatewayRoute ec2:DeleteTransitGatewayRoute",
    "aws_ec2_transit_gateway_route_table": "ec2:CreateTransitGatewayRouteTable ec2:DeleteTransitGatewayRouteTable "
    f"{_TAGS}",
    "aws_ec2_transit_gateway_route_table_association": "ec2:AssociateTransitGatewayRouteTable "
    "ec2:DisassociateTransitGatewayRouteTable",
    "aws_ec2_transit_gateway_route_table_propagation": "ec2:EnableTransitGatewayRouteTablePropagation "
    "ec2:DisableTransitGatewayRouteTablePropagation",
    "aws_ec2_transit_gateway_vpc_attachment": "ec2:CreateTransitGatewayVpcAttachment "
    f"ec2:ModifyTransitGatewayVpcAttachment ec2:DeleteTransitGatewayVpcAttachment {_TAGS}",
    "aws_ec2_transit_gateway_vpc_attachment_accepter": "ec2:AcceptTransitGatewayVpcAttachment "
    f"ec2:ModifyTransitGatewayVpcAttachment ec2:DeleteTransitGatewayVpcAttachment {_TAGS}",
    "aws_eip": f"ec2:AllocateAddress ec2:ReleaseAddress ec2:DisassociateAddress {_TAGS}",
    "aws_flow_log": f"ec2:CreateFlowLogs ec2:DeleteFlowLogs {_TAGS} {_DELIVERY}",
    "aws_iam_role": "iam:CreateRole iam:DeleteRole iam:UpdateRole iam:UpdateRoleDescription "
    "iam:UpdateAssumeRolePolicy iam:TagRole iam:UntagRole",
    "aws_iam_role_policy": "iam:PutRolePolicy iam:DeleteRolePolicy",
    "aws_internet_gateway": "ec2:CreateInternetGateway ec2:DeleteInternetGateway ec2:AttachInternetGateway "
    f"ec2:DetachInternetGateway {_TAGS}",
    "aws_kms_alias": "kms:CreateAlias kms:UpdateAlias kms:DeleteAlias",
    "aws_kms_key": "kms:CreateKey kms:PutKeyPolicy kms:EnableKeyRotation kms:DisableKeyRotation kms:EnableKey "
    "kms:DisableKey kms:UpdateKeyDescription kms:ScheduleKeyDeletion kms:TagResource kms:UntagResource",
    "aws_lb": "elasticloadbalancing:CreateLoadBalancer elasticloadbalancing:DeleteLoadBalancer "
    "elasticloadbalancing:ModifyLoadBalancerAttributes elasticloadbalancing:SetIpAddressType "
    f"elasticloadbalancing:SetSecurityGroups elasticloadbalancing:SetSubnets {_BALANCER_TAGS}",
    "aws_lb_listener": "elasticloadbalancing:CreateListener elasticloadbalancing:DeleteListener "
    f"elasticloadbalancing:ModifyListener elasticloadbalancing:ModifyListenerAttributes {_BALANCER_TAGS}",
    "aws_lb_target_group": "elasticloadbalancing:CreateTargetGroup elasticloadbalancing:DeleteTargetGroup "
    "elasticloadbalancing:ModifyTargetGroup elasticloadbalancing:ModifyTargetGroupAttributes "
    f"{_BALANCER_TAGS}",
    "aws_lb_target_group_attachment": "elasticloadbalancing:RegisterTargets elasticloadbalancing:DeregisterTargets",
    "aws_nat_gateway": f"ec2:CreateNatGateway ec2:DeleteNatGateway {_TAGS}",
    "aws_network_acl": "ec2:CreateNetworkAcl ec2:DeleteNetworkAcl ec2:CreateNetworkAclEntry "
    f"ec2:DeleteNetworkAclEntry ec2:ReplaceNetworkAclEntry ec2:ReplaceNetworkAclAssociation {_TAGS}",
    "aws_network_acl_association": "ec2:ReplaceNetworkAclAssociation",
    "aws_network_acl_rule": "ec2:CreateNetworkAclEntry ec2:DeleteNetworkAclEntry",
    "aws_networkfirewall_firewall": "network-firewall:CreateFirewall network-firewall:DeleteFirewall "
    "network-firewall:AssociateFirewallPolicy network-firewall:AssociateSubnets "
    "network-firewall:DisassociateSubnets network-firewall:AssociateAvailabilityZones "
    "network-firewall:DisassociateAvailabilityZones network-firewall:UpdateFirewallDeleteProtection "
    "network-firewall:UpdateFirewallDescription network-firewall:UpdateFirewallEncryptionConfiguration "
    "network-firewall:UpdateFirewallPolicyChangeProtection network-firewall:UpdateSubnetChangeProtection "
    f"network-firewall:UpdateAvailabilityZoneChangeProtection {_FIREWALL_TAGS}",
    "aws_networkfirewall_firewall_policy": "network-firewall:CreateFirewallPolicy "
    f"network-firewall:UpdateFirewallPolicy network-firewall:DeleteFirewallPolicy {_FIREWALL_TAGS}",
    "aws_networkfirewall_firewall_transit_gateway_attachment_accepter": "network-firewall:"
    "AcceptNetworkFirewallTransitGatewayAttachment network-firewall:DeleteNetworkFirewallTransitGatewayAttachment",
    "aws_networkfirewall_logging_configuration": f"network-firewall:UpdateLoggingConfiguration {_DELIVERY}",
    "aws_networkfirewall_rule_group": "network-firewall:CreateRuleGroup network-firewall:UpdateRuleGroup "
    f"network-firewall:DeleteRuleGroup {_FIREWALL_TAGS}",
    "aws_networkmanager_customer_gateway_association": "networkmanager:AssociateCustomerGateway "
    "networkmanager:DisassociateCustomerGateway",
    "aws_networkmanager_device": "networkmanager:CreateDevice networkmanager:UpdateDevice "
    f"networkmanager:DeleteDevice {_MANAGER_TAGS}",
    "aws_networkmanager_global_network": "networkmanager:CreateGlobalNetwork networkmanager:UpdateGlobalNetwork "
    f"networkmanager:DeleteGlobalNetwork {_MANAGER_TAGS}",
    "aws_networkmanager_site": "networkmanager:CreateSite networkmanager:UpdateSite networkmanager:DeleteSite "
    f"{_MANAGER_TAGS}",
    "aws_networkmanager_transit_gateway_registration": "networkmanager:RegisterTransitGateway "
    "networkmanager:DeregisterTransitGateway",
    "aws_ram_principal_association": _SHARE,
    "aws_ram_resource_association": _SHARE,
    "aws_ram_resource_share": "ram:CreateResourceShare ram:UpdateResourceShare ram:DeleteResourceShare "
    f"ram:TagResource ram:UntagResource {_SHARE}",
    "aws_route": "ec2:CreateRoute ec2:DeleteRoute ec2:ReplaceRoute",
    "aws_route53_record": "route53:ChangeResourceRecordSets",
    "aws_route53_resolver_endpoint": "route53resolver:CreateResolverEndpoint route53resolver:UpdateResolverEndpoint "
    "route53resolver:DeleteResolverEndpoint route53resolver:AssociateResolverEndpointIpAddress "
    "route53resolver:DisassociateResolverEndpointIpAddress ec2:CreateNetworkInterface ec2:DeleteNetworkInterface "
    f"ec2:ModifyNetworkInterfaceAttribute ec2:CreateNetworkInterfacePermission {_RESOLVER_TAGS}",
    "aws_route53_resolver_firewall_domain_list": "route53resolver:CreateFirewallDomainList "
    "route53resolver:UpdateFirewallDomains route53resolver:ImportFirewallDomains "
    f"route53resolver:DeleteFirewallDomainList {_RESOLVER_TAGS}",
    "aws_route53_resolver_firewall_rule": "route53resolver:CreateFirewallRule route53resolver:UpdateFirewallRule "
    "route53resolver:DeleteFirewallRule",
    "aws_route53_resolver_firewall_rule_group": "route53resolver:CreateFirewallRuleGroup "
    f"route53resolver:DeleteFirewallRuleGroup route53resolver:PutFirewallRuleGroupPolicy {_RESOLVER_TAGS}",
    "aws_route53_resolver_firewall_rule_group_association": "route53resolver:AssociateFirewallRuleGroup "
    "route53resolver:UpdateFirewallRuleGroupAssociation route53resolver:DisassociateFirewallRuleGroup "
    f"{_RESOLVER_TAGS}",
    "aws_route53_resolver_query_log_config": "route53resolver:CreateResolverQueryLogConfig "
    "route53resolver:DeleteResolverQueryLogConfig route53resolver:PutResolverQueryLogConfigPolicy "
    f"{_RESOLVER_TAGS} {_DELIVERY}",
    "aws_route53_resolver_query_log_config_association": "route53resolver:AssociateResolverQueryLogConfig "
    "route53resolver:DisassociateResolverQueryLogConfig",
    "aws_route53_resolver_rule": "route53resolver:CreateResolverRule route53resolver:UpdateResolverRule "
    f"route53resolver:DeleteResolverRule route53resolver:PutResolverRulePolicy {_RESOLVER_TAGS}",
    "aws_route53_resolver_rule_association": "route53resolver:AssociateResolverRule "
    "route53resolver:DisassociateResolverRule",
    "aws_route53_vpc_association_authorization": "route53:CreateVPCAssociationAuthorization "
    "route53:DeleteVPCAssociationAuthorization",
    "aws_route53_zone": "route53:CreateHostedZone route53:DeleteHostedZone route53:UpdateHostedZoneComment "
    "route53:AssociateVPCWithHostedZone route53:DisassociateVPCFromHostedZone route53:ChangeTagsForResource "
    "route53:ChangeResourceRecordSets",
    "aws_route53_zone_association": "route53:AssociateVPCWithHostedZone route53:DisassociateVPCFromHostedZone",
    "aws_route53profiles_association": "route53profiles:AssociateProfile route53profiles:DisassociateProfile "
    f"{_PROFILE_TAGS}",
    "aws_route53profiles_profile": "route53profiles:CreateProfile route53profiles:DeleteProfile "
    f"route53profiles:PutProfilePolicy {_PROFILE_TAGS}",
    "aws_route53profiles_resource_association": "route53profiles:AssociateResourceToProfile "
    "route53profiles:UpdateProfileResourceAssociation route53profiles:DisassociateResourceFromProfile",
    "aws_route_table": f"ec2:CreateRouteTable ec2:DeleteRouteTable ec2:DisassociateRouteTable {_TAGS}",
    "aws_route_table_association": "ec2:AssociateRouteTable ec2:DisassociateRouteTable "
    "ec2:ReplaceRouteTableAssociation",
    "aws_s3_bucket": "s3:CreateBucket s3:DeleteBucket s3:PutBucketTagging s3:TagResource s3:UntagResource",
    "aws_s3_bucket_lifecycle_configuration": "s3:PutLifecycleConfiguration",
    "aws_s3_bucket_ownership_controls": "s3:PutBucketOwnershipControls",
    "aws_s3_bucket_policy": "s3:PutBucketPolicy s3:DeleteBucketPolicy",
    "aws_s3_bucket_public_access_block": "s3:PutBucketPublicAccessBlock",
    "aws_s3_bucket_server_side_encryption_configuration": "s3:PutEncryptionConfiguration",
    "aws_s3_bucket_versioning": "s3:PutBucketVersioning",
    "aws_security_group": "ec2:CreateSecurityGroup ec2:DeleteSecurityGroup ec2:RevokeSecurityGroupEgress "
    f"ec2:RevokeSecurityGroupIngress {_TAGS}",
    "aws_sns_topic": "sns:CreateTopic sns:DeleteTopic sns:SetTopicAttributes sns:TagResource sns:UntagResource",
    "aws_sns_topic_policy": "sns:SetTopicAttributes",
    "aws_sns_topic_subscription": "sns:Subscribe sns:Unsubscribe sns:SetSubscriptionAttributes",
    "aws_subnet": f"ec2:CreateSubnet ec2:DeleteSubnet ec2:ModifySubnetAttribute {_TAGS}",
    "aws_vpc": f"ec2:CreateVpc ec2:DeleteVpc ec2:ModifyVpcAttribute {_TAGS}",
    # With private DNS, AWS associates a hosted zone of its own with the VPC.
    # https://docs.aws.amazon.com/vpc/latest/privatelink/security_iam_id-based-policy-examples.html
    "aws_vpc_endpoint": "ec2:CreateVpcEndpoint ec2:ModifyVpcEndpoint ec2:DeleteVpcEndpoints "
    f"route53:AssociateVPCWithHostedZone {_TAGS}",
    "aws_vpc_endpoint_route_table_association": "ec2:ModifyVpcEndpoint",
    "aws_vpc_ipv4_cidr_block_association": "ec2:AssociateVpcCidrBlock ec2:DisassociateVpcCidrBlock",
    "aws_vpc_security_group_egress_rule": "ec2:AuthorizeSecurityGroupEgress ec2:RevokeSecurityGroupEgress "
    f"ec2:ModifySecurityGroupRules {_TAGS}",
    "aws_vpc_security_group_ingress_rule": "ec2:AuthorizeSecurityGroupIngress ec2:RevokeSecurityGroupIngress "
    f"ec2:ModifySecurityGroupRules {_TAGS}",
    "aws_vpn_connection": "ec2:CreateVpnConnection ec2:ModifyVpnConnection ec2:ModifyVpnConnectionOptions "
    "ec2:ModifyVpnTunnelOptions ec2:ModifyVpnTunnelCertificate ec2:DeleteVpnConnection "
    f"{_TAGS} {_DELIVERY}",
}

# What a plan reads of each service: descriptions of resources, not what they hold. `ec2:Get*`, `s3:Get*` and
# `logs:Get*` hold more than that, so only some of them are here.
READS: Final[Mapping[str, str]] = {
    "cloudwatch": "cloudwatch:DescribeAlarms cloudwatch:GetDashboard cloudwatch:ListTagsForResource",
    "directconnect": "directconnect:Describe*",
    "ec2": "ec2:Describe* ec2:SearchTransitGatewayRoutes ec2:GetTransitGatewayRouteTableAssociations "
    "ec2:GetTransitGatewayRouteTablePropagations ec2:GetTransitGatewayAttachmentPropagations "
    "ec2:GetManagedPrefixListEntries",
    # Elastic Load Balancing reads the security groups of a load balancer with the permissions of its caller.
    # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ElasticLoadBalancingFullAccess.html
    "elasticloadbalancing": "elasticloadbalancing:Describe* ec2:GetSecurityGroupsForVpc",
    "iam": "iam:GetRole iam:GetRolePolicy iam:ListRolePolicies iam:ListAttachedRolePolicies "
    "iam:ListInstanceProfilesForRole iam:ListRoleTags",
    "kms": "kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListAliases kms:ListResourceTags",
    "logs": "logs:DescribeLogGroups logs:DescribeMetricFilters logs:DescribeResourcePolicies logs:GetLogDelivery "
    "logs:ListLogDeliveries logs:ListTagsForResource",
    "network-firewall": "network-firewall:Describe* network-firewall:List*",
    "networkmanager": "networkmanager:DescribeGlobalNetworks networkmanager:GetCustomerGatewayAssociations "
    "networkmanager:GetDevices networkmanager:GetSites networkmanager:GetTransitGatewayRegistrations "
    "networkmanager:ListTagsForResource",
    "ram": "ram:Get* ram:List*",
    "route53": "route53:GetChange route53:GetDNSSEC route53:GetHostedZone route53:ListHostedZones "
    "route53:ListHostedZonesByName route53:ListHostedZonesByVPC route53:ListResourceRecordSets "
    "route53:ListTagsForResource route53:ListVPCAssociationAuthorizations",
    "route53profiles": "route53profiles:Get* route53profiles:List*",
    "route53resolver": "route53resolver:Get* route53resolver:List*",
    "s3": "s3:GetAccelerateConfiguration s3:GetBucket* s3:GetEncryptionConfiguration s3:GetLifecycleConfiguration "
    "s3:GetReplicationConfiguration s3:ListBucket s3:ListTagsForResource",
    "sns": "sns:GetSubscriptionAttributes sns:GetTopicAttributes sns:ListSubscriptionsByTopic sns:ListTagsForResource",
}

# AWS makes a service-linked role with the first resource of a service in an account.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
LINKED_ROLES: Final[Mapping[str, str]] = {
    "aws_ec2_transit_gateway": "transitgateway.amazonaws.com",
    "aws_ec2_transit_gateway_vpc_attachment": "transitgateway.amazonaws.com",
    "aws_lb": "elasticloadbalancing.amazonaws.com",
    "aws_networkfirewall_firewall": "network-firewall.amazonaws.com",
    "aws_networkfirewall_logging_configuration": "delivery.logs.amazonaws.com",
    "aws_networkmanager_global_network": "networkmanager.amazonaws.com",
    "aws_route53_resolver_endpoint": "route53resolver.amazonaws.com",
    "aws_vpn_connection": "s2svpn.amazonaws.com",
}

# Services with one endpoint for all Regions: a condition on the Region would name the Region of that endpoint.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
GLOBAL: Final = frozenset({"directconnect", "iam", "networkmanager", "route53"})

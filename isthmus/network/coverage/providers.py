"""Resources of other providers: which of them create AWS networks.

- `awscc_*`: the Cloud Control provider makes the same things as `aws_*`; those of networking services are unknown.
- Providers of other clouds, of software and of Terraform itself create none: they have no effect.
- A type of another provider is unknown if its name looks like a network.
"""

from __future__ import annotations

import re

from isthmus.network.coverage.resource_types import NotModeled, Scope

# AWS services whose types must be in one of the tables. A new type of these is unknown until it is.
NETWORKING = re.compile(
    r"aws_(ec2_|vpc|vpn_|dx_|route|nat_gateway|eip|egress_only|internet_gateway|customer_gateway|carrier_|local_gateway"
    r"|default_|main_|subnet|security_group|network|prefix_list|flow_log|ram_|verifiedaccess_|globalaccelerator_|lb$|lb_"
    r"|alb$|alb_|elb$|elb_|load_balancer|proxy_protocol|odb_|fms_|cloudformation_|cloudcontrolapi_"
    r"|service_discovery_|lightsail_|appmesh_|internetmonitor_|directory_service_conditional|instance$|spot_|launch_"
    r"|autoscaling_group|app_cookie|servicecatalog_provisioned|serverlessapplicationrepository_)"
)
_AWSCC = re.compile(
    r"awscc_(ec2|networkfirewall|networkmanager|route53|directconnect|vpclattice|globalaccelerator|fms|cloudformation"
    r"|servicecatalog|odb|verifiedaccess)"
)
_AWSCC_HOSTS = re.compile(
    r"awscc_ec2_(\w*instance\w*|volume\w*|key_pair|launch_template|ec2_fleet|spot_fleet|placement_group|host"
    r"|capacity_\w+|snapshot\w*|flow_log|network_insights\w*|traffic_mirror\w*|ipam\w*|eip\w*|network_interface\w*)"
)

# Their networks are not AWS's: what joins them to AWS is a resource of AWS, and is evaluated there.
_ELSEWHERE_NAMES = (
    "google azurerm azapi azuread oci alicloud tencentcloud ibm digitalocean hcloud linode vultr scaleway ovh "
    "openstack vsphere nutanix proxmox libvirt cloudflare fastly akamai kubernetes kubectl helm kustomization argocd "
    "flux docker github gitlab bitbucket tfe datadog newrelic grafana pagerduty opsgenie splunk sentry dynatrace "
    "elasticstack ec tls random time local null template archive http external vault consul nomad boundary postgresql "
    "mysql mssql mongodb snowflake databricks okta auth0 keycloak cloudinit terraform assert utils sops pgp jq "
    "ansible "
)
_ELSEWHERE = frozenset(_ELSEWHERE_NAMES.split())
_NETWORK = re.compile(
    r"(^|_)(vpc|vnet|hvn|subnet|route|routes|routing|transit|gateway|gateways|peering|vpn|firewall|network|networks"
    r"|spoke|attachment|security_group|nat|network_acl|nacl)(_|$)"
)


def of_other_provider(type_: str) -> NotModeled | None:
    """A type that is not `aws_*`: not modeled, or None if it has no effect."""
    provider, _, rest = type_.partition("_")
    if provider == "awscc":
        if not _AWSCC.match(type_) or _AWSCC_HOSTS.fullmatch(type_):
            return None
        return NotModeled("the awscc provider is not evaluated", "what its arguments name")
    if provider in _ELSEWHERE or not _NETWORK.search(rest):
        return None
    return NotModeled(f"the provider {provider} may create networks in AWS", "anything", Scope.EVERYTHING)

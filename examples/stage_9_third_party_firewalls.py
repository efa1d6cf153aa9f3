"""Stage 9: stage 6 with third-party firewalls behind a Gateway Load Balancer, in place of AWS Network Firewall."""

from examples import guide
from isthmus.intent import (
    AllowedConnection,
    CustomerGateway,
    Egress,
    EgressVpc,
    Environment,
    Estate,
    Hub,
    Inspection,
    Segment,
    Site,
    Spoke,
    VpnConnection,
)

data_center = Site(
    "dc1",
    networks={"users": "172.20.0.0/16", "servers": "172.21.0.0/16"},
    advertises=["172.20.0.0/15"],
    customer_gateways=[
        CustomerGateway("infra-dc1-01", ip_address="203.0.113.10", bgp_asn=65_010),
        CustomerGateway("infra-dc1-02", ip_address="203.0.113.11", bgp_asn=65_010),
    ],
)
network_services = Segment(
    "network-services",
    allowed_egress={Egress.CENTRAL},
    blocks=["10.1.48.0/20"],
    inspected_with=[data_center],
    may_be_attached_by=[guide.infra_shared_prod],
)
workloads = Segment(
    "workloads",
    isolated=True,
    reaches=[network_services],
    allowed_egress={Egress.CENTRAL},
    blocks=["10.1.0.0/19", "10.1.32.0/20"],
    inspected_with=[data_center],
    route_table_name="infra-workloads-vpcs",
    may_be_attached_by=[guide.workloads_test, guide.workloads_prod],
)

network = Environment(
    "network",
    account=guide.network_prod,
    hub=Hub("infra-main", asn=64_512, share_with=guide.spoke_accounts),
    vpn_connections=[
        VpnConnection("infra-dc1-01", customer_gateway="infra-dc1-01", number=1, segment=network_services),
        VpnConnection("infra-dc1-02", customer_gateway="infra-dc1-02", number=2, segment=network_services),
    ],
)
egress = Environment(
    "egress",
    account=guide.network_prod,
    egress=EgressVpc(
        "egress",
        cidr="10.1.255.0/24",
        inspection=Inspection.APPLIANCES,
        # The team of the firewalls owns the Gateway Load Balancer. It gives you the name of its endpoint service.
        endpoint_service="com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718",
    ),
)
shared_services = Environment(
    "shared-services",
    account=guide.infra_shared_prod,
    spokes=[Spoke("shared-services", cidr="10.1.48.0/20", segment=network_services, egress=Egress.CENTRAL)],
)
dev = Environment(
    "dev",
    account=guide.network_prod,
    spokes=[
        Spoke(
            "dev",
            cidr="10.1.0.0/20",
            segment=workloads,
            egress=Egress.CENTRAL,
            share_private_subnets_with=[guide.workloads_dev, guide.infrastructure_dev],
        )
    ],
)
test = Environment(
    "test",
    account=guide.workloads_test,
    spokes=[Spoke("test", cidr="10.1.16.0/20", segment=workloads, egress=Egress.CENTRAL)],
)
prod = Environment(
    "prod",
    account=guide.workloads_prod,
    spokes=[Spoke("prod", cidr="10.1.32.0/20", segment=workloads, egress=Egress.CENTRAL)],
)

estate = Estate(
    "guide",
    organization=guide.organization,
    region=guide.REGION,
    tags={"Owner": "network-team"},
    blocks=guide.BLOCKS,
    zones=guide.ZONES,
    segments=[network_services, workloads],
    sites=[data_center],
    environments=[network, egress, shared_services, dev, test, prod],
    # Network ACLs enforce these. The firewalls should have the same rules: they know replies from new connections.
    allowed_connections=[
        AllowedConnection(source="dc1/users", to=workloads, ports=["tcp/443"]),
        AllowedConnection(source=workloads, to="dc1/servers", ports=["tcp/1521", "tcp/5432"]),
    ],
)

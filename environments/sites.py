"""The company's data centres."""

from isthmus.intent import CustomerGateway, Site

infra_dc1_01 = CustomerGateway("infra-dc1-01", ip_address="203.0.113.10", bgp_asn=65_010)

dc1 = Site(
    "dc1",
    networks={"users": "172.20.0.0/16", "servers": "172.21.0.0/16"},
    # The default route too: until there is central egress, traffic to the internet leaves by way of the data centre.
    advertises=["0.0.0.0/0", "172.20.0.0/15"],
    customer_gateways=[infra_dc1_01],
    dns_servers=["172.21.0.53", "172.21.1.53"],
)

"""Stage 7: Direct Connect at two locations, with the VPN connections of stage 5 as the backup."""

from dataclasses import replace

from examples import stage_5_resilient_vpn as stage_5
from isthmus.intent import DirectConnectGateway, TransitVirtualInterface

direct_connect = DirectConnectGateway(
    "infra-dc1",
    asn=64_513,
    segment=stage_5.network_services,
    virtual_interfaces=[
        TransitVirtualInterface(
            "infra-dc1-eqdc2",
            customer_gateway="infra-dc1-01",
            location="EqDC2",
            connection="dxcon-fexample1",
            port_speed="10Gbps",
            vlan=101,
            amazon_address="169.254.100.1/30",
            customer_address="169.254.100.2/30",
        ),
        TransitVirtualInterface(
            "infra-dc1-csva1",
            customer_gateway="infra-dc1-02",
            location="CSVA1",
            connection="dxcon-fexample2",
            port_speed="10Gbps",
            vlan=102,
            amazon_address="169.254.100.5/30",
            customer_address="169.254.100.6/30",
        ),
    ],
)

network = replace(stage_5.network, direct_connect=[direct_connect])

estate = replace(stage_5.estate, environments=[network, *stage_5.estate.environments[1:]])

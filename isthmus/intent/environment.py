"""Environments: each is one account's part of the estate, planned and applied together."""

from __future__ import annotations

from dataclasses import field

from isthmus.intent.connection import Connection
from isthmus.intent.direct_connect import DirectConnectGateway
from isthmus.intent.dns import HybridDns
from isthmus.intent.egress import EgressVpc
from isthmus.intent.endpoints import CentralEndpoints
from isthmus.intent.hub import Hub
from isthmus.intent.model import Many, Texts, intent
from isthmus.intent.observability import Observability
from isthmus.intent.organization import AccountRef
from isthmus.intent.spoke import Spoke
from isthmus.intent.vpn import VpnConnection


@intent
class Environment:
    """One root module, with one account and one state.

    account          the account of all its resources
    hub              the estate's hub, in exactly one environment
    vpn_connections  VPN connections, only in the environment with the hub
    direct_connect   Direct Connect gateways, only in the environment with the hub
    egress           the egress VPC, in at most one environment
    spokes           VPCs in this environment's account
    dns              hybrid DNS, in at most one environment
    endpoints        central interface endpoints, in the environment with the hybrid DNS
    observability    alarms and a dashboard for its hub, VPN connections and firewall
    protected        Terraform refuses to replace the transit gateway, VPN connections, customer gateways and NAT
                     addresses, and to destroy the root module; it still destroys what you remove. AWS refuses to delete
                     the firewall
    tags             tags of every resource; they win over the estate's tags
    """

    name: str = field(kw_only=False)
    account: AccountRef
    hub: Hub | None = None
    vpn_connections: Many[VpnConnection] = ()
    direct_connect: Many[DirectConnectGateway] = ()
    egress: EgressVpc | None = None
    spokes: Many[Spoke] = ()
    dns: HybridDns | None = None
    endpoints: CentralEndpoints | None = None
    observability: Observability | None = None
    protected: bool = True
    tags: Texts = field(default_factory=dict)

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Its VPN connections and Direct Connect gateways."""
        return (*self.vpn_connections, *self.direct_connect)

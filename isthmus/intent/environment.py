"""Environments: what is planned, reviewed and applied together, in one account."""

from __future__ import annotations

from dataclasses import field

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
    """One root module: one account, one state.

    account          the account that all of it lies in
    hub              the estate's hub, in exactly one environment
    vpn_connections  connections, in the environment that holds the hub
    egress           the estate's central way out, in at most one environment
    spokes           VPCs owned by this environment's account
    dns              the estate's hybrid DNS, in at most one environment
    endpoints        AWS services by private address, in the environment that holds the hybrid DNS
    observability    alarms and a dashboard for the hub, the VPN connections and the firewall that it holds
    protected        Terraform refuses to replace gateway, VPN connections, customer gateways and NAT addresses, and to
                     destroy the root; it destroys what you take out all the same. AWS refuses to delete the firewall
    tags             put on every resource, over the estate's
    """

    name: str = field(kw_only=False)
    account: AccountRef
    hub: Hub | None = None
    vpn_connections: Many[VpnConnection] = ()
    egress: EgressVpc | None = None
    spokes: Many[Spoke] = ()
    dns: HybridDns | None = None
    endpoints: CentralEndpoints | None = None
    observability: Observability | None = None
    protected: bool = True
    tags: Texts = field(default_factory=dict)

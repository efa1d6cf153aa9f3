"""The estate: the whole network of one organization, or of one account, in one Region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from functools import cached_property
from typing import TypeVar

from isthmus.aws.regions import REGIONS
from isthmus.intent.allowed_connection import AllowedConnection
from isthmus.intent.backend import Backend, LocalBackend
from isthmus.intent.connection import Connection
from isthmus.intent.direct_connect import DirectConnectGateway, DirectConnectGatewayRef
from isthmus.intent.egress import EgressVpc
from isthmus.intent.environment import Environment
from isthmus.intent.hub import Hub
from isthmus.intent.model import Many, Numbers, Texts, intent, name_of
from isthmus.intent.organization import Account, Organization, OrganizationalUnit
from isthmus.intent.segment import Segment
from isthmus.intent.site import CustomerGateway, Site
from isthmus.intent.spoke import Spoke
from isthmus.intent.vpn import Routing, VpnConnection

Named = TypeVar("Named", Account, OrganizationalUnit, Segment, Site, CustomerGateway, Environment)


@intent
class Estate:
    """The whole network: what the generator writes, and what the proof compares Terraform with.

    organization         the AWS organization that its accounts belong to; None: there is one account, in `accounts`
    accounts             the account of an estate without an organization
    region               e.g. `us-east-1`
    blocks               IPv4 blocks reserved for AWS: every spoke is in one of them, no site network is
    zones                zone IDs of the spokes that do not name their own
    segments             groups of spokes and connections with the same reachability
    sites                on-premises locations behind VPN connections or Direct Connect
    environments         one root module and one state each
    allowed_connections  if no entry names a pair of segments or site networks, all ports are allowed between the two
    backend              where Terraform keeps the state of each environment
    aws_provider         version constraint of the AWS provider in every root module, such as `~> 6.69`; None: the
                         versions that the resources need
    prefix               start of derived `Name` tags
    tags                 tags of every resource
    log_retention_days   of every log group, one of the values that CloudWatch accepts
    quotas               AWS quotas that were raised, by name: `{"network-acl-rules": 40}`
    """

    name: str = field(kw_only=False)
    organization: Organization | None = None
    accounts: Many[Account] = ()
    region: str
    blocks: Many[str]
    zones: Many[str]
    segments: Many[Segment]
    sites: Many[Site] = ()
    environments: Many[Environment]
    allowed_connections: Many[AllowedConnection] = ()
    backend: Backend = field(default_factory=LocalBackend)
    aws_provider: str | None = None
    prefix: str = "infra"
    tags: Texts = field(default_factory=dict)
    log_retention_days: int = 365
    quotas: Numbers = field(default_factory=dict)

    @property
    def all_accounts(self) -> tuple[Account, ...]:
        """The accounts of the organization, or the one account."""
        return tuple(self.accounts if self.organization is None else self.organization.accounts)

    @property
    def units(self) -> tuple[OrganizationalUnit, ...]:
        """The organizational units that other objects may name."""
        return () if self.organization is None else tuple(self.organization.units)

    @property
    def partition(self) -> str:
        """The AWS partition: `aws`, `aws-us-gov` or `aws-cn`."""
        if self.organization is not None:
            return self.organization.arn.removeprefix("arn:").partition(":")[0]
        region = REGIONS.get(self.region)
        return region.partition if region is not None else "aws"

    @property
    def deployment_role(self) -> str | None:
        """The name of the role that Terraform assumes; None: it uses the given credentials."""
        return None if self.organization is None else self.organization.deployment_role

    @property
    def deployers(self) -> tuple[str, ...]:
        """The names of all roles that run Terraform, sorted. Empty without an organization: IAM decides alone."""
        if self.organization is None:
            return ()
        return tuple(sorted({*self.organization.deployers, self.organization.deployment_role or ""} - {""}))

    def account(self, ref: Account | str) -> Account:
        """The account of that name. Raises `LookupError`."""
        return _named(self.all_accounts, ref)

    def unit(self, ref: OrganizationalUnit | str) -> OrganizationalUnit:
        """The organizational unit of that name. Raises `LookupError`."""
        return _named(self.units, ref)

    def segment(self, ref: Segment | str) -> Segment:
        """The segment of that name. Raises `LookupError`."""
        return _named(self.segments, ref)

    def site(self, ref: Site | str) -> Site:
        """The site of that name. Raises `LookupError`."""
        return _named(self.sites, ref)

    def environment(self, ref: Environment | str) -> Environment:
        """The environment of that name. Raises `LookupError`."""
        return _named(self.environments, ref)

    def customer_gateway(self, ref: CustomerGateway | str) -> tuple[Site, CustomerGateway]:
        """The customer gateway of that name, with its site. Raises `LookupError`."""
        name = name_of(ref)
        for site in self.sites:
            for gateway in site.customer_gateways:
                if gateway.name == name:
                    return site, gateway
        raise LookupError(f"no customer gateway {name_of(ref)!r}")

    def site_of(self, connection: Connection) -> Site:
        """The site of a VPN connection or Direct Connect gateway. Raises `LookupError`."""
        if isinstance(connection, VpnConnection):
            return self.customer_gateway(connection.customer_gateway)[0]
        for interface in connection.virtual_interfaces:
            return self.customer_gateway(interface.customer_gateway)[0]
        raise LookupError(f"{connection.name!r} has no virtual interface")

    def zones_of(self, spoke: Spoke) -> tuple[str, ...]:
        """The zone IDs of a spoke, sorted."""
        return tuple(sorted(self.zones if spoke.zones is None else spoke.zones))

    @property
    def spokes(self) -> Iterator[tuple[Environment, Spoke]]:
        """Every spoke, with its environment."""
        return ((environment, spoke) for environment in self.environments for spoke in environment.spokes)

    @property
    def vpn_connections(self) -> Iterator[VpnConnection]:
        """Every VPN connection."""
        return (connection for environment in self.environments for connection in environment.vpn_connections)

    @property
    def direct_connect(self) -> Iterator[DirectConnectGateway]:
        """Every Direct Connect gateway."""
        return (gateway for environment in self.environments for gateway in environment.direct_connect)

    @property
    def connections(self) -> Iterator[Connection]:
        """Every VPN connection and Direct Connect gateway."""
        return (connection for environment in self.environments for connection in environment.connections)

    @property
    def routed_connections(self) -> Iterator[Connection]:
        """Every connection that carries packets of the site: not the Direct Connect gateways that carry tunnels."""
        carriers = {one.over for one in self.vpn_connections}
        return (one for one in self.connections if isinstance(one, VpnConnection) or one.name not in carriers)

    def private_vpns(self, gateway: DirectConnectGatewayRef) -> tuple[VpnConnection, ...]:
        """The VPN connections over a Direct Connect gateway, by name. With any, it carries their tunnels only."""
        over = (one for one in self.vpn_connections if one.over == name_of(gateway))
        return tuple(sorted(over, key=lambda one: one.name))

    def advertised_on(self, connection: Connection) -> Many[str]:
        """The prefixes that AWS learns over BGP from a connection; none with static routing. Raises `LookupError`.

        A Direct Connect gateway that carries tunnels learns the addresses of the devices at which they end.
        """
        if isinstance(connection, VpnConnection):
            return self.site_of(connection).advertises if connection.routing is Routing.BGP else ()
        if carried := self.private_vpns(connection):
            devices = (self.customer_gateway(one.customer_gateway)[1] for one in carried)
            return tuple(sorted({f"{device.ip_address}/32" for device in devices if device.ip_address is not None}))
        return self.site_of(connection).advertises if connection.advertises is None else connection.advertises

    def zones_of_egress(self, egress: EgressVpc) -> tuple[str, ...]:
        """The zone IDs of the egress VPC, sorted."""
        return tuple(sorted(self.zones if egress.zones is None else egress.zones))

    @cached_property
    def results(self) -> dict[object, object]:
        """What functions of this estate remember: `isthmus.intent.remembered`."""
        return {}

    @cached_property
    def egress(self) -> EgressVpc | None:
        """The egress VPC; None if there is none."""
        return next((environment.egress for environment in self.environments if environment.egress is not None), None)

    @cached_property
    def egress_environment(self) -> Environment:
        """The environment with the egress VPC. Raises `LookupError` if there is none."""
        for environment in self.environments:
            if environment.egress is not None:
                return environment
        raise LookupError("no environment has an egress VPC")

    @cached_property
    def hub_environment(self) -> Environment:
        """The environment with the hub. Raises `LookupError` if there is none."""
        for environment in self.environments:
            if environment.hub is not None:
                return environment
        raise LookupError("no environment has a hub")

    @cached_property
    def hub(self) -> Hub:
        """The hub. Raises `LookupError` if there is none."""
        hub = self.hub_environment.hub
        assert hub is not None
        return hub


def _named(things: Many[Named], ref: Named | str) -> Named:
    for thing in things:
        if thing.name == name_of(ref):
            return thing
    raise LookupError(f"no {name_of(ref)!r} among {', '.join(thing.name for thing in things) or 'none'}")

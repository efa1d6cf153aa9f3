"""Module `spoke_<name>`: a VPC with its subnets, route tables, egress path and hub attachment."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from itertools import count
from typing import Any
from zlib import crc32

from isthmus.intent import Egress, Environment, Estate, Spoke
from isthmus.intent.addressing import Tier, nat_address, subnets, tiers_in, zone_number
from isthmus.intent.former_names import kept_name
from isthmus.intent.network_acl_rules import Ports, limited_locations
from isthmus.intent.provider_versions import VERSION
from isthmus.intent.reachability import networks_reached
from isthmus.intent.site_remainder import Rank, allowed_connection_rules, own_ranges, site_rules
from isthmus.intent.static_prefixes import static_prefixes
from modules.aws import (
    Ec2TransitGatewayRoute,
    Ec2TransitGatewayRouteTablePropagation,
    NatGateway,
    NetworkAcl,
    NetworkAclAssociation,
    NetworkAclRule,
    RamPrincipalAssociation,
    RamResourceAssociation,
    RamResourceShare,
    VpcEndpoint,
    VpcIpv4CidrBlockAssociation,
)
from modules.cdk import ModuleStack, TerraformElement
from modules.dns_interface import subnet_id
from modules.endpoints import spoke_endpoints
from modules.hub import ram_principals
from modules.hub_route_tables import DEFAULT, HubTables
from modules.published_services import published_services
from modules.terraform_names import identifier
from modules.vpc import VpcModule

# Rule numbers of the network ACL, in order of evaluation: allow the VPC's own ranges; allow connections; deny networks;
# of the other prefixes that sites advertise, allow named ranges and deny the rest; allow all other traffic.
_OWN, _PASS, _STOP = range(1_000, 10_000), range(10_000, 20_000), range(20_000, 28_000)
_NAMED, _UNNAMED, _REST = range(28_000, 30_000), range(30_000, 32_000), range(32_000, 32_001)
# Tiers whose subnets use the route table of the private subnet in the same Availability Zone.
_LIKE_PRIVATE = (Tier.RESOLVER, Tier.ENDPOINTS)


def spoke(estate: Estate, environment: Environment, wanted: Spoke, tables: HubTables) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `transit_gateway_id`, `route_table_id_<key>`, `log_key_arn`, `flow_logs_role_arn`. If the hub is in another
    account, it also needs the provider `aws.hub`.
    Outputs: `vpc_id`, `transit_gateway_attachment_id`, `private_subnet_ids` (by subnet name); with published services
    also `published_addresses`.
    """
    return _Spoke(estate, environment, wanted, tables).emit()


def tables_used(wanted: Spoke, tables: HubTables) -> list[str]:
    """The keys of the hub route tables whose ids the module needs."""
    return sorted({tables.table_of_spoke(wanted).key} | {table.key for table in tables.propagated_from_spoke(wanted)})


class _Spoke(VpcModule):
    def __init__(self, estate: Estate, environment: Environment, wanted: Spoke, tables: HubTables) -> None:
        zones = estate.zones_of(wanted)
        self.spoke, self.tables, self.segment = wanted, tables, estate.segment(wanted.segment)
        self.cidrs: Mapping[str, IPv4Network] = subnets(wanted, zones, tiers_in(estate, wanted))
        super().__init__(
            estate,
            environment,
            module_name=f"spoke_{identifier(wanted.name)}",
            vpc_name=wanted.vpc_name or f"{estate.prefix}-{wanted.name}",
            cidr=wanted.cidr,
            zones={zone_number(zone): zone for zone in zones},
            version=VERSION,
            tables=tables_used(wanted, tables),
        )

    def emit(self) -> dict[str, Any]:
        self._subnets()
        self._network_acl()
        attached = self._attachment()
        nats = self._private_nat_gateways()
        self._routes_to_hub(attached, nats)
        published_services(
            self.module,
            self.estate,
            self.environment,
            self.spoke,
            vpc_name=self.name,
            vpc_id=self.module.ref(self.vpc),
            subnets=self.subnets,
            cidrs=self.cidrs,
        )
        if self.spoke.egress is Egress.LOCAL:
            self._local_egress()
        gateway_endpoints = self._gateway_endpoints()
        self.flow_logs()
        self._share()
        self.output("vpc_id", self.module.ref(self.vpc), "Id of the VPC")
        private = {
            name: self.module.ref(subnet) for name, subnet in self.subnets.items() if name.startswith(Tier.PRIVATE)
        }
        self.output("private_subnet_ids", private, "Ids of the private subnets, by name")
        self._shared_services(gateway_endpoints)
        spoke_endpoints(
            self.module, self.estate, self.spoke, self.name, self.module.ref(self.vpc), list(private.values())
        )
        return self.module.emit()

    # --- the VPC -----------------------------------------------------------------------------------------------------

    def _subnets(self) -> None:
        secondary = {
            IPv4Network(cidr): self.module.add(
                VpcIpv4CidrBlockAssociation,
                f"cidr_{identifier(cidr)}",
                vpc_id=self.module.ref(self.vpc),
                cidr_block=cidr,
            )
            for cidr in sorted(self.spoke.vpc_cidrs[1:])
        }
        for tier in tiers_in(self.estate, self.spoke):
            for number, zone in self.zones.items():
                cidr = self.cidrs[f"{tier}_az{number}"]
                self.subnet(
                    f"{tier}_az{number}",
                    str(cidr),
                    zone,
                    table=self.route_tables[f"{Tier.PRIVATE}_az{number}"] if tier in _LIKE_PRIVATE else None,
                    depends_on=[made for range_, made in secondary.items() if cidr.subnet_of(range_)],
                )

    def _workload_keys(self) -> list[str]:
        return [key for key in self.subnets if not key.startswith(Tier.TRANSIT_GATEWAY)]

    def _network_acl(self) -> None:
        """Deny site networks that the segment must not reach, in both directions. For others, allow connections.

        If the segment may reach only some networks of a site, other prefixes that the site advertises are denied too.

        The hub's blackhole routes stop only traffic from the spoke. A VPN's route table selects by destination, so the
        hub would still deliver traffic from those networks. The transit gateway's subnets keep the default network ACL:
        https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html
        """
        denied = site_rules(self.estate, self.segment)
        if not denied and not limited_locations(self.estate, self.segment):
            return
        acl = self.module.add(
            NetworkAcl, "workloads", vpc_id=self.module.ref(self.vpc), tags={"Name": f"{self.name}-workloads"}
        )
        for egress, direction in ((False, "from"), (True, "to")):
            rules = _AclRules(self.module, self.module.ref(acl), direction, egress=egress)
            for cidr in own_ranges(self.estate, self.spoke):
                rules.add(_OWN, cidr, cidr, "allow")
            for rule in allowed_connection_rules(self.estate, self.segment, inbound=not egress):
                if rule.passes:
                    rules.add(_PASS, rule.name, rule.cidr, "allow", rule.passes)
                else:
                    rules.add(_STOP, rule.name, rule.cidr, "deny")
            for site_rule in denied:
                numbers = {Rank.NETWORK: _STOP, Rank.NAMED: _NAMED, Rank.UNNAMED: _UNNAMED}[site_rule.rank]
                rules.add(numbers, site_rule.name, site_rule.cidr, "allow" if site_rule.rank is Rank.NAMED else "deny")
            rules.add(_REST, "anywhere", DEFAULT, "allow")
        for key in self._workload_keys():
            self.module.add(
                NetworkAclAssociation,
                key,
                network_acl_id=self.module.ref(acl),
                subnet_id=self.module.ref(self.subnets[key]),
            )

    # --- the hub -----------------------------------------------------------------------------------------------------

    def _attachment(self) -> TerraformElement:
        """Attach the VPC. The hub learns its CIDRs, or has a static route to its routable CIDR.

        An attachment propagates every CIDR of its VPC, so a spoke with a routable CIDR propagates nothing.
        https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
        """
        attached = self.attach(self.tables.table_of_spoke(self.spoke).key, tag=kept_name(self.segment))
        for table in self.tables.propagated_from_spoke(self.spoke):
            at_table = {
                "transit_gateway_attachment_id": self.module.ref(attached),
                "transit_gateway_route_table_id": self.table_ids[table.key],
                **self.at_hub,
            }
            if self.spoke.routable_cidr is None:
                self.module.add(Ec2TransitGatewayRouteTablePropagation, table.key, **at_table)
            for cidr in static_prefixes(self.estate, self.spoke):
                name = f"{table.key}_{identifier(cidr)}"
                self.module.add(Ec2TransitGatewayRoute, name, destination_cidr_block=cidr, **at_table)
        return attached

    def _private_nat_gateways(self) -> Mapping[int, NatGateway]:
        """The private NAT gateway of each zone, for a spoke with a routable CIDR.

        Hosts send from addresses that are in use elsewhere. The NAT gateway translates them to its own address.
        https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-scenarios.html
        """
        if self.spoke.routable_cidr is None:
            return {}
        return {
            number: self.private_nat_gateway(number, str(nat_address(self.cidrs[f"{Tier.ROUTABLE}_az{number}"])))
            for number in self.zones
        }

    def _routes_to_hub(self, attached: TerraformElement, nats: Mapping[int, NatGateway]) -> None:
        """The routes to the estate's blocks, to site networks and to an egress path at the hub.

        With private NAT gateways, only their subnets send to the hub. All other subnets send to the NAT gateway of
        their zone.
        """
        destinations = {f"block_{identifier(block)}": block for block in sorted(self.estate.blocks)}
        reached = networks_reached(self.estate, self.segment)
        destinations |= {identifier(network): cidr for network, cidr in reached.items()}
        if self.spoke.egress in (Egress.ON_PREMISES, Egress.CENTRAL):
            destinations["default"] = DEFAULT
        for key in (key for key in self._workload_keys() if key in self.route_tables):
            target: dict[str, Any] = {"transit_gateway_id": self.gateway_id, "depends_on": [attached]}
            if nats and not key.startswith(Tier.ROUTABLE):
                target = {"nat_gateway_id": self.module.ref(nats[int(key.rpartition("_az")[2])])}
            for name, cidr in destinations.items():
                self.route(key, name, cidr, **target)

    # --- local egress ------------------------------------------------------------------------------------------------

    def _local_egress(self) -> None:
        gateway = self.internet_gateway()
        nat_zones = self.spoke.nat_zones or tuple(self.zones.values())
        nats = {zone_number(zone): self.nat_gateway(zone_number(zone), gateway)[0] for zone in sorted(nat_zones)}
        for number in self.zones:
            self.route(f"{Tier.PUBLIC}_az{number}", "default", DEFAULT, gateway_id=self.module.ref(gateway))
            nat = nats.get(number) or next(iter(nats.values()))
            self.route(f"{Tier.PRIVATE}_az{number}", "default", DEFAULT, nat_gateway_id=self.module.ref(nat))

    # --- services ----------------------------------------------------------------------------------------------------

    def _gateway_endpoints(self) -> list[VpcEndpoint]:
        tables = [
            self.module.ref(self.route_tables[key]) for key in self._workload_keys() if key.startswith(Tier.PRIVATE)
        ]
        return [
            self.module.add(
                VpcEndpoint,
                identifier(service),
                vpc_id=self.module.ref(self.vpc),
                service_name=f"com.amazonaws.{self.estate.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=tables,
                tags={"Name": f"{self.name}-{service}"},
            )
            for service in sorted(self.spoke.gateway_endpoints)
        ]

    def _shared_services(self, gateway_endpoints: list[VpcEndpoint]) -> None:
        """Output the ids of the subnets for Resolver endpoints and interface endpoints."""
        for key, subnet in self.subnets.items():
            if key.rpartition("_")[0] in _LIKE_PRIVATE:
                output = self.output(subnet_id(key), self.module.ref(subnet), f"Id of subnet {key}")
                # AWS refuses an S3 interface endpoint with private DNS for the inbound Resolver endpoint only, until
                # the gateway endpoint exists.
                if gateway_endpoints:
                    output.add_override("depends_on", [self.module.address(made) for made in gateway_endpoints])

    def _share(self) -> None:
        """Share only the private subnets. The network's owner manages the resources in public subnets."""
        if not self.spoke.share_private_subnets_with:
            return
        name = f"{self.name}-private-subnets"
        share = self.module.add(
            RamResourceShare, "private_subnets", name=name, allow_external_principals=False, tags={"Name": name}
        )
        for key, subnet in self.subnets.items():
            if key.startswith(Tier.PRIVATE):
                self.module.add(
                    RamResourceAssociation,
                    key,
                    resource_arn=self.module.ref(subnet, "arn"),
                    resource_share_arn=self.module.ref(share, "arn"),
                )
        for principal_name, principal in ram_principals(self.estate, self.spoke.share_private_subnets_with):
            self.module.add(
                RamPrincipalAssociation,
                principal_name,
                principal=principal,
                resource_share_arn=self.module.ref(share, "arn"),
            )


class _AclRules:
    """The rules of one direction of a network ACL.

    The number of a rule follows from its name, not from its position in a list. A number cannot be changed, and if the
    rules moved up by one, AWS would refuse each new rule while the old rule with its number exists.
    """

    def __init__(self, module: ModuleStack, acl: str, direction: str, *, egress: bool) -> None:
        self.module, self.acl, self.direction, self.egress = module, acl, direction, egress
        self.taken: set[int] = set()

    def add(self, numbers: range, name: str, cidr: str, action: str, passes: Ports | None = None) -> None:
        """Add a rule with a number of the range. Without ports, it matches all traffic."""
        start = crc32(name.encode())
        number = next(found for step in count(start) if (found := numbers[step % len(numbers)]) not in self.taken)
        self.taken.add(number)
        self.module.add(
            NetworkAclRule,
            f"{self.direction}_{identifier(name)}",
            network_acl_id=self.acl,
            rule_number=number,
            egress=self.egress,
            rule_action=action,
            cidr_block=cidr,
            **_traffic(passes),
        )


def _traffic(passes: Ports | None) -> dict[str, Any]:
    if passes is None:
        return {"protocol": "-1"}
    if passes.protocol == "icmp":
        return {"protocol": "icmp", "icmp_type": passes.first, "icmp_code": -1 if passes.code is None else passes.code}
    return {"protocol": passes.protocol, "from_port": passes.first, "to_port": passes.last}

"""Which route of a VPC table wins.

vpc/latest/userguide/route-tables-priority.html, vpn/latest/s2svpn/vpn-route-priority.html
"""

from __future__ import annotations

from isthmus.network.model import Target, TargetKind
from tests.network.judge.carried import Ip
from tests.network.judge.facts import Facts
from tests.network.judge.found import Found, best
from tests.network.judge.unknown_reason import Unclear, contains, known, length, truth

# Static routes toward these may be as long as a local route or longer. vpc/latest/userguide/route-table-options.html
MIDDLEBOXES = (TargetKind.NAT_GATEWAY, TargetKind.FIREWALL_ENDPOINT, TargetKind.INTERFACE, TargetKind.ENDPOINT)


class VpcTables(Facts):
    """Routes of VPC tables, and those that virtual private gateways learn."""

    def _look_up_vpc(self, table: str, vpc: str, destination: Ip) -> Found | None:
        """vpc/latest/userguide/route-tables-priority.html, all of it."""
        local = [cidr for cidr in self.network.vpcs[vpc].cidrs if contains(cidr, destination)]
        candidates = [Found(length(cidr), (1,), Target(TargetKind.LOCAL), f"local {cidr}") for cidr in local]
        for route in self.network.tables[table].routes:
            for prefix in self._prefixes(route):
                if not contains(prefix, destination):
                    continue
                rank = (2,) if self._is_list(route) else (1,)
                if any(length(prefix) >= length(cidr) for cidr in local):
                    if isinstance(route.target, Target) and route.target.kind not in MIDDLEBOXES:
                        continue  # AWS refuses it
                    rank = (0,)  # as long as the local route, it replaces that one's target
                why = f"{prefix} of {route.address}"
                candidates.append(Found(length(prefix), rank, route.target, why, route.blackhole))
        if not local:  # a local route beats every propagated one
            for gateway in map(known, self.network.tables[table].propagating):
                for learned in self._learned_by_vpn_gateway(gateway, destination):
                    target = Target(TargetKind.VPN_GATEWAY, gateway)
                    candidates.append(Found(learned.length, (3, *learned.rank), target, f"propagated by {gateway}"))
        winners = best(candidates)
        if winners and winners[0].rank == (2,) and len({found.target for found in winners}) > 1:
            raise Unclear(f"two prefix lists of {table} hold {destination}: AWS picks one and does not say which")
        return winners[0] if winners else None

    def _learned_by_vpn_gateway(self, gateway: str, destination: Ip) -> list[Found]:
        """vpn/latest/s2svpn/vpn-route-priority.html: static routes of VPN connections before BGP ones."""
        found: list[Found] = []
        for vpn in self.network.vpns.values():
            if vpn.gateway != gateway or not self._up(vpn):
                continue
            if truth(vpn.static):
                fixed = [prefix for prefix in vpn.static_routes if contains(prefix, destination)]
                found += [Found(length(prefix), (0, 0, 0), vpn.address, "static") for prefix in fixed]
            else:
                advertised = [one for one in self._advertised_on(vpn.address) if contains(one.prefix, destination)]
                found += [
                    Found(length(one.prefix), (1, one.as_path, one.med), vpn.address, "BGP") for one in advertised
                ]
        return best(found)

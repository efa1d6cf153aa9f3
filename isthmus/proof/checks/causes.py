"""The resources that cause a path: the routes and propagations that select it, then the resources on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from isthmus.network.answers import Path, RoundTrip
from isthmus.network.model import Network, Unknown


class Naming:
    """Finds the Terraform addresses of the resources that cause the paths of one network."""

    def __init__(self, network: Network) -> None:
        self.network = network

    @cached_property
    def _transit_routes(self) -> frozenset[str]:
        found: set[str] = set()
        for table in self.network.tgw_tables.values():
            found.update(route.address for route in table.routes)
            found.update(table.sources.values())
            found.update(p for p in table.propagations if isinstance(p, str))
        return frozenset(found)

    @cached_property
    def _rules(self) -> Mapping[str, Sequence[str]]:
        """The policy and rule groups of each firewall, by its address and those of its endpoints."""
        return {
            address: (firewall.address, *firewall.rules.groups)
            for firewall in self.network.firewalls.values()
            if not isinstance(firewall.rules, Unknown)
            for address in (firewall.address, *(endpoint.address for endpoint in firewall.endpoints))
        }

    def of_path(self, path: Path) -> tuple[str, ...]:
        """The causes of a path: transit gateway routes first, then VPC routes, then the resources on it."""
        transit: list[str] = []
        inside: list[str] = []
        passed: list[str] = []
        for hop in path.hops:
            if hop.kind == "route table":
                transit += [address for address in hop.routed_by if address in self._transit_routes]
            else:
                inside += hop.routed_by
            if hop.address and hop.kind not in ("site", "internet"):
                passed.append(hop.address)
            attachment = self.network.attachments.get(hop.address)
            passed += attachment.aliases if attachment else ()
            passed += self._rules.get(hop.address, ()) if hop.kind == "firewall" else ()
        return tuple(dict.fromkeys((*transit, *inside, *passed, *path.nats)))

    def of_associations(self, path: Path) -> tuple[str, ...]:
        """The associations of a path with the transit gateway route tables on it."""
        found = []
        last = ""
        for hop in path.hops:
            if hop.kind == "route table" and last:
                table = self.network.tgw_tables.get(hop.address)
                found.append(table.sources.get(("association", last), "") if table else "")
            last = self._attachment_of(hop.address) or last
        return tuple(dict.fromkeys(address for address in found if address))

    def _attachment_of(self, address: str) -> str:
        if address in self.network.attachments:
            return address
        return self._by_attached.get(address, "")

    @cached_property
    def _by_attached(self) -> Mapping[str, str]:
        return {str(a.attached): a.address for a in self.network.attachments.values()}

    def of_blocked(self, paths: Iterable[Path]) -> tuple[str, ...]:
        """The causes of blocked paths: the settings that block them first, then the causes of the paths."""
        listed = list(paths)
        blocks = [block.address for path in listed for block in path.blocks if block.address]
        rest = [a for path in listed if path.blocks for a in (*self.of_path(path), *self.of_associations(path))]
        return tuple(dict.fromkeys((*blocks, *rest)))

    def of_leak(self, paths: Iterable[Path]) -> tuple[str, ...]:
        """The causes of the first path that is not blocked, including its associations."""
        for path in paths:
            if not path.blocks:
                return tuple(dict.fromkeys((*self.of_path(path), *self.of_associations(path))))
        return ()

    def of_trip(self, trip: RoundTrip) -> Iterator[str]:
        """The causes of both directions of a flow: what blocks it, what selects its paths, and its network ACLs."""
        paths = (*trip.forward.paths, *trip.reply.paths)
        yield from (block.address for path in paths for block in path.blocks)
        for path in paths:
            yield from self.of_path(path)
            yield from self.of_associations(path)
            yield from (crossing.nacl for crossing in path.crossings)

"""The intended flows, read again: from the declarations alone, without the code of the language.

The generator and the proof both use `isthmus.intent.reachability`, so both would share a mistake in it. This does not.
"""

from __future__ import annotations

from isthmus.intent import Egress, Estate, Segment

INTERNET = "internet"


class Meaning:
    """The flows that an estate asks for, between its spokes, its site networks (`site/network`) and the internet."""

    def __init__(self, estate: Estate) -> None:
        self.allowed_connections = [
            (str(allowed_connections.source), str(allowed_connections.to))
            for allowed_connections in estate.allowed_connections
        ]
        self.segments = {segment.name: segment for segment in estate.segments}
        self.sites = {site.name: site for site in estate.sites}
        self.spokes = {spoke.name: spoke for environment in estate.environments for spoke in environment.spokes}
        self.networks = {f"{site.name}/{network}": site.name for site in estate.sites for network in site.networks}
        site_of = {gateway.name: site.name for site in estate.sites for gateway in site.customer_gateways}
        self.landings = [
            (site_of[str(connection.customer_gateway)], str(connection.segment))
            for environment in estate.environments
            for connection in environment.vpn_connections
        ]

    @property
    def places(self) -> list[str]:
        """Every end of a flow."""
        return [*self.spokes, *self.networks, INTERNET]

    def together(self, a: str, b: str) -> bool:
        """Whether packets between the two are meant to pass, in either direction.

        Nothing opens a connection to a spoke with a routable CIDR: NAT gateways translate what starts behind them.
        """
        if b in self.spokes and self.spokes[b].routable_cidr is not None:
            return False
        if INTERNET in (a, b):
            return a in self.spokes and self.spokes[a].egress is not Egress.NONE
        if a in self.networks and b in self.networks:
            one, other = self.sites[self.networks[a]], self.sites[self.networks[b]]
            return other.name in map(str, one.transit_with) or one.name in map(str, other.transit_with)
        if b in self.spokes:
            a, b = b, a
        segment = self._segment(a)
        if b in self.spokes:
            return self._joined(segment, self._segment(b))
        allowed = segment.site_networks is None or b in segment.site_networks
        inspected = self.networks[b] in map(str, segment.inspected_with)
        return allowed and any(
            inspected or self._joined(segment, self.segments[land])
            for site, land in self.landings
            if site == self.networks[b]
        )

    def works(self, a: str, b: str) -> bool:
        """Whether the first is meant to open connections to the second."""
        here, there = (self._segment(place).name if place in self.spokes else place for place in (a, b))
        limited = (here, there) in self.allowed_connections or (there, here) in self.allowed_connections
        return self.together(a, b) and (not limited or (here, there) in self.allowed_connections)

    def _segment(self, spoke: str) -> Segment:
        return self.segments[str(self.spokes[spoke].segment)]

    def _joined(self, one: Segment, other: Segment) -> bool:
        """Whether members of two segments, or of one, reach each other, whichever side says so."""
        if one.name == other.name:
            return not one.isolated
        own, others_own = ({str(name) for name in (*s.reaches, *s.inspected_with)} for s in (one, other))
        return other.name in own or one.name in others_own

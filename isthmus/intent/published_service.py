"""Services of a spoke that other locations connect to, although its own range is in use elsewhere."""

from __future__ import annotations

from dataclasses import field

from isthmus.intent.model import Many, intent


@intent
class PublishedService:
    """A TCP service of a spoke with a `routable_cidr`, behind a Network Load Balancer in its routable subnets.

    Locations that reach the spoke connect to the addresses of the load balancer, of which there is one in each zone.
    Targets see connections from these addresses. UDP is not possible: AWS then keeps the client's address, which the
    target could not answer.

    port         TCP port of the listener; services of one spoke have different ports
    targets      IPv4 addresses in private subnets of the spoke
    target_port  TCP port of the targets; None: `port`
    """

    name: str = field(kw_only=False)
    port: int
    targets: Many[str]
    target_port: int | None = None

    @property
    def port_of_targets(self) -> int:
        """The TCP port that targets listen to."""
        return self.port if self.target_port is None else self.target_port

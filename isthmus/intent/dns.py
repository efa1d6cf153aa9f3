"""Hybrid DNS: names of the company in AWS, names of AWS in the company, and both for every spoke."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Annotated

from isthmus.intent.model import Many, by_name, intent
from isthmus.intent.site import Site
from isthmus.intent.spoke import Spoke


class SharedBy(StrEnum):
    """How spokes get rules, zones, query logs and the DNS firewall.

    PROFILE         one Route 53 Profile, shared with the organization; each spoke's root associates its VPC with it,
                    and with the query logs, which are shared by themselves. The profile costs $547.50 a month for up to
                    100 VPCs; below about 50 the other way may be the better one
    RESOLVER_RULES  each rule, log configuration and firewall is shared and associated by itself; for each private zone
                    the spoke's root asks the zone's account for an authorization, through a role that may do only that
    """

    PROFILE = "profile"
    RESOLVER_RULES = "resolver-rules"


@intent
class ForwardRule:
    """Queries for a domain and everything below it go to other DNS servers.

    domain   lower case, without a final dot; `.` is everything but AWS's own names
    site     its `dns_servers` answer
    targets  or these servers do, by IPv4 address: domain controllers in a spoke, or some servers of a site
    """

    domain: str = field(kw_only=False)
    site: Annotated[Site | str, by_name] | None = None
    targets: Many[str] = ()


@intent
class PrivateZone:
    """A private hosted zone, empty: records are written by those who own what they name.

    domain  lower case, without a final dot
    """

    domain: str = field(kw_only=False)


@intent
class DnsFirewall:
    """What names may be asked for. `*.example.com` means all below, `*` everything; allowed wins over blocked.

    allowed  answered although blocked
    blocked  answered with no data
    """

    allowed: Many[str] = ()
    blocked: Many[str] = ()


@intent
class HybridDns:
    """Name resolution for the estate, from one spoke of this environment. Spokes that reach that spoke use it.

    spoke          the shared services spoke: its resolver subnets hold the Resolver endpoints
    inbound        sites may ask for AWS's names, from the networks that the spoke reaches
    forwards       domains that other DNS servers answer; they need an outbound endpoint, which is made with the first
    private_zones  domains that AWS answers
    shared_by      how spokes get all this
    query_logs     every query of every spoke, in one log group
    firewall       names that are not answered
    """

    spoke: Annotated[Spoke | str, by_name]
    inbound: bool = True
    forwards: Many[ForwardRule] = ()
    private_zones: Many[PrivateZone] = ()
    shared_by: SharedBy = SharedBy.PROFILE
    query_logs: bool = True
    firewall: DnsFirewall | None = None

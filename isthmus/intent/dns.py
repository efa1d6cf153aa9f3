"""Hybrid DNS: spokes resolve on-premises names, sites resolve names of AWS, and both use private hosted zones."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Annotated

from isthmus.intent.model import Many, by_name, intent
from isthmus.intent.site import Site
from isthmus.intent.spoke import Spoke


class SharedBy(StrEnum):
    """How spokes are associated with Resolver rules, private hosted zones, query logging and the DNS firewall.

    PROFILE         one Route 53 Profile, shared with the organization; each spoke's root module associates its VPC with
                    it, and with the query logging, which is shared separately. The profile costs $547.50 a month for up
                    to 100 VPCs; for fewer than about 50, consider RESOLVER_RULES
    RESOLVER_RULES  each Resolver rule, query logging configuration and DNS firewall rule group is shared and associated
                    separately; for each private hosted zone the spoke's root module gets an authorization from the
                    zone's account, through a role that may do only that
    """

    PROFILE = "profile"
    RESOLVER_RULES = "resolver-rules"


@intent
class ForwardRule:
    """A Resolver rule that forwards queries for a domain and its subdomains to DNS servers.

    domain   lower case, without a trailing dot; `.` means all names except those of AWS
    site     forward to the `dns_servers` of this site
    targets  or forward to these IPv4 addresses: domain controllers in a spoke, or some servers of a site
    """

    domain: str = field(kw_only=False)
    site: Annotated[Site | str, by_name] | None = None
    targets: Many[str] = ()


@intent
class PrivateZone:
    """An empty private hosted zone. The owners of the named resources create the records.

    domain  lower case, without a trailing dot
    """

    domain: str = field(kw_only=False)


@intent
class DnsFirewall:
    """Domains that spokes may resolve. `*.example.com` means all subdomains, `*` every name; allowed wins over blocked.

    allowed  domains that are resolved even if `blocked` matches them
    blocked  domains that get a response without data
    """

    allowed: Many[str] = ()
    blocked: Many[str] = ()


@intent
class HybridDns:
    """Name resolution for the estate, in one spoke of this environment. The spokes that reach this spoke use it.

    spoke          the spoke with the Resolver endpoints, in its resolver subnets
    inbound        create an inbound endpoint: site networks that the spoke reaches can resolve names in AWS
    forwards       domains that are forwarded to other DNS servers; the first one creates the outbound endpoint
    private_zones  private hosted zones
    shared_by      how spokes are associated with rules, zones, query logging and the DNS firewall
    query_logs     log every query of every spoke to one log group
    firewall       domains that spokes cannot resolve
    """

    spoke: Annotated[Spoke | str, by_name]
    inbound: bool = True
    forwards: Many[ForwardRule] = ()
    private_zones: Many[PrivateZone] = ()
    shared_by: SharedBy = SharedBy.PROFILE
    query_logs: bool = True
    firewall: DnsFirewall | None = None

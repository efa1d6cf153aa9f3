"""AWS Network Firewall: what it lets through. What no rule passes is dropped, with an alert, unless it only alerts.

https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Annotated

from isthmus.intent.model import Many, by_name, intent
from isthmus.intent.segment import Segment


class DefaultAction(StrEnum):
    """What the firewall drops of TCP connections that no rule passes. Handshakes pass: names come after them.

    APPLICATION_TO_SERVER  what clients send, once the application protocol is known. A TLS Client Hello may span
                           several segments, as those with post-quantum keys do. What a server sends first, passes
    APPLICATION            the same, and what servers send. It also drops keep-alives and window updates of servers
    ESTABLISHED            everything after the handshake. A Client Hello in several segments is dropped with its first
                           segment, although its name is allowed
    """

    APPLICATION_TO_SERVER = "aws:drop_established_app_layer_to_server"
    APPLICATION = "aws:drop_established_app_layer"
    ESTABLISHED = "aws:drop_established"

    @property
    def alert(self) -> str:
        """The action that reports the same packets."""
        return self.value.replace("drop", "alert")


@intent
class DomainList:
    """Domains that spokes may open HTTP and TLS connections to, by host name and server name indication.

    domains   `example.com` is that name alone, `.example.com` all names below it too
    segments  the segments it is for, which then declare their blocks; empty: every spoke
    capacity  reserved when it is made, at 2 a domain, and fixed: another number replaces the rule group
    """

    name: str = field(kw_only=False)
    domains: Many[str]
    segments: Many[Annotated[Segment | str, by_name]] = ()
    capacity: int = 200


@intent
class RuleGroup:
    """Stateful rules as Suricata writes them, evaluated in the order of the list.

    rules     one rule each, with a `sid` of its own; `$HOME_NET` is the estate's blocks, and `$<SEGMENT>` the blocks of
              a segment: `$NETWORK_SERVICES` those of `network-services`
    priority  1 to 999: before AWS's managed rule groups; 3,000 to 65,000: after the domain lists
    capacity  reserved when it is made, at 1 a rule, and fixed: another number replaces the rule group
    """

    name: str = field(kw_only=False)
    rules: Many[str]
    priority: int
    capacity: int = 100


@intent
class FirewallPolicy:
    """What a firewall does, in strict order: the rules up to priority 999, managed groups, domain lists, other rules.

    Whatever is no TCP, and no rule passes, is dropped by rules that come last.

    domain_lists         what spokes may ask for by name
    rule_groups          rules of your own
    managed_rule_groups  of AWS's, by name, those made for strict order: `MalwareDomainsStrictOrder`
    default_action       what becomes of TCP connections that no rule passes
    alert_only           the firewall drops nothing, and logs what it would drop: to begin with, and not to stay
    """

    domain_lists: Many[DomainList] = ()
    rule_groups: Many[RuleGroup] = ()
    managed_rule_groups: Many[str] = ()
    default_action: DefaultAction = DefaultAction.APPLICATION_TO_SERVER
    alert_only: bool = False

"""AWS Network Firewall policies. Traffic that no rule passes is dropped with an alert; with `alert_only`, only alerted.

https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Annotated

from isthmus.intent.model import Many, by_name, intent
from isthmus.intent.segment import Segment


class DefaultAction(StrEnum):
    """The packets of TCP connections that the firewall drops if no rule passes them.

    Handshakes always pass, since host names come after them.

    APPLICATION_TO_SERVER  packets from clients once the application protocol is known. A TLS Client Hello may span
                           several TCP segments, as with post-quantum keys. The first packets from servers pass
    APPLICATION            the same, and packets from servers, including their keep-alives and window updates
    ESTABLISHED            all packets after the handshake. It drops the first segment of a Client Hello that spans
                           several, even if the name is allowed
    """

    APPLICATION_TO_SERVER = "aws:drop_established_app_layer_to_server"
    APPLICATION = "aws:drop_established_app_layer"
    ESTABLISHED = "aws:drop_established"

    @property
    def alert(self) -> str:
        """The alert action for the same packets."""
        return self.value.replace("drop", "alert")


@intent
class DomainList:
    """Domains that spokes may connect to over HTTP and TLS, by host name and server name indication (SNI).

    domains   `example.com` is only this name; `.example.com` also includes all its subdomains
    segments  segments that may use the list, which need blocks; empty: every spoke
    capacity  reserved capacity, 2 for each domain; a change replaces the rule group
    """

    name: str = field(kw_only=False)
    domains: Many[str]
    segments: Many[Annotated[Segment | str, by_name]] = ()
    capacity: int = 200


@intent
class RuleGroup:
    """Stateful rules in Suricata syntax, evaluated in the order of the list.

    rules     Suricata rules, each with its own `sid`; `$HOME_NET` means the estate's blocks, and `$<SEGMENT>` the
              blocks of a segment: `$NETWORK_SERVICES` for `network-services`
    priority  1 to 999: before the managed rule groups; 3,000 to 65,000: after the domain lists
    capacity  reserved capacity, 1 for each rule; a change replaces the rule group
    """

    name: str = field(kw_only=False)
    rules: Many[str]
    priority: int
    capacity: int = 100


@intent
class FirewallPolicy:
    """A firewall policy in strict order: rules up to priority 999, managed rule groups, domain lists, other rules.

    Generated rules at the end drop all traffic other than TCP that no rule passes.

    domain_lists         domains that spokes may connect to
    rule_groups          your own Suricata rules
    managed_rule_groups  AWS managed rule groups for strict order, by name: `MalwareDomainsStrictOrder`
    default_action       what the firewall drops of TCP connections that no rule passes
    alert_only           the firewall drops nothing, and logs what it would drop; use it only during introduction
    """

    domain_lists: Many[DomainList] = ()
    rule_groups: Many[RuleGroup] = ()
    managed_rule_groups: Many[str] = ()
    default_action: DefaultAction = DefaultAction.APPLICATION_TO_SERVER
    alert_only: bool = False

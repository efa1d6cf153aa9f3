"""Headings and fixed phrases. Terminal, Markdown and hand-over sheets use the same words for the same thing."""

from __future__ import annotations

VIOLATIONS = "Violations"
UNKNOWN = "Unknown"
DRIFT = "Files edited after synthesis"
REACHABILITY = "Reachability (row = source, column = destination)"
INTENDED = "Intended reachability (row = source, column = destination)"
BY_SUBNET = "Flows that differ by subnet"
EGRESS = "Egress paths"
ADVERTISED = "Prefixes advertised by AWS"
SITE_PATHS = "VPN connections of each site"
FAILURES = "Failure scenarios"
ASSUMPTIONS = "Assumptions"
MORE_SPECIFIC = "If a site advertises more specific prefixes"
NOTES = "Notes"
RESOURCE_CHANGES = "Destroyed, replaced and interrupted"
FLOW_CHANGES = "Flow changes and their causes"
FIREWALL_CHANGES = "Firewall changes that no flow shows"
NAME_CHANGES = "Names with another DNS answer"

EXPIRED_WAIVER = "has expired"
UNUSED_WAIVER = "waives nothing: delete it"

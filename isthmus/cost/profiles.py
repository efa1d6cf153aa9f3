"""Route 53 Profiles: one price for an account's first 100 associated VPCs in a Region, another for each further VPC.

$0.75 an hour "per AWS account for up to 100 Profile-VPC associations", and $0.0014 an hour for each further one.
https://aws.amazon.com/route53/pricing/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from isthmus.terraform.graph import Graph, Ref, Resource, Unknown

INCLUDED = 100
PROFILE = "aws_route53profiles_profile"
ASSOCIATION = "aws_route53profiles_association"
Charge = tuple[str, int | Unknown, Resource]


@dataclass
class _Owner:
    """An account in a Region: its Profiles, and the associations that it pays for, made by any account."""

    profiles: list[Resource] = field(default_factory=list)
    associations: list[Resource] = field(default_factory=list)


def profile_charges(graph: Graph) -> Iterator[Charge]:
    """The charges for Profiles. The owner pays, also for VPCs of other accounts that it shares its Profile with.

    A Profile is charged with its first VPC. It is assumed to have one, in this input or in another root.
    """
    owners: dict[tuple[str, str], _Owner] = {}
    for profile in graph.of_type(PROFILE):
        owners.setdefault(_key(profile), _Owner()).profiles.append(profile)
    strays: list[tuple[Resource, str]] = []
    for association in graph.of_type(ASSOCIATION):
        profile_id = association.get("profile_id")
        known = graph.resources.get(profile_id.address) if isinstance(profile_id, Ref) else None
        if known is not None and known.type == PROFILE:
            owners[_key(known)].associations.append(association)
        else:
            why = profile_id.reason if isinstance(profile_id, Unknown) else "its Profile is not in this input"
            strays.append((association, why))
    for owner in owners.values():
        yield "route53-profile", 1, owner.profiles[0]
        for association in owner.associations[INCLUDED:]:
            yield "route53-profile-association", 1, association
    for association, why in strays:
        # With one owner, its flat price covers the association. Without an owner, the charge is unknown.
        if not owners:
            yield "route53-profile", Unknown(why), association
        if len(owners) != 1 or len(strays) + sum(len(owner.associations) for owner in owners.values()) > INCLUDED:
            yield "route53-profile-association", Unknown(why), association
    for resource in graph.unexpanded.values():
        if resource.type == PROFILE:
            yield "route53-profile", Unknown("how many there are is known after apply"), resource
        elif resource.type == ASSOCIATION:
            yield "route53-profile-association", Unknown("how many there are is known after apply"), resource


def _key(profile: Resource) -> tuple[str, str]:
    """The account that owns a Profile, and the Region. If the account is not known, the root module is used instead."""
    return profile.account or f"root {profile.root}", profile.region or ""

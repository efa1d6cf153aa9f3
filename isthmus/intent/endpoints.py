"""Central interface endpoints: AWS services by private addresses, for spokes and sites alike."""

from __future__ import annotations

from dataclasses import field

from isthmus.intent.model import Many, Texts, intent


@intent
class CentralEndpoints:
    """Interface endpoints in the spoke that holds the environment's hybrid DNS, which hands out their names.

    services  of `isthmus.aws.services.SERVICES`, e.g. `ssm`, `kms`, `ecr.api`
    policies  pins endpoint policies, service to JSON; derived: the organization's principals, nobody else's
    """

    services: Many[str]
    policies: Texts = field(default_factory=dict)

"""Central interface endpoints: private addresses of AWS services, for spokes and sites."""

from __future__ import annotations

from dataclasses import field

from isthmus.intent.model import Many, Texts, intent


@intent
class CentralEndpoints:
    """Interface endpoints in the spoke with the hybrid DNS of the environment, which resolves their names.

    services  names in `isthmus.aws.services.SERVICES`, e.g. `ssm`, `kms`, `ecr.api`
    policies  sets endpoint policies, service to JSON; default: only principals of the organization
    """

    services: Many[str]
    policies: Texts = field(default_factory=dict)

"""Central interface endpoints: private addresses of AWS services, for spokes and sites."""

from __future__ import annotations

from dataclasses import field

from isthmus.aws.services import is_partner_service
from isthmus.intent.model import Many, Texts, intent


@intent
class EndpointService:
    """A service of central endpoints that Isthmus does not know: another service of AWS, or one of a partner.

    name           a short name, unique among the services, e.g. `eks-auth`
    endpoint_name  AWS's name of the endpoint service: `com.amazonaws.us-east-1.eks-auth`
    dns_names      names that resolve to the endpoint: `eks-auth.us-east-1.api.aws`; `*.example.com` for subdomains
    ports          TCP ports, e.g. `tcp/443` or `tcp/8000-8080`
    """

    name: str = field(kw_only=False)
    endpoint_name: str
    dns_names: Many[str]
    ports: Many[str] = ("tcp/443",)

    @property
    def has_policy(self) -> bool:
        """Whether its endpoint has an endpoint policy: AWS supports none for services of partners.

        https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
        """
        return not is_partner_service(self.endpoint_name)


@intent
class CentralEndpoints:
    """Interface endpoints in the spoke with the hybrid DNS of the environment, which resolves their names.

    services  names in `isthmus.aws.services.SERVICES`, e.g. `ssm`, `kms`, `ecr.api`
    others    further services, each with its DNS names
    policies  sets endpoint policies, service to JSON; default: only principals of the organization
    """

    services: Many[str] = ()
    others: Many[EndpointService] = ()
    policies: Texts = field(default_factory=dict)

"""AWS services with interface endpoints: service names, private DNS names and ports.

Private DNS of an interface endpoint works only in its own VPC. Central endpoints disable it, and use private hosted
zones for the same names.
https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HTTPS = (443, 443)


@dataclass(frozen=True, slots=True)
class ServiceZone:
    """A private hosted zone of an endpoint: its name, and whether it has records for the name and for `*`."""

    name: str
    apex: bool = True
    wildcard: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A service: the last part of the service name of its endpoint, and its zones with `{region}` for the Region.

    ports         TCP port ranges of the endpoint, first and last port
    endpoint      the service name of its endpoint; None: derived from the name
    has_policies  whether its endpoint has an endpoint policy
    """

    name: str
    zones: tuple[ServiceZone, ...]
    ports: tuple[tuple[int, int], ...] = (HTTPS,)
    endpoint: str | None = None
    has_policies: bool = True

    def zones_in(self, region: str) -> tuple[ServiceZone, ...]:
        """Its zones in a Region: `ssm.us-east-1.amazonaws.com`."""
        return tuple(ServiceZone(z.name.format(region=region), z.apex, z.wildcard) for z in self.zones)

    def endpoint_name(self, region: str) -> str:
        """The service name of its endpoint in a Region: `com.amazonaws.us-east-1.ssm`."""
        return self.endpoint or f"com.amazonaws.{region}.{self.name}"


def is_partner_service(endpoint_name: str) -> bool:
    """Whether the service name of an endpoint is that of a service that AWS does not run itself."""
    return ".vpce." in endpoint_name


# Services whose endpoint and API have the same name.
_PLAIN = (
    *("access-analyzer", "acm-pca", "application-autoscaling", "athena", "autoscaling", "backup", "bedrock"),
    *("bedrock-runtime", "cloudformation", "cloudtrail", "codebuild", "config", "datasync", "ds", "ebs", "ec2"),
    *("ec2messages", "ecs", "eks", "elasticfilesystem", "elasticloadbalancing", "events", "glue"),
    *("inspector2", "kms", "lambda", "logs", "monitoring", "rds", "redshift", "secretsmanager", "servicecatalog"),
    *("sns", "sqs", "ssm", "ssmmessages", "states", "sts", "sync-states", "xray"),
)
# Services whose endpoint and API have different names, or whose API has several names.
_OTHER = {
    "ecr.api": (ServiceZone("api.ecr.{region}.amazonaws.com"),),
    # Registries are <account>.dkr.ecr.<region>: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    "ecr.dkr": (ServiceZone("dkr.ecr.{region}.amazonaws.com", wildcard=True),),
    "ecs-agent": (ServiceZone("ecs-a.{region}.amazonaws.com", wildcard=True),),
    "ecs-telemetry": (ServiceZone("ecs-t.{region}.amazonaws.com", wildcard=True),),
    # APIs are <id>.execute-api.<region>; there is no record for the name itself:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
    "execute-api": (ServiceZone("execute-api.{region}.amazonaws.com", apex=False, wildcard=True),),
    "kinesis-firehose": (ServiceZone("firehose.{region}.amazonaws.com"),),
    # https://docs.aws.amazon.com/streams/latest/dev/vpc.html
    "kinesis-streams": (
        ServiceZone("kinesis.{region}.amazonaws.com"),
        ServiceZone("data-kinesis.{region}.amazonaws.com", apex=False, wildcard=True),
        ServiceZone("control-kinesis.{region}.amazonaws.com", apex=False, wildcard=True),
    ),
    # Buckets, access points and their control plane:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
    "s3": (
        ServiceZone("s3.{region}.amazonaws.com", wildcard=True),
        ServiceZone("s3-accesspoint.{region}.amazonaws.com", apex=False, wildcard=True),
        ServiceZone("s3-control.{region}.amazonaws.com", apex=False, wildcard=True),
    ),
    "sagemaker.api": (ServiceZone("api.sagemaker.{region}.amazonaws.com"),),
    "sagemaker.runtime": (ServiceZone("runtime.sagemaker.{region}.amazonaws.com"),),
}

# Ports in addition to HTTPS: streaming of Athena query results, and the control traffic of DataSync agents.
# https://docs.aws.amazon.com/athena/latest/ug/jdbc-v2.html
# https://docs.aws.amazon.com/datasync/latest/userguide/datasync-network.html
_PORTS = {"athena": (HTTPS, (444, 444)), "datasync": (HTTPS, (1024, 1064))}

S3 = "s3"
SERVICES = {
    name: Service(
        name, _OTHER.get(name, (ServiceZone(f"{name}.{{region}}.amazonaws.com"),)), _PORTS.get(name, (HTTPS,))
    )
    for name in sorted((*_PLAIN, *_OTHER))
}


def ports_of(services: Iterable[Service]) -> list[tuple[int, int]]:
    """The TCP port ranges of the endpoints of these services."""
    return sorted({ports for service in services for ports in service.ports})


# The DNS names of services with gateway endpoints. Each bucket has its own name:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html and
# https://docs.aws.amazon.com/general/latest/gr/ddb.html
_BY_GATEWAY = {
    "dynamodb": (ServiceZone("dynamodb.{region}.amazonaws.com"),),
    S3: (ServiceZone("s3.{region}.amazonaws.com", wildcard=True),),
}


def gateway_zones(service: str, region: str) -> tuple[ServiceZone, ...]:
    """The domains of a service with a gateway endpoint in a Region; empty for other services."""
    return Service(service, _BY_GATEWAY.get(service, ())).zones_in(region)

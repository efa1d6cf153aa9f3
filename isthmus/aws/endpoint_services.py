"""Names of VPC endpoint services, as AWS gives them."""

from __future__ import annotations

import re

from isthmus.aws.regions import Region

# https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html; in China the name starts with `cn.`.
_NAME = re.compile(r"(?:cn\.)?com\.amazonaws\.vpce\.([a-z]{2}(?:-[a-z]+)+-\d)\.vpce-svc-(?:[0-9a-f]{8}|[0-9a-f]{17})")
_EXAMPLE_ID = "vpce-svc-0a1b2c3d4e5f60718"


def endpoint_service_region(name: str) -> str | None:
    """The Region in the name of an endpoint service; None for a text that is no such name."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


def example_endpoint_service(region: Region) -> str:
    """A name that an endpoint service in a Region could have."""
    start = "cn." if region.partition == "aws-cn" else ""
    return f"{start}com.amazonaws.vpce.{region.name}.{_EXAMPLE_ID}"

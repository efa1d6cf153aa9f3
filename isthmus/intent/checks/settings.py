"""Tags, logs, DNS servers, gateway endpoints and state backends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address

from isthmus.aws.accepted_values import GATEWAY_SERVICES
from isthmus.intent.backend import HcpTerraform, S3Backend
from isthmus.intent.checks.lenient import network, networks, readable
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.estate import Estate
from isthmus.intent.provider_versions import needed_by, version_range
from isthmus.intent.site import Site

_BUCKETS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
TAGGING = "https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html"
MOST_TAGS = 50
TAG_CHARACTERS = "letters, digits, spaces and _.:/=+-@"
TAG_VALUE = re.compile(r"[\w .:/=+\-@]{0,256}")
RETENTION = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096),
    *(1827, 2192, 2557, 2922, 3288, 3653),
)


@rule("AWS rejects such tags, and reserves the prefix aws:", TAGGING)
def invalid_tag(estate: Estate) -> Iterator[Fault]:
    """A tag's key or value is not valid, or there are more than 50 tags."""
    for thing, tags in _tags(estate):
        for key, value in tags.items():
            if key.casefold().startswith("aws:"):
                yield Fault(thing, f'tag "{key}"', "a key without the prefix aws:")
            elif not re.fullmatch(r"[\w .:/=+\-@]{1,128}", key) or not TAG_VALUE.fullmatch(value):
                remedy = f"{TAG_CHARACTERS}; a key of 1 to 128 characters, a value of up to 256"
                yield Fault(thing, f'tag "{key}" = "{value}"', remedy)
    for environment in estate.environments:
        count = len({*estate.tags, *environment.tags})
        if count > 49 and len(estate.tags) <= 49:
            yield Fault(
                environment, f"its resources get {count} tags and a Name", "at most 49 tags, including the estate's"
            )
    if len(estate.tags) > 49:
        yield Fault(estate, f"resources get {len(estate.tags)} tags and a Name", "at most 49")


def _tags(estate: Estate) -> Iterator[tuple[object, Mapping[str, str]]]:
    yield estate, estate.tags
    for environment in estate.environments:
        yield environment, environment.tags


@rule(
    "CloudWatch Logs accepts only these values",
    "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
)
def invalid_log_retention(estate: Estate) -> Iterator[Fault]:
    """`log_retention_days` is not a value that CloudWatch Logs accepts."""
    days = estate.log_retention_days
    if days not in RETENTION:
        close = min(RETENTION, key=lambda known: (abs(known - days), -known))
        remedy = f"{close}, or another of {', '.join(map(str, RETENTION))}"
        yield Fault(estate, f"log_retention_days is {days}", remedy)


@rule("DNS queries go to it over the VPN, which leads only to the site's networks")
def dns_server_outside_site(estate: Estate) -> Iterator[Fault]:
    """A site's DNS server is not an IPv4 address in the site's networks."""
    for site in estate.sites:
        if not readable(site.networks.values()):
            continue
        inside_site = networks(site.networks.values())
        for text in site.dns_servers:
            try:
                inside = any(IPv4Address(text) in cidr for cidr in inside_site)
            except AddressValueError:
                inside = False
            if not inside:
                known = _translated(site, text)
                remedy = f"an address in {', '.join(map(str, inside_site)) or 'a network of the site'}"
                remedy = f'"{known}", by which AWS knows it' if known is not None else remedy
                yield Fault(site, f'DNS server "{text}" is not an address in the site\'s networks', remedy)


def _translated(site: Site, text: str) -> IPv4Address | None:
    """The address by which AWS knows an address in a non-routable range of a site."""
    for routable, own in site.translations.values():
        known, hidden = network(routable), network(own)
        if known is None or hidden is None or known.prefixlen != hidden.prefixlen:
            continue  # another rule reports it
        try:
            host = int(IPv4Address(text)) - int(hidden.network_address)
        except AddressValueError:
            return None
        if 0 <= host < hidden.num_addresses:
            return known[host]
    return None


@rule(
    "gateway endpoints exist only for S3 and DynamoDB",
    "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html",
)
def invalid_gateway_endpoint(estate: Estate) -> Iterator[Fault]:
    """A spoke lists a gateway endpoint that does not exist, or lists one twice."""
    for _, spoke in estate.spokes:
        given = list(spoke.gateway_endpoints)
        if len(set(given)) < len(given) or not set(given) <= set(GATEWAY_SERVICES):
            right = sorted(set(given) & set(GATEWAY_SERVICES)) or list(GATEWAY_SERVICES)
            yield Fault(spoke, f"gateway_endpoints is {given}", f"gateway_endpoints={right}")


@rule("S3 rejects other bucket names", _BUCKETS)
def invalid_state_bucket(estate: Estate) -> Iterator[Fault]:
    """The state bucket's name is not a valid S3 bucket name."""
    backend = estate.backend
    if isinstance(backend, S3Backend) and not _is_bucket(backend.bucket):
        remedy = '3 to 63 lower-case letters, digits and hyphens: bucket="example-terraform-state"'
        yield Fault(backend, f'bucket is "{backend.bucket}"', remedy)


def _is_bucket(name: str) -> bool:
    return (
        re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", name) is not None
        and not name.startswith(("xn--", "sthree-", "amzn-s3-demo-"))
        and not name.endswith(("-s3alias", "--ol-s3", "--x-s3", "--table-s3"))
    )


@rule(
    "Terraform finds no version of the AWS provider otherwise, or takes a newer one than this output was written for",
    "https://developer.hashicorp.com/terraform/language/expressions/version-constraints",
)
def invalid_aws_provider(estate: Estate) -> Iterator[Fault]:
    """The version constraint of the AWS provider is not valid, has no upper bound, or excludes what is needed."""
    given = estate.aws_provider
    if given is None:
        return
    try:
        allowed = version_range(given)
    except ValueError as error:
        yield Fault(estate, f'aws_provider is "{given}": {error}', 'aws_provider="~> 6.69"')
        return
    if not allowed.is_bounded:
        yield Fault(estate, f'aws_provider is "{given}", which has no upper bound', 'aws_provider="~> 6.69"')
    excluded: dict[tuple[str, str], list[str]] = {}
    for environment in estate.environments:
        needed, reason = needed_by(environment)
        if (allowed & version_range(needed)).is_empty:
            excluded.setdefault((needed, reason), []).append(f'"{environment.name}"')
    for (needed, reason), names in excluded.items():
        who = f"environment {names[0]} needs" if len(names) == 1 else f"environments {', '.join(names)} need"
        because = f", for {reason}" if reason else ""
        found = f'aws_provider is "{given}", and {who} {needed}{because}'
        yield Fault(estate, found, 'versions that both allow: aws_provider="~> 6.69"')


# https://developer.hashicorp.com/terraform/cloud-docs/workspaces/create
_LONGEST_WORKSPACE = 90


@rule(
    "HCP Terraform rejects other names",
    "https://developer.hashicorp.com/terraform/cloud-docs/workspaces/create",
)
def invalid_hcp_terraform_name(estate: Estate) -> Iterator[Fault]:
    """An organization, project, hostname or workspace name is not valid in HCP Terraform."""
    backend = estate.backend
    if not isinstance(backend, HcpTerraform):
        return
    if not re.fullmatch(r"[A-Za-z0-9_-]{3,40}", backend.organization):
        remedy = '3 to 40 letters, digits, "-" and "_"'
        yield Fault(backend, f'organization is "{backend.organization}"', remedy)
    if backend.project is not None and not re.fullmatch(r"[A-Za-z0-9_ -]{3,40}", backend.project):
        yield Fault(backend, f'project is "{backend.project}"', '3 to 40 letters, digits, spaces, "-" and "_"')
    if not re.fullmatch(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?", backend.hostname):
        yield Fault(backend, f'hostname is "{backend.hostname}"', 'a host such as "app.terraform.io", without https://')
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,50}", backend.workspace_prefix or ""):
        remedy = 'up to 50 letters, digits, "-" and "_", so that the workspace name has at most 90 characters'
        yield Fault(backend, f'workspace_prefix is "{backend.workspace_prefix}"', remedy)
    names = [backend.workspace(estate.name, estate.region, environment.name) for environment in estate.environments]
    if backend.workspace_prefix is None and len(longest := max(names, key=len, default="")) > _LONGEST_WORKSPACE:
        given = f'the workspace "{longest}" has {len(longest)} characters'
        yield Fault(backend, given, f'at most {_LONGEST_WORKSPACE} characters: workspace_prefix="{estate.name[:20]}-"')

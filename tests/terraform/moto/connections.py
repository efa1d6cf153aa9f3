"""Mends of VPN connections and VPC endpoints."""

import re
from collections.abc import Iterator
from typing import Any, Final

from moto.ec2.models.vpn_connections import VPNConnection
from moto.ec2.responses.vpcs import VPCs
from moto.ec2.responses.vpn_connections import VPNConnections

from .mending import Replacement, after, mend

_SPELLED_OTHERWISE: Final = {
    "DPDTimeoutAction": "DpdTimeoutAction",
    "DPDTimeoutSeconds": "DpdTimeoutSeconds",
    "IKEVersions": "IkeVersions",
}
_KEY: Final = re.compile(r"(<pre_shared_key>).*?(</)")


@mend
def options_of_connections() -> Iterator[Replacement]:
    """A connection is described with the options it was made with."""

    def keep(self: Any, answer: Any) -> None:
        options = dict(self._get_param("Options", {}) or {})
        options["TunnelOptions"] = [
            {_SPELLED_OTHERWISE.get(name, name): value for name, value in tunnel.items()}
            for tunnel in options.get("TunnelOptions", [])
        ]
        answer.result["VpnConnection"].options = options

    yield after(VPNConnections, "create_vpn_connection", keep)


@mend
def keys_in_secrets_manager() -> Iterator[Replacement]:
    """Keys kept in Secrets Manager are not in the connection's configuration: it says REDACTED there."""
    configuration = VPNConnection.__dict__["customer_gateway_configuration"].fget

    def keep(self: Any, answer: Any) -> None:
        # Not by _get_param: that knows only the parameters of the installed botocore, which may be older.
        kept = self.data.get("PreSharedKeyStorage", [""])
        answer.result["VpnConnection"].redacted = "SecretsManager" in kept

    def configuration_xml(self: Any) -> str:
        text: str = configuration(self)
        return _KEY.sub(r"\1REDACTED\2", text) if getattr(self, "redacted", False) else text

    yield after(VPNConnections, "create_vpn_connection", keep)
    yield VPNConnection, "customer_gateway_configuration", property(configuration_xml)


@mend
def names_of_endpoints() -> Iterator[Replacement]:
    """A VPC endpoint is described with the address type and DNS options it was made with."""

    def keep(self: Any, answer: Any) -> None:
        endpoint = answer.result["VpcEndpoint"]
        endpoint.ip_address_type = self._get_param("IpAddressType")
        endpoint.dns_options = self._get_param("DnsOptions")

    yield after(VPCs, "create_vpc_endpoint", keep)

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources


class KeysLieInSecretsManager(EstatePolicy):
    """With standard storage, every reader of the state has the keys, and every principal that may describe VPN
    connections.

    Set `preshared_key_storage = "SecretsManager"`, or let the customer gateway authenticate with a certificate.
    """

    id = "CKV_ISTHMUS_21"
    rating = "HIGH"
    info = "Pre-shared keys are stored in Secrets Manager"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/enhanced-security.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources("aws_vpn_connection")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        for gateway in scanned.named(block, "customer_gateway_id", "aws_customer_gateway"):
            if gateway.has("certificate_arn"):
                return
        storage = block.literal("preshared_key_storage", "Standard")
        if storage != "SecretsManager":
            yield f"preshared_key_storage is {storage}"


check = KeysLieInSecretsManager()

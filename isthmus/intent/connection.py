"""The connections of a site to the hub."""

from __future__ import annotations

from isthmus.intent.direct_connect import DirectConnectGateway
from isthmus.intent.vpn import VpnConnection

# A connection of a site to the hub.
Connection = VpnConnection | DirectConnectGateway

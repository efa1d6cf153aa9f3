"""What a lab needs of the machine: tools, with the Debian package of each, and devices of the kernel."""

from __future__ import annotations

import glob
import shutil
from collections.abc import Iterator
from pathlib import Path

from isthmus.lab.running import missing

__all__ = ["missing_for_vpn"]

_TOOLS = {
    "charon-systemd": "charon-systemd",
    "swanctl": "strongswan-swanctl",
    "vtysh": "frr",
    "sysctl": "procps",
}
_FRR = ("zebra", "staticd", "bgpd")
_LIBIPSEC = ("/usr/lib/ipsec/plugins", "/usr/lib/strongswan/plugins", "/usr/lib/*/ipsec/plugins")
_TUN = "/dev/net/tun"


def missing_for_vpn() -> str:
    """Why no lab with IPsec and BGP can run here, or ""."""
    if reason := missing():
        return reason
    if packages := list(dict.fromkeys(_missing_packages())):
        return f"install {', '.join(packages)} (the names of Debian), or use --plain"
    if not Path(_TUN).exists():
        return f"there is no {_TUN}, so that IPsec in user space has no interfaces: use --plain"
    return ""


def _missing_packages() -> Iterator[str]:
    yield from (package for tool, package in _TOOLS.items() if shutil.which(tool) is None)
    if not any(glob.glob(f"{folder}/libstrongswan-kernel-libipsec.so") for folder in _LIBIPSEC):
        yield "libcharon-extra-plugins"
    if not all((Path("/usr/lib/frr") / daemon).exists() for daemon in _FRR):
        yield "frr"

"""Starts the programs of VPN tunnels and BGP in the namespaces of a lab: strongSwan and FRRouting.

strongSwan runs with its ESP in user space (kernel-libipsec), which needs no IPsec in the kernel. It makes one TUN
interface for each charon, so each end of a tunnel has a charon in a namespace of its own, next to its router. The TUN
interface moves to the router, which then has a tunnel interface as with XFRM interfaces.

Pages: https://docs.strongswan.org/docs/latest/plugins/kernel-libipsec.html, https://docs.frrouting.org/en/stable-8.4/
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from isthmus.lab.namespaces import NotPossible, in_namespace, run

__all__ = ["VpnDaemons"]

_WAIT = 20  # seconds
_PAUSE = 0.05  # seconds
_IKE, _FRR = Path("/run/ike"), Path("/usr/lib/frr")
_TUN = "ipsec0"
_PLUGINS = (
    "random nonce openssl hmac kdf pem pkcs1 x509 pubkey kernel-libipsec kernel-netlink socket-default updown vici"
)
_STRONGSWAN = """charon-systemd {{
    load = {plugins}
    install_routes = no
    retransmit_tries = 2
    retransmit_timeout = 1.0
    retransmit_base = 1.3
    journal {{
        default = -1
    }}
    filelog {{
        log {{
            path = {folder}/log
            flush_line = yes
            default = 1
        }}
    }}
    plugins {{
        vici {{
            socket = unix://{folder}/vici
        }}
    }}
}}
swanctl {{
    load = random nonce openssl pem pkcs1 x509 pubkey
}}
"""


class VpnDaemons:
    """The programs of a lab. Its methods raise `NotPossible` with the end of the log of a program that fails."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, document: Mapping[str, Any], step: Callable[[str], None]) -> None:
        """Start everything that `isthmus.lab.vpn_wiring` describes."""
        for path, text in document["files"].items():
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(text, encoding="utf-8")
            Path(path).chmod(0o700)  # some are scripts, and some hold keys
        for end in document["ends"]:
            self._start_charon(end["namespace"])
        for end in document["ends"]:
            self._move_tun(end)
        for device in document["devices"]:
            with in_namespace(device["namespace"]):
                run("sh", device["interfaces"])
                run("nft", "-f", device["filters"])
        for end in document["ends"]:
            step(f"starting tunnel {end['name']}")
            self._swanctl(end["namespace"], "--load-all", "--noprompt", "--file", end["configuration"])
        for router in document["routers"]:
            step(f"starting BGP of {router['name']}")
            self._start_frr(router["namespace"])

    def installed(self, namespaces: Sequence[str]) -> list[bool]:
        """Whether the end of a tunnel in each namespace has a child SA: an IKE SA alone carries no packets."""
        return ["INSTALLED" in self._swanctl(name, "--list-sas") for name in namespaces]

    def log(self, namespace: str) -> str:
        """The last lines of the log of the charon in a namespace."""
        return _tail(_IKE / namespace / "log")

    def vtysh(self, namespace: str, commands: Sequence[str]) -> str:
        """What FRRouting in a namespace prints for commands."""
        return run("vtysh", "-N", namespace, *(word for command in commands for word in ("-c", command)))

    def _start_charon(self, namespace: str) -> None:
        folder = _IKE / namespace
        folder.mkdir(parents=True)
        configuration = folder / "strongswan.conf"
        configuration.write_text(_STRONGSWAN.format(plugins=_PLUGINS, folder=folder))
        with in_namespace(namespace), (folder / "output").open("wb") as output:
            self._processes.append(
                subprocess.Popen(  # noqa: S603  the program is found by PATH, as in the other namespaces
                    (shutil.which("charon-systemd") or "charon-systemd",),
                    env={**os.environ, "STRONGSWAN_CONF": str(configuration)},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            )
        self._wait(lambda: (folder / "vici").exists(), f"charon in {namespace} does not start", folder / "log")

    def _move_tun(self, end: Mapping[str, Any]) -> None:
        """Move the TUN interface of an end to its router, and leave a placeholder.

        kernel-libipsec installs routes even with `install_routes = no`, and needs an interface of this name for it.
        """
        with in_namespace(end["namespace"]):
            run("ip", "link", "set", _TUN, "netns", end["router"], "name", end["interface"])
            run("ip", "link", "add", _TUN, "type", "veth", "peer", "name", f"{_TUN}x")
            run("ip", "-batch", "-", text=f"link set {_TUN}x up\nlink set {_TUN} up")
        with in_namespace(end["router"]):
            run("ip", "-batch", "-", text="\n".join(end["commands"]))

    def _swanctl(self, namespace: str, *arguments: str) -> str:
        folder = _IKE / namespace
        environment = {**os.environ, "STRONGSWAN_CONF": str(folder / "strongswan.conf")}
        try:
            return run("swanctl", *arguments, "--uri", f"unix://{folder / 'vici'}", environment=environment)
        except NotPossible as error:
            raise NotPossible(f"{error}\n{self.log(namespace)}") from None

    def _start_frr(self, namespace: str) -> None:
        state = Path("/run/frr") / namespace
        state.mkdir(parents=True)
        for folder in (state.parent, state, Path("/etc/frr") / namespace):
            shutil.chown(folder, "frr", "frr")
        (Path("/etc/frr") / namespace / "vtysh.conf").write_text("service integrated-vtysh-config\n")
        for daemon in ("zebra", "staticd", "bgpd"):
            with in_namespace(namespace), (state / "output").open("ab") as output:
                self._processes.append(
                    subprocess.Popen(  # noqa: S603  FRRouting has one folder in all distributions
                        (str(_FRR / daemon), "-N", namespace, "--log", "stdout"),
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=subprocess.STDOUT,
                    )
                )
            self._wait((state / f"{daemon}.vty").exists, f"{daemon} in {namespace} does not start", state / "output")
        run("vtysh", "-N", namespace, "-b")

    def _wait(self, ready: Callable[[], bool], problem: str, log: Path) -> None:
        end = time.monotonic() + _WAIT
        while not ready():
            if time.monotonic() > end or self._processes[-1].poll() is not None:
                raise NotPossible(f"{problem}\n{_tail(log)}")
            time.sleep(_PAUSE)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-8:]) if log.exists() else ""

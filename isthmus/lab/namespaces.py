"""Linux namespaces for one lab: a process leaves those of the host, and makes a network namespace for each router.

The process is the first one of a PID namespace. If it ends, the kernel ends every process of the lab, and removes every
namespace, interface, route and filter of it. A mount namespace hides `/run` and `/etc/frr` of the host.

Pages: https://man7.org/linux/man-pages/man7/namespaces.7.html, man7/pid_namespaces.7.html, man8/ip-netns.8.html
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["NotPossible", "in_namespace", "leave_host", "make_namespaces", "run", "settings"]

_CLONE_NEWNS, _CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET = 0x00020000, 0x10000000, 0x20000000, 0x40000000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_PR_SET_PDEATHSIG = 1
_NAMES = "/run/netns"
_HIDDEN = ("/run", "/etc/frr", "/etc/swanctl", "/etc/netns", "/var/tmp")  # noqa: S108  it is hidden, not used
"""Folders of the host that the lab replaces by empty ones, if they exist."""

_SETTINGS = {
    "ipv4/fib_multipath_hash_policy": "1",  # by ports too
    "ipv6/conf/all/disable_ipv6": "1",
    "netfilter/nf_conntrack_tcp_loose": "0",  # a reply to nothing belongs to no connection
}

_libc = ctypes.CDLL(None, use_errno=True)


class NotPossible(Exception):
    """The kernel or a tool refuses. The text names the call or the command, and the reason."""


def _call(name: str, *arguments: Any) -> None:
    if getattr(_libc, name)(*arguments):
        raise NotPossible(f"{name}: {os.strerror(ctypes.get_errno())}")


def leave_host(*, with_parent: bool) -> int:
    """Fork into namespaces of its own, as their superuser. Returns 0 in the child, and the child's PID in the parent.

    `with_parent`: the child, and all of its namespaces, end if the parent ends. Raises `NotPossible`.
    """
    user, group = os.geteuid(), os.getegid()
    _call("unshare", _CLONE_NEWNS | _CLONE_NEWNET | _CLONE_NEWPID | (_CLONE_NEWUSER if user else 0))
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _call("mount", None, b"/", None, _MS_REC | _MS_PRIVATE, None)
    for folder in _HIDDEN:
        if Path(folder).is_dir():
            _call("mount", b"tmpfs", folder.encode(), b"tmpfs", 0, b"mode=755")
    child = os.fork()
    if not child and with_parent:
        end_with_parent()
    return child


def end_with_parent() -> None:
    """End this process as soon as the process that started it ends. Raises `NotPossible`."""
    _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def make_namespaces(names: list[str], links: list[list[str]]) -> None:
    """Make network namespaces, and the links between them. Raises `NotPossible`.

    A link is namespace, interface and hardware address of one end, then of the other.
    """
    lines = [f"netns add {name}" for name in names]
    for one, end, mac, other, far, far_mac in links:
        peer = f"peer name {far} address {far_mac} netns {other}"
        lines.append(f"link add {end} address {mac} netns {one} type veth {peer}")
    run("ip", "-batch", "-", text="\n".join(lines))


@contextmanager
def in_namespace(name: str) -> Iterator[None]:
    """Run a block with the network namespace of this name. Raises `NotPossible`."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"{_NAMES}/{name}", os.O_RDONLY)
    try:
        _call("setns", there, _CLONE_NEWNET)
        yield
    finally:
        _call("setns", home, _CLONE_NEWNET)
        os.close(there)
        os.close(home)


def settings(*, forwards: bool, more: Mapping[str, str] | None = None) -> None:
    """Set the network settings of this namespace: whether it forwards packets, and those that all of the lab have."""
    root = Path("/proc/sys/net")
    for name, value in {**_SETTINGS, **(more or {})}.items():
        if (root / name).exists():
            (root / name).write_text(value)
    (root / "ipv4/ip_forward").write_text("1" if forwards else "0")
    for interface in (root / "ipv4/conf").iterdir():
        (interface / "rp_filter").write_text("0")  # replies may use another path
        (interface / "send_redirects").write_text("0")


def run(*command: str, text: str = "", environment: Mapping[str, str] | None = None) -> str:
    """Run a command with an input, and return what it prints. Raises `NotPossible` if it fails."""
    ran = subprocess.run(  # noqa: S603  commands of the lab
        command, input=text, text=True, capture_output=True, check=False, env=environment
    )
    if ran.returncode:
        raise NotPossible(f"{' '.join(command)}: {ran.stderr.strip() or ran.stdout.strip()}")
    return ran.stdout

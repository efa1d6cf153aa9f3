"""The namespaces, held by a process of their own: `python -m tests.twin.lab`.

It first leaves for a mount and a network namespace that nothing else is in, and makes everything there: no address,
route or filter outside changes, no packet gets out, and when the process ends, however it ends, the kernel takes all of
it away. It ends with the process that started it.

It reads lines of JSON: first a wiring, then lists of questions. It answers each with one line: `{}` when all is up, or
for each question how many packets of the exchange arrived. `{"error": ...}` says why something is not possible here.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.twin import packets
from tests.twin.packets import Arrived

_CLONE_NEWNS, _CLONE_NEWUSER, _CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_PR_SET_PDEATHSIG = 1
_ETH_P_IP = 0x0800
_SO_RCVBUFFORCE = 33
_BUFFER = 128 << 20
_HOSTS = "hosts"
_SETTINGS = {
    "ipv4/ip_forward": "1",
    "ipv4/fib_multipath_hash_policy": "1",  # by ports too
    "ipv6/conf/all/disable_ipv6": "1",
    "netfilter/nf_conntrack_tcp_loose": "0",  # a reply to nothing belongs to no connection
}
_QUIET = 0.1
"""Seconds without a packet after which nothing more is expected."""

Sent = tuple[int, bytes]
"""The number of the host that sends, and the packet."""

_libc = ctypes.CDLL(None, use_errno=True)


class NotPossible(Exception):
    """The kernel or a tool refuses."""


def _call(name: str, *arguments: Any) -> None:
    if getattr(_libc, name)(*arguments):
        raise NotPossible(f"{name}: {os.strerror(ctypes.get_errno())}")


def leave() -> None:
    """Into namespaces of this process's own, in which it is the superuser."""
    _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    user, group = os.geteuid(), os.getegid()
    _call("unshare", _CLONE_NEWNS | _CLONE_NEWNET | (_CLONE_NEWUSER if user else 0))
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _call("mount", None, b"/", None, _MS_REC | _MS_PRIVATE, None)
    _call("mount", b"tmpfs", b"/run", b"tmpfs", 0, None)


class Lab:
    """A wiring, brought up."""

    def __init__(self, wiring: dict[str, Any]) -> None:
        self._prefix = f"isthmus-{os.getpid()}-"
        self._home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self._hosts = wiring["hosts"]
        self._up(wiring)
        with self._inside(_HOSTS):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_IP))
            self._socket.setblocking(False)
            for option in (socket.SO_RCVBUF, _SO_RCVBUFFORCE):
                try:
                    self._socket.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
                except PermissionError:  # what the system allows has to do
                    continue

    def _up(self, wiring: dict[str, Any]) -> None:
        p = self._prefix
        lines = [f"netns add {p}{name}" for name in wiring["namespaces"]]
        for one, end, mac, other, far, far_mac in wiring["links"]:
            peer = f"peer name {far} address {far_mac} netns {p}{other}"
            lines.append(f"link add {end} address {mac} netns {p}{one} type veth {peer}")
        _run("ip", "-batch", "-", text="\n".join(lines))
        ends: dict[str, list[str]] = {name: ["lo"] for name in wiring["namespaces"]}
        for one, end, _, other, far, _ in wiring["links"]:
            ends[one].append(end)
            ends[other].append(far)
        for name, interfaces in ends.items():
            with self._inside(name):
                self._settings(forwards=name != _HOSTS)
                _run("ip", "-batch", "-", text="\n".join(f"link set {end} up" for end in interfaces))
        for name in wiring["namespaces"]:
            with self._inside(name):
                _run("ip", "-batch", "-", text="\n".join(wiring["commands"].get(name, ())))
                if name in wiring["filters"]:
                    _run("nft", "-f", "-", text=wiring["filters"][name])

    @contextmanager
    def _inside(self, name: str) -> Iterator[None]:
        there = os.open(f"/run/netns/{self._prefix}{name}", os.O_RDONLY)
        try:
            _call("setns", there, _CLONE_NEWNET)
            yield
        finally:
            _call("setns", self._home, _CLONE_NEWNET)
            os.close(there)

    def _settings(self, *, forwards: bool) -> None:
        root = Path("/proc/sys/net")
        for name, value in _SETTINGS.items():
            if (root / name).exists():
                (root / name).write_text(value)
        if not forwards:
            (root / "ipv4/ip_forward").write_text("0")
        for interface in (root / "ipv4/conf").iterdir():
            (interface / "rp_filter").write_text("0")  # replies may come by another way
            (interface / "send_redirects").write_text("0")

    def ask(self, questions: Sequence[Sequence[int]]) -> list[int]:
        """How many packets of each exchange arrive: the first, the reply to it, and of TCP the third of the handshake.

        A question is the numbers of the source and destination hosts, the protocol, the source port and the port.
        """
        arrived = [0] * len(questions)
        for start in range(0, len(questions), 1_000):
            part = range(start, min(start + 1_000, len(questions)))
            sent: Iterable[Sent] = (self._first(number, *questions[number]) for number in part)
            for step in range(3):
                came = [(host, packet) for host, packet in self._exchange(sent) if packet.step == step]
                sent = []
                for host, packet in came:
                    a, b, protocol = questions[packet.number][:3]
                    if self._is_due(host, packet, a, b):
                        arrived[packet.number] = step + 1
                        if step == 0 or protocol == packets.TCP:
                            sent.append((host, packets.reply(packet)))
        return arrived

    def _is_due(self, host: int, packet: Arrived, a: int, b: int) -> bool:
        """Whether a packet is where it should be. The client knows replies by the address that it sent to."""
        if packet.step == 1:
            ends = packet.source, packet.destination
            return host == a and ends == (self._hosts[b]["ip"], self._hosts[a]["ip"])
        return host == b

    def _first(self, number: int, a: int, b: int, protocol: int, client: int, port: int) -> Sent:
        return a, packets.first(self._hosts[a]["ip"], self._hosts[b]["ip"], protocol, client, port, number)

    def _exchange(self, sent: Iterable[Sent]) -> list[tuple[int, Arrived]]:
        """Send from hosts, and what came to which host in the meantime and until nothing moves."""
        came: list[tuple[int, Arrived]] = []
        for count, (host, packet) in enumerate(sent):
            router = bytes.fromhex(self._hosts[host]["router"].replace(":", ""))
            frame = router + b"\x02\x00\x09\x00\x00\x01\x08\x00" + packet
            self._socket.sendto(frame, (self._hosts[host]["interface"], _ETH_P_IP))
            if count % 50 == 49:
                self._drain(came)
        quiet = time.monotonic()
        while time.monotonic() - quiet < _QUIET:
            before = len(came)
            time.sleep(_QUIET / 10)
            self._drain(came)
            if len(came) > before:
                quiet = time.monotonic()
        return came

    def _drain(self, came: list[tuple[int, Arrived]]) -> None:
        by_name = {host["interface"]: number for number, host in enumerate(self._hosts)}
        while True:
            try:
                frame, (interface, _, kind, *_) = self._socket.recvfrom(2048)
            except BlockingIOError:
                return
            packet = packets.parse(frame[14:]) if kind != socket.PACKET_OUTGOING else None
            if packet is not None and interface in by_name:
                came.append((by_name[interface], packet))


def _run(*command: str, text: str) -> None:
    ran = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    if ran.returncode:
        raise NotPossible(f"{' '.join(command)}: {ran.stderr.strip() or ran.stdout.strip()}")


def main() -> None:
    """Serve one wiring until the input ends."""
    lab: Lab | None = None
    try:
        leave()
        for line in sys.stdin:
            request = json.loads(line)
            answer: Any
            if lab is None:
                lab = Lab(request)
                answer = {}
            else:
                answer = lab.ask(request)
            print(json.dumps(answer), flush=True)
    except (NotPossible, OSError) as error:
        print(json.dumps({"error": str(error)}), flush=True)


if __name__ == "__main__":
    main()

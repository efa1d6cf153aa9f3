"""`.ci/run` installs what is optional where it can, and tests in any case."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / ".ci" / "run"
DEBIAN = Path("/etc/debian_version").exists()
TOOLS = ("bash", "dirname", "timeout")


def ran(
    folder: Path, *, user: int, apt: int, tools: tuple[str, ...] = (), make: str = "echo make $@"
) -> subprocess.CompletedProcess[str]:
    """A run on a machine that has nothing but these commands. `apt` is how apt-get ends."""
    scripts = {"id": f"echo {user}", "apt-get": f'echo "$@" >> {folder}/installed; exit {apt}', "make": make}
    scripts |= dict.fromkeys(tools, "exit 0")
    binaries = folder / "bin"
    binaries.mkdir()
    for name, script in scripts.items():
        (binaries / name).write_text(f"#!/bin/sh\n{script}\n")
        (binaries / name).chmod(0o755)
    for name in TOOLS:
        found = next(path for path in (Path("/usr/bin") / name, Path("/bin") / name) if path.exists())
        (binaries / name).symlink_to(found)
    return subprocess.run(["bash", str(RUN)], env={"PATH": str(binaries)}, capture_output=True, text=True, check=False)


IPSEC = "charon-systemd strongswan-swanctl libcharon-extra-plugins frr procps"


def installed(folder: Path) -> str:
    found = folder / "installed"
    return found.read_text() if found.exists() else ""


@pytest.mark.skipif(not DEBIAN, reason="apt-get is Debian's")
def test_the_superuser_installs_what_is_missing(tmp_path: Path) -> None:
    done = ran(tmp_path, user=0, apt=0)
    assert (done.returncode, done.stdout, done.stderr) == (0, "make test\n", "")
    wanted = [line.partition("--no-install-recommends ")[2] for line in installed(tmp_path).splitlines()]
    assert [packages for packages in wanted if packages] == ["iproute2 nftables", IPSEC, "chromium"]


@pytest.mark.skipif(not DEBIAN, reason="apt-get is Debian's")
def test_a_failure_to_install_is_a_warning(tmp_path: Path) -> None:
    done = ran(tmp_path, user=0, apt=100)
    assert (done.returncode, done.stdout) == (0, "make test\n")
    assert done.stderr.splitlines() == [
        "warning: iproute2 nftables cannot be installed: tests with packets are skipped",
        f"warning: {IPSEC} cannot be installed: tests with IPsec and BGP are skipped",
        "warning: chromium cannot be installed: tests in a browser are skipped",
    ]


@pytest.mark.parametrize(
    ("user", "tools"), [(1000, ()), (0, ("ip", "nft", "charon-systemd", "swanctl", "vtysh", "chromium"))]
)
def test_nothing_is_installed_without_the_right_or_the_need(tmp_path: Path, user: int, tools: tuple[str, ...]) -> None:
    done = ran(tmp_path, user=user, apt=0, tools=tools)
    browser = "make browser\n" if "chromium" in tools else ""
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{browser}make test\n", "")
    assert not installed(tmp_path)


def test_tests_run_without_playwright(tmp_path: Path) -> None:
    done = ran(tmp_path, user=1000, apt=0, tools=("chromium",), make='[ "$1" = test ] && echo make $@')
    assert (done.returncode, done.stdout) == (0, "make test\n")
    assert done.stderr == "warning: Playwright cannot be installed: tests in a browser are skipped\n"

"""The programs that read the configurations accept them: nft, FRRouting, sh."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from isthmus.devices.device_files import configuration
from isthmus.devices.from_output import devices
from isthmus.output.folder import read_output
from isthmus.platforms import platform
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.devices.estates import busy, crowded
from tests.modules.synthesized import files_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The strongSwan and FRRouting files of a busy, a crowded and a translating estate, a folder for each device."""
    out, written = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("devices")
    write_output(out, synthesize(busy()))
    many = tmp_path_factory.mktemp("many")
    write_output(many, synthesize(crowded()))
    translated = tmp_path_factory.mktemp("translated")
    write_output(translated, files_of("examples.stage_10_overlapping_site"))
    for output in (out, many, translated):
        for device in devices(read_output(output)):
            place = written / f"{output.name}-{device.name}"
            place.mkdir()
            for file in configuration(device, platform("strongswan-frr")):
                (place / file.name).write_text(file.text)
    return written


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def files(folder: Path, name: str) -> list[Path]:
    found = sorted(folder.glob(f"*/{name}"))
    assert found
    return found


def test_frrouting_reads_the_routing(folder: Path, tmp_path: Path) -> None:
    vtysh = needs("vtysh")
    for file in files(folder, "frr.conf"):
        done = run(vtysh, "-C", "-f", str(file))
        assert done.returncode == 0, done.stderr
    broken = tmp_path / "frr.conf"
    broken.write_text(files(folder, "frr.conf")[-1].read_text().replace("remote-as", "remote-autonomous-system"))
    assert run(vtysh, "-C", "-f", str(broken)).returncode != 0


def test_nftables_reads_the_filter(folder: Path, tmp_path: Path) -> None:
    nft = needs("nft")
    if run(nft, "list", "tables").returncode:
        pytest.skip("nft needs permission to read the tables of the kernel")
    for file in files(folder, "nftables.conf"):
        done = run(nft, "--check", "--file", str(file))
        assert done.returncode == 0, done.stderr
    broken = tmp_path / "nftables.conf"
    broken.write_text(files(folder, "nftables.conf")[0].read_text().replace("ip saddr", "ip source"))
    assert run(nft, "--check", "--file", str(broken)).returncode != 0


def test_the_shell_reads_the_scripts(folder: Path) -> None:
    scripts = [*files(folder, "interfaces.sh"), *files(folder, "updown.sh")]
    assert len(scripts) == 7
    for script in scripts:
        done = run("sh", "-n", str(script))
        assert done.returncode == 0, done.stderr

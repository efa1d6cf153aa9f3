"""The wheel file that this Isthmus was installed from. A repository keeps it, so that every machine installs the same.

Installers record it: https://packaging.python.org/en/latest/specifications/direct-url/
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from importlib.metadata import distribution, version
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from isthmus.errors import CannotAnswer

__all__ = ["Wheel", "installed_wheel", "named_wheel"]

_GIVE = "  write: --wheel FILE, the wheel of this version (in the repository of Isthmus, `make wheel` builds it)"


@dataclass(frozen=True)
class Wheel:
    """A wheel file: its name, and its bytes."""

    name: str
    data: bytes

    @property
    def place(self) -> str:
        """Its path in a repository."""
        return f"wheels/{self.name}"


def named_wheel(path: Path) -> Wheel:
    """The wheel in a file. Raises `CannotAnswer` if it is no wheel of this version of Isthmus."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CannotAnswer(f"{path}: it cannot be read ({error.strerror})\n{_GIVE}") from error
    found = _version_in(data)
    if found is None or not path.name.startswith("isthmus-") or path.suffix != ".whl":
        raise CannotAnswer(f"{path}: it is no wheel of Isthmus\n{_GIVE}")
    if found != version("isthmus"):
        raise CannotAnswer(
            f"{path}: it is the wheel of Isthmus {found}, and this is {version('isthmus')}\n{_GIVE}\n"
            "  why:   the files in a repository and the package that it installs must be of one version"
        )
    return Wheel(path.name, data)


def installed_wheel() -> Wheel | None:
    """The wheel that this Isthmus was installed from; None if it came from a package index.

    Raises `CannotAnswer` if it was installed from a folder, or if the file has changed or no longer exists.
    """
    recorded = distribution("isthmus").read_text("direct_url.json")
    if recorded is None:
        return None
    origin = json.loads(recorded)
    url = str(origin.get("url", ""))
    if not url.startswith("file:") or not url.endswith(".whl"):
        raise CannotAnswer(f"this Isthmus was installed from {url}, and not from a wheel\n{_GIVE}")
    wheel = named_wheel(Path(url2pathname(urlsplit(url).path)))
    expected = (origin.get("archive_info") or {}).get("hashes", {}).get("sha256")
    if expected and hashlib.sha256(wheel.data).hexdigest() != expected:
        raise CannotAnswer(f"{url} has changed since this Isthmus was installed from it\n{_GIVE}")
    return wheel


def _version_in(data: bytes) -> str | None:
    """The version in the metadata of a wheel with the template; None if it is none."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            [metadata] = [name for name in names if name.endswith(".dist-info/METADATA")]
            lines = archive.read(metadata).decode("utf-8").splitlines()
    except (zipfile.BadZipFile, ValueError, KeyError):
        return None
    found = [line.removeprefix("Version: ") for line in lines if line.startswith("Version: ")]
    return found[0] if found and "Name: isthmus" in lines and "isthmus/shipped/main.py" in names else None

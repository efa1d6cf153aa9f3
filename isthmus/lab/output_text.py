"""The files of an output as the lab reads them, and the network that they describe."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from isthmus.errors import CannotAnswer
from isthmus.files.regular_files import NotRegularError, bytes_of
from isthmus.lab.aws_network import AwsNetwork
from isthmus.lab.aws_reading import region_of
from isthmus.lab.sites import Site, sites_of
from isthmus.lab.synthesized_json import Reader, Unreadable

__all__ = ["digest", "read_files", "read_network"]

_INTENT = "intent.json"
_LARGEST = 256 << 20  # bytes


def read_files(folder: Path) -> dict[str, str]:
    """The Terraform JSON and the intent of an output folder, as text by path. Raises `CannotAnswer`, `OSError`."""
    if not (folder / _INTENT).is_file():
        raise CannotAnswer(f"{folder} holds no {_INTENT}: name an output folder of synthesis, such as cdktf.out")
    paths = [folder / _INTENT, *sorted((folder / "stacks").rglob("*.tf.json"))]
    return {path.relative_to(folder).as_posix(): _text(path) for path in paths}


def _text(path: Path) -> str:
    try:
        return bytes_of(path, _LARGEST).decode("utf-8")
    except (NotRegularError, UnicodeDecodeError) as error:
        raise CannotAnswer(f"{path}: {error}") from None


def digest(files: Mapping[str, str]) -> str:
    """A hash of all files: whether a lab was built from these."""
    found = hashlib.sha256()
    for path, text in sorted(files.items()):
        for part in (path, text):
            found.update(f"{len(part)}:{part}".encode())
    return found.hexdigest()


def read_network(files: Mapping[str, str]) -> tuple[AwsNetwork, dict[str, Site]]:
    """What AWS makes of an output, and the sites of its intent.

    Raises `CannotPlay` for what the lab does not play, and `Unreadable` for what the generator does not write.
    """
    try:
        region = region_of(Reader(files).resources())
        return region, sites_of(files[_INTENT], region)
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, StopIteration) as error:
        # The reader knows what the generator writes. An edited output may lack any part of that.
        raise Unreadable(f"the lab cannot read this output: {type(error).__name__} {error}") from error

"""The files of `isthmus/report/vendor`. `python -m tests.report.vendor 0.12.1` replaces them by those of a release.

It needs npm. The integrity of the package is checked by npm, as the registry states it.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from isthmus.report.vendor import elk

FOLDER = Path(elk.__file__).parent
# The name in the npm package, and here.
FILES = {"package/lib/elk-worker.min.js": "elk-worker.min.js", "package/LICENSE.md": "LICENSE"}


def replace_by(version: str) -> None:
    """Replace the files by those of a release of elkjs, and state its version and checksum."""
    with TemporaryDirectory() as made:
        subprocess.run(["npm", "pack", f"elkjs@{version}"], cwd=made, check=True)
        with tarfile.open(next(Path(made).glob("*.tgz"))) as package:
            for source, name in FILES.items():
                member = package.extractfile(source)
                assert member is not None, source
                (FOLDER / name).write_bytes(member.read())
    stated = FOLDER / "__init__.py"
    text = re.sub(r'VERSION = ".*"', f'VERSION = "{version}"', stated.read_text())
    stated.write_text(re.sub(r'SHA256 = "\w*"', f'SHA256 = "{checksum()}"', text))


def checksum() -> str:
    """The SHA-256 of the script that is there."""
    return hashlib.sha256((FOLDER / "elk-worker.min.js").read_bytes()).hexdigest()


if __name__ == "__main__":
    replace_by(sys.argv[1])

"""Writes the golden files again: `python -m tests.devices.golden`. Read the difference."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from isthmus.devices.from_output import devices
from isthmus.output.folder import read_output
from isthmus.report.handover_json import handover_json
from modules.output_folder import write_output
from tests.devices.golden import CASES, FOLDER, OUTPUT, written


def main() -> None:
    """Write the files of all cases, and remove the files of cases and platforms that no longer exist."""
    files: dict[str, str] = {}
    for case, synthesized in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)  # the commands of a configuration name the folder
            write_output(Path(OUTPUT), synthesized())
            files |= written(case, "".join(handover_json(devices(read_output(Path(OUTPUT))))))
            os.chdir(FOLDER)
    for path in FOLDER.iterdir():
        if path.is_dir() and path.name != "__pycache__":
            shutil.rmtree(path)
    for name, text in files.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

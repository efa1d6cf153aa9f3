"""The files of root modules and of the modules that they call. Only files in the given folders are opened."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from pathlib import Path

from isthmus.terraform.configuration import Module, load_module
from isthmus.terraform.declared import Reference, references
from isthmus.terraform.documents import contents, readable
from isthmus.terraform.errors import UnreadableTerraform
from isthmus.terraform.graph import Value
from isthmus.terraform.scopes import unknown
from isthmus.terraform.work_limit import spend

_MOST_INSTANCES = 100_000
_READ = (".tf", ".tf.json", ".tfvars", ".tfvars.json", ".tofu", ".tofu.json")  # endings of files that may be opened
_LARGEST_TEXT = 262_144  # bytes of a file that `file()` reads


class ModuleFiles:
    """The modules of some roots, each read once. `within` are the folders (resolved paths) that may be read."""

    def __init__(self, within: Collection[Path]) -> None:
        self.within = within
        self._modules: dict[Path, Module] = {}
        self._references: dict[Path, tuple[Reference, ...]] = {}
        self._size = 0

    def module(self, path: Path) -> Module:
        """The module in a directory, read once. Raises `UnreadableTerraform`."""
        with readable(path):
            try:
                path = path.resolve(strict=True)
            except RuntimeError:  # raised by Python 3.11 and 3.12
                raise UnreadableTerraform(path, "it is a loop of symbolic links", "Remove the loop") from None
            if path not in self._modules:
                self.check_inside(path, path)
                for entry in path.iterdir():
                    if entry.is_symlink() and entry.name.endswith(_READ):
                        self.check_inside(entry, entry.resolve())
                self._modules[path] = load_module(path)
        return self._modules[path]

    def check_inside(self, path: Path, resolved: Path) -> None:
        """Refuse a path outside of the given folders. Raises `UnreadableTerraform`."""
        if not any(resolved.is_relative_to(folder) for folder in self.within):
            what = "it leads out of the folder given" if path != resolved else "it is outside of the folder given"
            raise UnreadableTerraform(
                path,
                f"{what} ({', '.join(map(str, self.within))}), and nothing there is read",
                "Give a plan instead: `terraform plan -out=PLAN && terraform show -json PLAN > plan.json`",
            )

    def count(self, path: Path) -> None:
        """Count one more resource or module instance. Raises `UnreadableTerraform` beyond the limit."""
        self._size += 1
        if self._size > _MOST_INSTANCES:
            problem = f"it expands to more than {_MOST_INSTANCES:,} resources and modules"
            raise UnreadableTerraform(path, problem, "Check count and for_each")

    def references(self, module: Module) -> tuple[Reference, ...]:
        """The references in a module, found once although the module may be called many times."""
        if module.path not in self._references:
            self._references[module.path] = tuple(references(module))
        return self._references[module.path]


def text_of(name: str, module: Path, root: Path) -> Value:
    """The text of a file by its path from the root module. The file is in the directory of a module or of its root."""
    try:
        found = (root / name).resolve()
        folders = [folder for folder in (module, root) if found.is_relative_to(folder)]
        if not folders or any(part.startswith(".") for part in found.relative_to(folders[0]).parts):
            return unknown(name, "it is hidden or outside of the folder of the module, so it is not read")
        data = contents(found, _LARGEST_TEXT)
    except UnreadableTerraform as error:
        return unknown(name, error.problem)
    except (OSError, RuntimeError, ValueError) as error:
        return unknown(name, f"it cannot be read ({type(error).__name__})")
    spend(1 + len(data) // 64)
    try:
        return unicodedata.normalize("NFC", data.decode())
    except UnicodeDecodeError:
        return unknown(name, "it is not UTF-8 text")

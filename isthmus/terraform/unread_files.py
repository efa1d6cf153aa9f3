"""Files that Terraform or OpenTofu read in addition to those in JSON syntax, and that are not read here.

Terraform takes `*.tf` and `*.tf.json`; OpenTofu takes `*.tofu` and `*.tofu.json` too, in place of files of the same
name that end in `tf` (https://opentofu.org/docs/language/files/). A folder with any of them means more than is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from isthmus.terraform.documents import contents
from isthmus.terraform.errors import UnreadableTerraform

NEEDS_PLAN = "Give a plan instead: `terraform plan -out=PLAN && terraform show -json PLAN > plan.json`"
_HCL = (".tf", ".tofu", ".tfvars")
_TOFU = ".tofu.json"
_LARGEST = 16 * 1024 * 1024  # bytes
# A comment, or a quoted text: neither opens a block, and a text may hold what looks like a comment.
_COMMENT_OR_TEXT = re.compile(r'#[^\n]*|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
_SETTINGS = re.compile(r"terraform\s*\{")


def is_configuration(name: str) -> bool:
    """Whether Terraform or OpenTofu read a file of this name as part of a module. Hidden files they do not."""
    return not name.startswith(".") and name.endswith((".tf.json", _TOFU, ".tf", ".tofu"))


def refuse_unread(folder: Path, names: Iterable[str]) -> None:
    """Raise `UnreadableTerraform` for the first of a folder's files that means something and is not read here."""
    for name in names:
        if name.startswith(".") or not (folder / name).exists() or (folder / name).is_dir():
            continue
        if name.endswith(_TOFU):
            raise UnreadableTerraform(folder, f"it holds {name}, which OpenTofu reads and this does not", NEEDS_PLAN)
        if name.endswith(_HCL) and not means_nothing(contents(folder / name, _LARGEST)):
            problem = f"it holds HCL ({name}), of which only Terraform itself knows what it means"
            raise UnreadableTerraform(folder, problem, NEEDS_PLAN)


def means_nothing(data: bytes) -> bool:
    """Whether an HCL file holds nothing but comments and settings of Terraform itself: no resource, no value.

    A byte order mark may come first. Text that cannot be decoded means something.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    left = _COMMENT_OR_TEXT.sub(lambda found: '""' if found[0].startswith('"') else " ", text).strip()
    while block := _SETTINGS.match(left):
        depth, at = 1, block.end()
        while depth and at < len(left):
            depth += {"{": 1, "}": -1}.get(left[at], 0)
            at += 1
        if depth:
            return False
        left = left[at:].strip()
    return not left

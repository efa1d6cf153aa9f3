"""The files of a new repository, computed in memory: those of the user, and those of the template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from isthmus.files.shipped import shipped
from isthmus.template.wheel import Wheel

__all__ = ["STAGES", "Choice", "Content", "content"]

STAGES = {
    1: "stage_1_dev_only",
    2: "stage_2_on_premises_egress",
    3: "stage_3_every_vpc",
    4: "stage_4_central_egress",
    5: "stage_5_resilient_vpn",
}
# Folders and files that a repository has as Isthmus has them.
_UNCHANGED = ("cdktf.json", "main.py", "modules", "policies")
_SCRIPTS = ("plannable.py", "roots.py")
_WORKFLOWS = ".github/workflows"
_ESTATE_NAME = re.compile(r'(?<=\bEstate\(\n    ")[^"\n]+(?=",\n)')


@dataclass(frozen=True)
class Choice:
    """What the user chooses: the name of the network, and the environments to start from.

    - `start`: "one" account, "several" accounts, or the number of a stage as text.
    """

    name: str
    start: str


@dataclass(frozen=True)
class Content:
    """The files of a repository, by relative path with slashes: `own` belong to the user, `template` to Isthmus."""

    own: Mapping[str, bytes]
    template: Mapping[str, bytes]


def content(choice: Choice, version: str, wheel: Wheel | None) -> Content:
    """The files of a repository. `wheel`: the file to install this version from; None: a package index has it."""
    own = {
        **_environments(choice),
        "README.md": _filled("README.md", choice, version, wheel),
        "tests/test_network.py": shipped("template/tests/test_network.py").read_bytes(),
        "waivers.toml": shipped("template/waivers.toml").read_bytes(),
    }
    template = {path: data for name in _UNCHANGED for path, data in _tree(shipped(name), name)}
    template |= {f"pipelines/{name}": shipped(f"examples/pipelines/{name}").read_bytes() for name in _SCRIPTS}
    template |= {
        ".gitignore": shipped("template/gitignore").read_bytes(),
        f"{_WORKFLOWS}/network-review.yml": shipped("examples/pipelines/github/review.yml").read_bytes(),
        f"{_WORKFLOWS}/network-tests.yml": shipped("examples/pipelines/github/tests.yml").read_bytes(),
        "Makefile": shipped("template/Makefile").read_bytes(),
        "pyproject.toml": _filled("project.toml", choice, version, wheel),
    }
    if wheel is not None:
        template[wheel.place] = wheel.data
    return Content(own, template)


def _environments(choice: Choice) -> dict[str, bytes]:
    """The modules below `environments`, with the name of the network in the estate."""
    if choice.start == "several":
        files = dict(_tree(shipped("environments"), "environments"))
    elif choice.start == "one":
        files = {
            "environments/__init__.py": shipped("environments/__init__.py").read_bytes(),
            "environments/estate.py": shipped("examples/one_account.py").read_bytes(),
        }
    else:
        stage, guide = (
            shipped(f"examples/{name}.py").read_text("utf-8") for name in (STAGES[int(choice.start)], "guide")
        )
        files = {
            "environments/__init__.py": shipped("environments/__init__.py").read_bytes(),
            "environments/estate.py": stage.replace("from examples import", "from environments import").encode(),
            "environments/guide.py": guide.encode(),
        }
    text, found = _ESTATE_NAME.subn(lambda _: choice.name, files["environments/estate.py"].decode())
    if found != 1:
        raise AssertionError(f"{found} estates in the template {choice.start}")
    return {**files, "environments/estate.py": text.encode()}


def _tree(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """A file, or every file below a folder, with its relative path. Compiled Python is left out."""
    if path.is_file():
        yield name, path.read_bytes()
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            yield f"{name}/{file.relative_to(path).as_posix()}", file.read_bytes()


def _filled(name: str, choice: Choice, version: str, wheel: Wheel | None) -> bytes:
    """A text of the template with the name, the version and the place of the wheel."""
    text = shipped(f"template/{name}").read_text("utf-8")
    source = f'isthmus = {{ path = "{wheel.place}" }}' if wheel else "# Isthmus comes from your package index."
    return text.replace("{{name}}", choice.name).replace("{{version}}", version).replace("{{source}}", source).encode()

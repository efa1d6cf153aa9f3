"""A repository of a team: its estate, the modules, the scripts for pipelines, and a pull request."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PARTS = ("Makefile", "pyproject.toml", "uv.lock", "cdktf.json", "main.py", "waivers.toml", "environments", "modules")
_PERSON = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


class Repository:
    """A Git repository whose HEAD is what GitHub checks out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "README.md").write_text("# The network of a team\n")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()

    def add_estate(self, backend: str = 'HcpTerraform(organization="example")') -> None:
        """Add the reference estate, with its states in HCP Terraform, and the scripts."""
        for part in PARTS:
            source, target = PROJECT / part, self.folder / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, target)
        (self.folder / "policies").symlink_to(PROJECT / "policies")
        (self.folder / "pipelines").mkdir()
        for script in ("plannable.py", "roots.py"):
            shutil.copy2(PROJECT / "examples/pipelines" / script, self.folder / "pipelines")
        (self.folder / ".gitignore").write_text(".venv\n/cdktf.out\n__pycache__\n")
        self.replace("estate", "    tags=", f"    backend={backend},\n    tags=")
        self.replace("estate", "import Estate", f"import Estate, {backend.partition('(')[0]}")

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace text in a module of `environments`."""
        file = self.folder / "environments" / f"{name}.py"
        text = file.read_text()
        assert old in text, f"{old!r} is not in {file}"
        file.write_text(text.replace(old, new))

    def delete_test(self) -> None:
        """Delete the environment test."""
        self.replace("estate", "from environments.test import test\n", "")
        self.replace("estate", "dev, test, prod]", "dev, prod]")
        (self.folder / "environments/test.py").unlink()

    def commit(self, message: str = "change") -> None:
        """Commit everything on the current branch."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={message}")

    def branch(self, name: str = "branch") -> None:
        """Start a branch at main."""
        self.git("checkout", "--quiet", "-B", name, "main")

    def merge(self, name: str = "branch") -> None:
        """Commit the branch, and check out main with the branch merged into it, as GitHub does for a pull request."""
        self.commit()
        self.git("checkout", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "--message=merge", name)

    def git(self, *words: str) -> str:
        """Run git."""
        environ = {**os.environ, **_PERSON}
        done = subprocess.run(["git", *words], cwd=self.folder, env=environ, check=True, capture_output=True, text=True)
        return done.stdout.strip()

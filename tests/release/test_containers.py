"""The Dockerfile and the devcontainer: they parse, name files that exist, and the image does not run as root."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2]
WHEEL = "dist/isthmus-*.whl"  # `make wheel` makes it


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, with their arguments on one line."""
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def faults(text: str) -> list[str]:
    """What is wrong with a Dockerfile."""
    found: list[str] = []
    user = "root"
    for word, rest in instructions(text):
        if word == "FROM":
            user = "root"
            if not re.fullmatch(r"\S+:[\w.-]+(@sha256:\w+)?( AS \w+)?", rest) or ":latest" in rest:
                found.append(f"an image without a version: {rest}")
        elif word == "COPY" and "--from=" not in rest:
            *sources, _ = rest.split()
            found += [f"no such file: {one}" for one in sources if one != WHEEL and not (PROJECT / one).exists()]
        elif word == "USER":
            user = rest
        elif word not in ("RUN", "WORKDIR", "COPY", "ENV", "ENTRYPOINT", "CMD"):
            found.append(f"unknown instruction: {word}")
    return [*found, *(["it runs as root"] if user in ("root", "0") else [])]


def test_the_image_is_sound() -> None:
    text = (PROJECT / "Dockerfile").read_text()
    assert faults(text) == []
    last = dict(instructions(text))
    assert json.loads(last["ENTRYPOINT"]) == ["isthmus"]
    assert "isthmus" in tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["scripts"]
    [version] = re.findall(r"^UV_VERSION := (\S+)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert re.findall(r"uv==(\S+)", text) == [version]
    assert "--require-hashes" in text


def test_a_broken_image_is_found() -> None:
    text = (PROJECT / "Dockerfile").read_text()
    for old, new, fault in (
        ("USER isthmus\n", "", "it runs as root"),
        ("FROM python:3.12-slim-bookworm\n", "FROM python\n", "an image without a version: python"),
        ("COPY pyproject.toml uv.lock", "COPY pyproject.toml uv.lck", "no such file: uv.lck"),
        ("WORKDIR /work", "WORKDR /work", "unknown instruction: WORKDR"),
    ):
        assert old in text
        assert fault in faults(text.replace(old, new))


def test_only_what_the_image_copies_is_sent_to_docker() -> None:
    lines = [line for line in (PROJECT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    copied = [
        source
        for word, rest in instructions((PROJECT / "Dockerfile").read_text())
        if word == "COPY" and "--from=" not in rest
        for source in rest.split()[:-1]
    ]
    assert lines[0] == "*"
    assert sorted(lines[1:]) == sorted(f"!{source}" for source in copied)


def test_the_devcontainer_names_an_image_and_a_target_of_make() -> None:
    document = json.loads((PROJECT / ".devcontainer/devcontainer.json").read_text())
    assert re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:3\.\d+-\w+", document["image"])
    assert document["remoteUser"] != "root"
    command, target = document["postCreateCommand"].split()
    assert command == "make"
    makefile = (PROJECT / "Makefile").read_text()
    assert f"\n{target.replace('.venv', '$(VENV)')}:" in makefile


def test_no_page_repeats_the_version() -> None:
    """Its one place is pyproject.toml, and uv.lock repeats it."""
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    pages = [
        PROJECT / "README.md",
        PROJECT / "CONTRIBUTING.md",
        *(PROJECT / "docs").rglob("*.md"),
        PROJECT / "Dockerfile",
    ]
    assert [str(page) for page in pages if f"isthmus-{version}" in page.read_text()] == []

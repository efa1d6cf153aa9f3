"""`[tool.isthmus]` of `pyproject.toml`: the long flags that a team would write each time.

The nearest `pyproject.toml` with this table counts, from the current folder upwards to the root of the repository.
Paths in it are relative to the file. The command line wins. An unknown key or a wrong type is an error.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from isthmus.errors import CannotAnswer

__all__ = ["KEYS", "Configuration", "read_configuration"]

FILE = "pyproject.toml"
_TABLE = "[tool.isthmus]"
_LARGEST = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Configuration:
    """The settings of a file.

    - `file`: its path, or "" if there is none.
    - `paths`: the inputs to read if the command line names none.
    - `flags`: the value of each flag, by its name without dashes, as the command line would give it.
    """

    file: str = ""
    paths: tuple[str, ...] = ()
    flags: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Key:
    """A key: what to write, and how its value becomes that of the flag. `read` raises `ValueError`."""

    expected: str
    example: str
    read: Callable[[Any, Path], Any]


def read_configuration(named: str | None = None) -> Configuration:
    """The configuration that counts in the current folder, or that of a named file. Raises `CannotAnswer`."""
    if named is not None:
        table = _table(Path(named))
        if table is None:
            raise CannotAnswer(f"{named}: it has no table {_TABLE}\n  write: --no-config, or add the table")
        return _configuration(named, table)
    for folder in (here := Path.cwd(), *here.parents):
        path = Path(os.path.relpath(folder / FILE))
        if path.is_file() and (table := _table(path)) is not None:
            return _configuration(str(path), table)
        if (folder / ".git").exists():
            break
    return Configuration()


def _table(path: Path) -> Any:
    """The table of a file; None if it has none."""
    import tomllib

    from isthmus.files.regular_files import NotRegularError, bytes_of

    try:
        document = tomllib.loads(bytes_of(path, _LARGEST).decode("utf-8"))
    except NotRegularError as error:
        raise CannotAnswer(f"{path}: {error.problem}. {error.remedy}, or add --no-config.") from None
    except (ValueError, RecursionError) as error:
        raise CannotAnswer(f"{path}: it is not valid TOML ({error}). Correct it, or add --no-config.") from None
    tool = document.get("tool", {})
    return tool.get("isthmus") if isinstance(tool, dict) else None


def _configuration(file: str, table: Any) -> Configuration:
    if not isinstance(table, dict):
        raise CannotAnswer(
            f"{file}: {_TABLE} is {table!r}\n  write: a table of settings, such as path = {KEYS['path'].example}"
        )
    flags: dict[str, Any] = {}
    for name, value in table.items():
        key = KEYS.get(name)
        if key is None:
            raise CannotAnswer(_unknown(file, name))
        try:
            flags[name] = key.read(value, Path(file).parent)
        except ValueError as error:
            why = f"\n  why:   {error}" if str(error) else ""
            raise CannotAnswer(
                f"{file}: {name} of {_TABLE} is {_shown(value)}\n"
                f"  write: {key.expected}, such as {name} = {key.example}{why}"
            ) from None
    if "prices" in flags and "region" in flags:
        raise CannotAnswer(
            f"{file}: {_TABLE} has prices and region\n  write: one of the two\n  why:   both choose the prices"
        )
    return Configuration(file, tuple(flags.pop("path", ())), flags)


def _unknown(file: str, name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name.replace("_", "-"), KEYS, n=1)
    suggestion = f"; did you mean {near[0]}?" if near else ""
    return f"{file}: {_TABLE} has no key {name}{suggestion}\n  write: one of {', '.join(KEYS)}"


def _shown(value: Any) -> str:
    from isthmus.text.printable import printable

    return printable(str(value).lower() if isinstance(value, bool) else repr(value), 100)


# --- the values


def _text(value: Any, _: Path) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _path(value: Any, folder: Path) -> str:
    """A path, relative to the current folder."""
    found = folder / _text(value, folder)
    return str(found) if Path(value).is_absolute() else os.path.relpath(found)


def _paths(value: Any, folder: Path) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    if not listed:
        raise ValueError
    return [_path(each, folder) for each in listed]


def _lists(value: Any, folder: Path) -> list[str]:
    """A table of lists as the flags would give it: `vpn1=10.0.0.0/8,10.1.0.0/16`."""
    if not isinstance(value, dict):
        raise ValueError
    found = []
    for name, items in value.items():
        if not isinstance(items, list) or any("," in _text(item, folder) for item in items) or "=" in name:
            raise ValueError(f"{name} has {_shown(items)}")
        found.append(f"{name}={','.join(items)}")
    return found


def _ports(value: Any, folder: Path) -> tuple[int, int]:
    from isthmus.commands.arguments import port_range

    return port_range(_text(value, folder))


def _appliances(value: Any, _: Path) -> str:
    from isthmus.commands.arguments import APPLIANCES

    if value not in APPLIANCES:
        raise ValueError
    return str(value)


def _switch(value: Any, _: Path) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


KEYS: Mapping[str, _Key] = {
    "path": _Key("a path, or a list of paths", '"cdktf.out"', _paths),
    "intent": _Key("the path of a file", '"cdktf.out/intent.json"', _path),
    "advertises": _Key("a table of connections and their prefixes", '{ vpn1 = ["10.0.0.0/8"] }', _lists),
    "site": _Key("a table of sites and their connections", '{ dc1 = ["vpn1", "vpn2"] }', _lists),
    "client-ports": _Key("two ports", '"32768-60999"', _ports),
    "appliances": _Key('"forward" or "unknown"', '"unknown"', _appliances),
    "waivers": _Key("the path of a file", '"waivers.toml"', _path),
    "policies": _Key("the path of a folder", '"policies"', _path),
    "traffic": _Key("the path of a file", '"traffic.toml"', _path),
    "prices": _Key("the path of a file", '"prices.toml"', _path),
    "region": _Key("the name of a Region", '"eu-central-1"', _text),
    "strict-drift": _Key("true or false", "true", _switch),
}

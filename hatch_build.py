"""The build of the wheel: the package, and a copy of the files that pyproject.toml lists as `shipped`."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Shipped(BuildHookInterface[Any]):
    """Adds the shipped files to a wheel. An editable installation uses those at the top of the repository."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files for the build. `version` is "standard" or "editable"."""
        if version != "editable":
            listed = self.config["shipped"]
            build_data["force_include"].update(
                {str(Path(self.root, name)): f"isthmus/shipped/{name}" for name in listed}
            )

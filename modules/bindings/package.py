"""The installed package of AWS provider bindings."""

import importlib.machinery
import importlib.util
import sys
from pathlib import Path

PROVIDER = "cdktf_cdktf_provider_aws"


def installed_package() -> Path | None:
    """The folder of the bindings as they are installed. None if they are not."""
    spec = importlib.machinery.PathFinder.find_spec(PROVIDER)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def skip_initialization() -> None:
    """Let programs import submodules of the bindings without their `__init__`, which imports all 2,200 of them."""
    package = installed_package()
    if PROVIDER in sys.modules or package is None:
        return
    spec = importlib.machinery.ModuleSpec(PROVIDER, None, is_package=True)
    spec.submodule_search_locations = [str(package)]
    sys.modules[PROVIDER] = importlib.util.module_from_spec(spec)

"""From the name of a module to the estate that it holds."""

from __future__ import annotations

from importlib import import_module

from isthmus.intent.errors import IntentError
from isthmus.intent.estate import Estate

ESTATE = "environments.estate"


def load_estate(name: str = ESTATE) -> Estate:
    """The checked estate of a module on the module path. Raises `IntentError`, also where the module holds none."""
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise IntentError(f"ISTHMUS_ESTATE={name}: no such module; the default is {ESTATE}") from None
    estate = getattr(module, "estate", None)
    if not isinstance(estate, Estate):
        raise IntentError(f"ISTHMUS_ESTATE={name}: the module holds no Estate named `estate`")
    return estate.check()

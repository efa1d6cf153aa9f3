"""The stock bindings without the time to import them: `python -m tests.modules.stock` is `python main.py` with them.

Types, JavaScript and Python sources are those of the package as published. Only its `__init__` does not run, which
does nothing but import all 2,200 submodules, and takes a minute to do so.
"""

import importlib.util
import os
import sys


def use_stock_bindings() -> None:
    """Call this before any import of the bindings."""
    os.environ["ISTHMUS_BINDINGS"] = "stock"
    from modules.bindings import load

    spec = importlib.util.find_spec(load.PROVIDER)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    load.install(spec.submodule_search_locations[0])


if __name__ == "__main__":
    use_stock_bindings()
    from main import main

    sys.exit(main())

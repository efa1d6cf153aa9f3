"""The setting that chooses how modules are synthesized."""

import os
import sys

SETTING = "ISTHMUS_SYNTHESIS"


def stock_is_wanted() -> bool:
    """Whether cdktf makes every resource, in Node, from the bindings as they are published.

    `ISTHMUS_SYNTHESIS=stock` says so. By default, described classes give the same Terraform in a fraction of the time.
    """
    setting = os.environ.get(SETTING, "structs")
    if setting not in ("structs", "stock"):
        sys.exit(
            f"isthmus: {SETTING} is {setting!r}; write 'structs' (the default: resources from their arguments) or "
            "'stock' (every resource by cdktf, slowly: the same output)"
        )
    return setting == "stock"

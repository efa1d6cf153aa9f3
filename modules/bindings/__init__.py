"""Makes cdktf and the AWS provider bindings load fast: Node from PyPI, and bindings cut down to the classes in use."""

from modules.bindings.load import use_declared_bindings
from modules.bindings.node import use_packaged_node

__all__ = ["use_declared_bindings", "use_packaged_node"]

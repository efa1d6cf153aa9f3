"""What makes `import cdktf` and the AWS provider bindings quick: Node from PyPI, and bindings cut to what is used."""

from modules.bindings.node import use_packaged_node

__all__ = ["use_packaged_node"]

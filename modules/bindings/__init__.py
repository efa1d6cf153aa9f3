"""Makes cdktf and the AWS provider bindings load fast: Node from PyPI, and classes that need no Node."""

from modules.bindings.node import use_packaged_node
from modules.bindings.setting import stock_is_wanted

__all__ = ["stock_is_wanted", "use_fast_bindings", "use_packaged_node"]


def use_fast_bindings() -> None:
    """Make later imports of the AWS provider bindings in this process cheap.

    They find described classes. With `ISTHMUS_SYNTHESIS=stock` they find the bindings as published, of which only the
    submodules in use are imported.
    """
    if stock_is_wanted():
        from modules.bindings.package import skip_initialization

        use_packaged_node()
        skip_initialization()
    else:
        from modules.bindings.stand_ins import install

        install()

"""A Terraform core with the double of the provider, as in tests/terraform."""

from tests.terraform.conftest import core, double, double_engine

__all__ = ["core", "double", "double_engine"]

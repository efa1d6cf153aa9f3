"""A real Terraform core, offline: validate, plan, apply and destroy generated roots.

`core` finds a Terraform, `double` stands in for the AWS provider, `real` finds the AWS provider itself,
`workspace` makes a root runnable on this machine, `engine` ties them together.
"""

from .core import Core, Diagnostic, Missing, TerraformFailed, find_core
from .engine import Engine, LiveEstate, Plan, changes
from .workspace import Estate, Root

__all__ = [
    "Core",
    "Diagnostic",
    "Engine",
    "Estate",
    "LiveEstate",
    "Missing",
    "Plan",
    "Root",
    "TerraformFailed",
    "changes",
    "find_core",
]

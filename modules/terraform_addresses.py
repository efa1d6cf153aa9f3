"""Terraform addresses of the elements of one stack: each belongs to one element."""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
# cdktf leaves this id out of the logical ids of nested constructs.
HIDDEN = "Default"


class AddressTakenError(ValueError):
    """Two elements of one stack have the same Terraform address. The second would silently replace the first."""


def checked_address(stack: str, prefix: str, name: str) -> str:
    """The address of an element, such as `aws_subnet.private_az1`. `stack` names the stack in errors.

    Raises `ValueError` if `name` is not a Terraform identifier.
    """
    address = f"{prefix}.{name}"
    if not _IDENTIFIER.fullmatch(name) or name == HIDDEN:
        raise ValueError(
            f"{address!r} in stack {stack!r} is not a Terraform address: a name starts with a letter or _, continues "
            f"with letters, digits, _ and -, and is not {HIDDEN!r}"
        )
    return address


def taken(stack: str, address: str) -> AddressTakenError:
    """The error for a second element with the same address."""
    return AddressTakenError(
        f"stack {stack!r} has two elements at the address {address}: Terraform would keep only one of them. Give each "
        "its own name"
    )


def foreign(stack: str, element: object) -> ValueError:
    """The error for a reference to an element of another stack."""
    return ValueError(
        f"stack {stack!r} refers to {element}, which is not part of it: pass it through an output of one module and a "
        "variable of the other"
    )

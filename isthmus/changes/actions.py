"""The actions of Terraform, and what causes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ResourceAction(StrEnum):
    """What happens to a resource. The words are those of `terraform plan`."""

    DESTROY = "destroy"
    REPLACE = "replace"
    MAY_REPLACE = "update or replace"
    LEAVE = "leave behind"
    UPDATE = "update in place"
    CREATE = "create"
    MOVE = "move"
    MIGRATE = "migrate state"


@dataclass(frozen=True, slots=True)
class Cause:
    """An argument that changes, with its values as text. `reason` says more where the values do not.

    `replaces` says whether the change forces replacement; None: unknown.
    """

    argument: str
    before: str
    after: str
    replaces: bool | None = False
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.argument}: {self.reason}" if self.reason else f"{self.argument}: {self.before} -> {self.after}"


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """One resource and its action. `because_of` is a resource that it refers to and that is
    replaced or destroyed, else "".

    `moved_to` is the new address of a resource that only moves.
    """

    address: str
    type: str
    action: ResourceAction
    causes: tuple[Cause, ...] = ()
    because_of: str = ""
    reason: str = ""
    moved_to: str = ""

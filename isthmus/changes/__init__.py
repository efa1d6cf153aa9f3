"""What Terraform does to resources when one input becomes another: create, update in place, replace, destroy."""

from isthmus.changes.actions import Cause, ResourceAction, ResourceChange
from isthmus.changes.between import resource_changes
from isthmus.changes.plan_actions import planned_changes

__all__ = ["Cause", "ResourceAction", "ResourceChange", "planned_changes", "resource_changes"]

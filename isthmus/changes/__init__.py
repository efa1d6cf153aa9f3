"""What Terraform does to resources when one input becomes another: create, update in place, replace, destroy."""

from isthmus.changes.actions import Cause, ResourceAction, ResourceChange
from isthmus.changes.between import resource_changes
from isthmus.changes.plan_actions import planned_changes
from isthmus.changes.protection import Refusal, refused

__all__ = ["Cause", "Refusal", "ResourceAction", "ResourceChange", "planned_changes", "refused", "resource_changes"]

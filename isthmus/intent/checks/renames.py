"""Former names: `was` names an object that is no more, and that only one object was."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent.checks import names
from isthmus.intent.checks.rule import Fault, Rule, rule, subject
from isthmus.intent.estate import Estate
from isthmus.intent.former_names import KINDS, Renamable, former, renamable
from isthmus.intent.model import place_of

_MOVED = "https://developer.hashicorp.com/terraform/language/block/moved"
# The rules that a name alone can break.
_OF_NAMES: tuple[Rule, ...] = (
    names.duplicate_name,
    names.invalid_name,
    names.name_too_long,
    names.join_role_name_too_long,
    names.reserved_name,
    names.ambiguous_derived_name,
    names.duplicate_log_group,
)


@rule("`was` is the name before, and Terraform refuses to move a resource to its own address", _MOVED)
def was_equals_name(estate: Estate) -> Iterator[Fault]:
    """`was` is the present name of the object."""
    for thing in renamable(estate):
        if thing.was == thing.name:
            yield Fault(thing, f'was="{thing.was}" is its name', "the name before the rename, or nothing")


@rule("Terraform moves the resources of the former name to one new name", _MOVED)
def was_in_use(estate: Estate) -> Iterator[Fault]:
    """`was` is the name of another object, or another object also has it as `was`."""
    for kind in KINDS:
        things = [thing for thing in renamable(estate) if type(thing) is kind]
        for number, thing in enumerate(things):
            if thing.was is not None and thing.was != thing.name:
                yield from _conflicts(thing, things[:number], things[number + 1 :])


def _conflicts(thing: Renamable, earlier: list[Renamable], later: list[Renamable]) -> Iterator[Fault]:
    for other in (*earlier, *later):
        if other.name == thing.was and other.was is not None:
            given = f'was="{thing.was}" is the name of {subject(other)}, {place_of(other)}, which was "{other.was}"'
            remedy = f"one rename at a time: apply the one of {subject(other)} and remove its was, then rename this one"
            yield Fault(thing, given, remedy)
        elif other.name == thing.was:
            given = f'was="{thing.was}" is the name of {subject(other)}, {place_of(other)}'
            yield Fault(thing, given, f"no was, if this one is new; or rename {subject(other)} first, and apply that")
        elif other.was == thing.was and other in earlier:
            given = f'was="{thing.was}" is also the former name of {subject(other)}, {place_of(other)}'
            yield Fault(thing, given, "was for the one whose resources exist, and none for the other")


@rule("the estate under its former names is what Terraform has in its states", _MOVED)
def invalid_former_name(estate: Estate) -> Iterator[Fault]:
    """Under its former names the estate breaks a rule of names, so nothing can have been applied under them."""
    stated = [thing for thing in renamable(estate) if thing.was is not None and thing.was != thing.name]
    if not stated or list(was_in_use.find(estate)):
        return
    earlier = former(estate)
    for broken in _OF_NAMES:
        known = {(fault.given, fault.part) for fault in broken.find(estate)}
        for fault in broken.find(earlier):
            if (fault.given, fault.part) not in known:
                yield Fault(
                    stated[0], f"under its former names, {_stated(fault)}", "was with the name before", fault.part
                )
                break


def _stated(fault: Fault) -> str:
    return f"{subject(fault.about)}: {fault.given}"

"""What a plan states is reported as it is."""

from __future__ import annotations

from typing import Any

from isthmus.changes import ResourceAction, planned_changes


def entry(address: str, *actions: str, **more: Any) -> dict[str, Any]:
    type_ = address.rpartition(".")[0].rpartition(".")[2]
    before, after = more.pop("before", {}), more.pop("after", {})
    change = {"actions": list(actions), "before": before, "after": after, **more.pop("change", {})}
    return {"address": address, "type": type_, "mode": "managed", "change": change, **more}


def test_each_action_has_its_word() -> None:
    document = {
        "resource_changes": [
            entry("aws_vpc.a", "create"),
            entry("aws_vpc.b", "delete"),
            entry("aws_vpc.c", "delete", "create"),
            entry("aws_vpc.d", "create", "delete"),
            entry("aws_vpc.e", "update"),
            entry("aws_vpc.f", "no-op"),
            entry("aws_vpc.g", "forget"),
            entry("aws_vpc.h", "no-op", previous_address="aws_vpc.old"),
            {**entry("data.aws_vpc.i", "read"), "mode": "data"},
        ]
    }
    assert {change.address: change.action for change in planned_changes(document, "network")} == {
        "network/aws_vpc.a": ResourceAction.CREATE,
        "network/aws_vpc.b": ResourceAction.DESTROY,
        "network/aws_vpc.c": ResourceAction.REPLACE,
        "network/aws_vpc.d": ResourceAction.REPLACE,
        "network/aws_vpc.e": ResourceAction.UPDATE,
        "network/aws_vpc.g": ResourceAction.LEAVE,
        "network/aws_vpc.old": ResourceAction.MOVE,
    }


def test_an_action_of_a_later_terraform_is_not_taken_for_a_harmless_one() -> None:
    (change,) = planned_changes({"resource_changes": [entry("aws_vpc.a", "merge")]})
    assert (change.action, change.reason) == (ResourceAction.MAY_REPLACE, "the plan states the actions merge")


def test_the_argument_that_forces_the_replacement_is_named() -> None:
    planned = entry(
        "aws_vpc.a",
        "delete",
        "create",
        before={"cidr_block": "10.1.0.0/16", "tags": {}},
        after={"cidr_block": "10.2.0.0/16", "tags": {"a": "b"}},
        change={"replace_paths": [["cidr_block"]], "after_unknown": {"id": True}},
    )
    (change,) = planned_changes({"resource_changes": [planned]})
    causes = {cause.argument: (str(cause), cause.replaces) for cause in change.causes}
    assert causes["cidr_block"] == ("cidr_block: 10.1.0.0/16 -> 10.2.0.0/16", True)
    assert causes["tags"][1] is False


def test_a_sensitive_value_is_not_shown() -> None:
    planned = entry(
        "aws_vpn_connection.a",
        "update",
        before={"tunnel1_preshared_key": "one-secret"},
        after={"tunnel1_preshared_key": "other-secret"},
        change={"before_sensitive": {"tunnel1_preshared_key": True}},
    )
    assert "secret" not in str(planned_changes({"resource_changes": [planned]}))


def test_a_secret_that_the_provider_does_not_mark_is_not_shown_either() -> None:
    planned = entry("aws_x.a", "update", before={"preshared_key": "one-secret"}, after={"preshared_key": "two-secret"})
    assert "one-secret" not in str(planned_changes({"resource_changes": [planned]}))

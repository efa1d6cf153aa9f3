"""Mends of Resource Access Manager."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from moto.ram import urls
from moto.ram.models import ResourceAccessManagerBackend, ResourceShare
from moto.ram.responses import ResourceAccessManagerResponse

from .mending import Replacement, mend


@mend
def tags_of_shares() -> Iterator[Replacement]:
    """A share has the tags it was made with, and is described alone when it is asked for."""
    create_it, describe_it = ResourceAccessManagerBackend.create_resource_share, ResourceShare.describe
    all_shares = ResourceAccessManagerResponse.get_resource_shares

    def create(self: Any, **given: Any) -> Any:
        answer = create_it(self, **given)
        share = self.resource_shares[-1]
        share.tags = answer["resourceShare"]["tags"] = given.get("tags", [])
        return answer

    def describe(self: Any) -> dict[str, Any]:
        return {**describe_it(self), "tags": getattr(self, "tags", [])}

    def shares(self: Any) -> str:
        answer = json.loads(all_shares(self))
        wanted = self.request_params.get("resourceShareArns")
        if wanted:
            answer["resourceShares"] = [s for s in answer["resourceShares"] if s["resourceShareArn"] in wanted]
        return json.dumps(answer)

    yield ResourceAccessManagerBackend, "create_resource_share", create
    yield ResourceShare, "describe", describe
    yield ResourceAccessManagerResponse, "get_resource_shares", shares


@mend
def associations_of_shares() -> Iterator[Replacement]:
    """Resources and principals join and leave a share after it was created; those that left are described as such."""
    all_associations = ResourceAccessManagerResponse.get_resource_share_associations

    def change(status: str) -> Callable[[Any], str]:
        def answer(self: Any) -> str:
            given = self.request_params
            share = next(s for s in self.ram_backend.resource_shares if s.arn == given["resourceShareArn"])
            left = share.__dict__.setdefault("left", {"PRINCIPAL": [], "RESOURCE": []})
            sides = {"PRINCIPAL": share.principals, "RESOURCE": share.resource_arns}
            associations = []
            for kind, name in (("PRINCIPAL", "principals"), ("RESOURCE", "resourceArns")):
                for entity in given.get(name, []):
                    come, go = (sides[kind], left[kind]) if status == "ASSOCIATED" else (left[kind], sides[kind])
                    come.append(entity)
                    if entity in go:
                        go.remove(entity)
                    associations.append(_association(share, kind, entity, status))
            return json.dumps({"resourceShareAssociations": associations})

        return answer

    def associations(self: Any) -> str:
        answer, given = json.loads(all_associations(self)), self.request_params
        kind, entity = given["associationType"], given.get("principal") or given.get("resourceArn")
        for share in self.ram_backend.resource_shares:
            if share.arn in given.get("resourceShareArns", [share.arn]):
                gone = getattr(share, "left", {}).get(kind, [])
                associations = [_association(share, kind, e, "DISASSOCIATED") for e in gone if entity in (None, e)]
                answer["resourceShareAssociations"] += associations
        return json.dumps(answer)

    yield ResourceAccessManagerResponse, "associate_resource_share", change("ASSOCIATED")
    yield ResourceAccessManagerResponse, "disassociate_resource_share", change("DISASSOCIATED")
    yield ResourceAccessManagerResponse, "get_resource_share_associations", associations
    yield _with_paths("associateresourceshare", "disassociateresourceshare")


@mend
def permissions_of_shares() -> Iterator[Replacement]:
    """The permissions of a share can be listed; none are attached here."""

    def none(self: Any) -> str:
        return json.dumps({"permissions": []})

    yield ResourceAccessManagerResponse, "list_resource_share_permissions", none
    yield _with_paths("listresourcesharepermissions")


def _with_paths(*operations: str) -> Replacement:
    """The service answers to more operations."""
    more = {f"{{0}}/{operation}$": ResourceAccessManagerResponse.dispatch for operation in operations}
    return urls, "url_paths", urls.url_paths | more


def _association(share: Any, kind: str, entity: str, status: str) -> dict[str, str]:
    return {
        "resourceShareArn": share.arn,
        "associatedEntity": entity,
        "associationType": kind,
        "status": status,
    }

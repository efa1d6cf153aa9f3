from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ProviderPolicy


class ProviderTagsOwner(ProviderPolicy):
    """The owner of a route table must be visible during an incident. `default_tags` applies to every resource, also to
    those that are added later.
    """

    id = "CKV_ISTHMUS_59"
    rating = "LOW"
    info = "An AWS provider tags everything with its owner"
    source = "https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html"
    plan = False  # Checkov does not read the blocks of a provider from a plan

    def problems(self, block: Block) -> Iterator[str]:
        tags = [settings.get("tags") for settings in block.blocks("default_tags")]
        if not any(isinstance(one, dict) and any("owner" in key.lower() for key in one) for one in tags):
            yield "default_tags holds no tag named Owner"


check = ProviderTagsOwner()

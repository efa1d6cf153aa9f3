"""How often, where an example takes seconds rather than milliseconds."""

from hypothesis import settings


def share(parts: int) -> int:
    """A part of the profile's examples, for a property whose examples take that much longer."""
    return max(1, settings().max_examples // parts)

"""Where no namespaces can be made, what needs them is skipped, with the tool or the right that is missing."""

from __future__ import annotations

import pytest

from tests.twin.twin import missing


@pytest.fixture(scope="session")
def namespaces() -> None:
    """What a test with a running twin asks for."""
    reason = missing()
    if reason:
        pytest.skip(f"no packets without a twin: {reason}")

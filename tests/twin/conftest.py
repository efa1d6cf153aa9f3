"""Where no namespaces can be made, what needs them is skipped, with the tool or the right that is missing."""

from __future__ import annotations

import pytest

from isthmus.lab.running import missing


@pytest.fixture(scope="session")
def namespaces() -> None:
    """What a test with a running lab asks for."""
    reason = missing()
    if reason:
        pytest.skip(f"no packets without a lab: {reason}")

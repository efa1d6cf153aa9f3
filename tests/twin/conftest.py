"""Where no namespaces can be made, what needs them is skipped, with the tool or the right that is missing."""

from __future__ import annotations

import os

import pytest

from isthmus.lab.running import missing


@pytest.fixture(scope="session")
def namespaces() -> None:
    """What a test with a running lab asks for."""
    reason = missing()
    if reason:
        pytest.skip(f"no packets without a lab: {reason}")


@pytest.fixture(scope="session")
def root(namespaces: None) -> None:
    """What a test asks for that runs `isthmus lab` or programs with users of their own."""
    if os.geteuid() != 0:
        pytest.skip("no lab without the rights of root")

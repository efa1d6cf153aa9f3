"""Hypothesis profiles: `dev` by default, `ci` derandomized, `nightly` larger. Choose with HYPOTHESIS_PROFILE.

Tests marked `nightly` take minutes each: they run under that profile and are skipped, with the reason, under others.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

# Shared machines stall: a deadline would measure the neighbour, not the code.
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=(HealthCheck.too_slow,))
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, database=None, print_blob=True)
settings.register_profile("nightly", settings.get_profile("dev"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what takes too long for every run."""
    for item in items:
        if item.get_closest_marker("nightly") and not NIGHTLY:
            item.add_marker(pytest.mark.skip(reason="takes minutes: HYPOTHESIS_PROFILE=nightly runs it"))

"""Hypothesis profiles: `ci` by default, and larger ones that search at random. Choose with HYPOTHESIS_PROFILE.

- `ci`: the same examples in every run, so that a test that passes once passes again. `make test`.
- `fuzz`: other examples in every run. `make fuzz`.
- `nightly`: as `fuzz`, with more of them, and with the tests that are marked `nightly`.

Tests marked `nightly` take minutes each: they run under that profile and are skipped, with the reason, under others.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Shared machines stall: a deadline would measure the neighbour, not the code.
_USUAL = settings(max_examples=50, deadline=None, print_blob=True, suppress_health_check=(HealthCheck.too_slow,))
settings.register_profile("ci", _USUAL, derandomize=True, database=None)
settings.register_profile("fuzz", _USUAL, max_examples=200)
settings.register_profile("nightly", _USUAL, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "ci")

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


_OUTPUT = Path(__file__).parents[1] / "cdktf.out"
_HAD_OUTPUT = _OUTPUT.exists()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails if a test makes the output folder of the repository: `make` would refuse to write into it."""
    if not hasattr(session.config, "workerinput") and not _HAD_OUTPUT and _OUTPUT.exists():
        print(f"\nERROR: a test has made {_OUTPUT}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what takes too long for every run."""
    for item in items:
        if item.get_closest_marker("nightly") and not NIGHTLY:
            item.add_marker(pytest.mark.skip(reason="takes minutes: HYPOTHESIS_PROFILE=nightly runs it"))

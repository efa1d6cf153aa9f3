"""Hypothesis profiles: `dev` by default, `ci` derandomized, `nightly` larger. Choose with HYPOTHESIS_PROFILE."""

import os

from hypothesis import HealthCheck, settings

# Shared machines stall: a deadline would measure the neighbour, not the code.
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=(HealthCheck.too_slow,))
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, database=None, print_blob=True)
settings.register_profile("nightly", settings.get_profile("dev"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))

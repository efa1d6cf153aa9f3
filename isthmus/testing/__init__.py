"""Help for testing networks: Hypothesis strategies of estates, whole and broken. Needs Hypothesis."""

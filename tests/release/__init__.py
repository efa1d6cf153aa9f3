"""Tests of the release tooling."""

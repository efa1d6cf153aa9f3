"""The checks of a proof. Each file holds the checks of one theme."""

"""Every policy on fixtures that pass and that fail."""

"""State backends, providers, and which account they may touch."""

"""Every pair of locations, and which of them are equivalent."""

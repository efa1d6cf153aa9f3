"""The difference between two networks: flows, names, and firewall settings that no flow shows."""

"""The order in which Terraform changes a live network, and what AWS refuses because of it."""

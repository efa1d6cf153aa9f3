"""Terraform, read back: synthesized roots, plans and states become one graph of resources."""

"""Isthmus: hybrid AWS networks as Terraform, and the proof of what they let through."""

"""The generator: one file for each Terraform module, and what they are put together with."""

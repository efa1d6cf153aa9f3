"""What must exist in the accounts before the first apply: roles for Terraform, and the bucket of the states."""

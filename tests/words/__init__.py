"""Words that the project does not use, because AWS, Terraform or Batfish has a better one: see the glossary."""

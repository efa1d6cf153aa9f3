"""VPCs, subnets, route tables, filters and endpoints."""

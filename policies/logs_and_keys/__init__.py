"""Log groups, buckets and the keys that encrypt them."""

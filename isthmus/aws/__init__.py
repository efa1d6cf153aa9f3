"""Facts about AWS: accepted values, quotas, Regions, services and domain names."""

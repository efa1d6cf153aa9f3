"""Route 53 Resolver endpoints and rules."""

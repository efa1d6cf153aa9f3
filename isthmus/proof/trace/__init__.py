"""One flow or one name, followed step by step."""

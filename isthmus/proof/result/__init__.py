"""What a proof returns: flows, violations, failure scenarios, assumptions and the catalogue of rules."""

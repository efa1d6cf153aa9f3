"""The review of a change: it agrees with the other commands, and it is one comment."""

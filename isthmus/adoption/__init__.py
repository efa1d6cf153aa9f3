"""Takes an existing network into an output: which resource becomes which, and what the first apply changes."""

"""Text for people: safe characters, the console, error messages, output files, lists in sentences."""

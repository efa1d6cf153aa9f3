"""Text for people: safe characters, the console, error messages, Markdown, lists in sentences."""

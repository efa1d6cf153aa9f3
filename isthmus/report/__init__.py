"""What the commands print: terminal, JSON, Markdown, SARIF."""

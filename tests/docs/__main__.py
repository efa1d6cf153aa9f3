"""Writes every generated page and part again: `python -m tests.docs`. Read the difference."""

from tests.docs import cli, fields, in_terraform, json_documents, python_api, resource_types, rules

for module in (cli, fields, in_terraform, json_documents, python_api, resource_types):
    module.DOCUMENT.write_text(module.page())
rules.PAGE.write_text(rules.written())

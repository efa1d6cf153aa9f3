"""Writes every generated page and part again: `python -m tests.docs`. Read the difference."""

import tempfile
from pathlib import Path

from modules.output_folder import write_output
from tests.docs import (
    cli,
    configuration,
    fields,
    in_terraform,
    json_documents,
    python_api,
    readme,
    resource_types,
    rules,
    testing,
    tutorial,
)
from tests.modules.synthesized import files_of

cli.DOCUMENT.write_text(cli.page())
configuration.DOCUMENT.write_text(configuration.page())
fields.DOCUMENT.write_text(fields.page())
in_terraform.PAGE.write_text(in_terraform.page())
json_documents.DOCUMENT.write_text(json_documents.page())
python_api.DOCUMENT.write_text(python_api.page())
resource_types.DOCUMENT.write_text(resource_types.page())
rules.PAGE.write_text(rules.written())
for page in readme.PAGES:
    page.write_text(readme.current(page))
for page in tutorial.PAGES:
    page.write_text(tutorial.current(page))
with tempfile.TemporaryDirectory() as folder:
    write_output(Path(folder), files_of("environments.estate"))
    testing.DOCUMENT.write_text(testing.current(Path(folder)))

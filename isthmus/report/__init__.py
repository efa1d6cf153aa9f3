"""What the commands print and write.

- The formats, each written once: `terminal`, `markdown`, `json_text`, `sarif`, `junit`.
- The contents, one file for each command and format: `proof_*`, `difference_*`, `trace_*`, `scan_*`, `cost_*`,
  `show_terminal`, `handover`, `diagram`.
- What several contents share: `headings`, `verdicts`, `matrix_classes`, `change_groups`.
- `schemas`: JSON Schemas of the JSON documents.
"""

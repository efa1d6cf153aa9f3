"""What the commands print and write.

- The formats, each written once: `terminal`, `markdown`, `json_text`, `sarif`, `junit`.
- The contents, one file for each command and format: `proof_*`, `difference_*`, `trace_*`, `scan_*`, `cost_*`,
  `show_terminal`, `handover`, `diagram`.
- What several contents share: `headings`, `verdicts`, `matrix_classes`.
- `difference_sections` makes the sections of a difference (`sections`), with `change_groups`, `change_causes` and
  `location_lists`. `sections_terminal` and `sections_markdown` print them, cut to a length.
- `schemas`: JSON Schemas of the JSON documents.
"""

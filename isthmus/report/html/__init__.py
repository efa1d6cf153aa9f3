"""The report: one HTML file about a network, or about its difference from another one.

- `page`: puts the file together from `assets` and the data.
- `data`: all records of the data. `cards`, `difference`, `diagram`, `reachability`, `paths`, `on_premises_record`,
  `costs` and `scan_file` make one of them each.
- `assets`: the page, its style sheet and its scripts. They select and show; they compute no outcome.
"""

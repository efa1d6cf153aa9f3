// The sections without state: cards, the difference, on-premises, cost, findings, and assumptions.
(() => {
  const { h } = report;
  const MOST = 4; // lines below an entry of the difference
  const MOST_VIOLATIONS = 8; // shown at once
  const MOST_RESOURCES = 2; // of a violation: the likeliest causes come first
  const TONES = { good: "✓", bad: "!", unknown: "?", neutral: "" };

  report.cards = (cards) =>
    h("ul", { class: "cards" }, cards.map((card) => h("li", { class: `card ${card.tone}` }, h("p", { class: "card-title" }, card.title), h("p", { class: "card-value" }, TONES[card.tone] ? h("span", { class: "tone", "aria-hidden": "true" }, TONES[card.tone]) : null, card.value), h("p", { class: "card-detail" }, card.detail))));

  function resources(one) {
    const made = one.resources.map((address, at) => h("span", { class: "resource" }, report.code(address), one.places[at] ? h("code", { class: "place" }, one.places[at]) : null));
    const rest = made.slice(MOST_RESOURCES);
    return [made.slice(0, MOST_RESOURCES), rest.length ? h("details", null, h("summary", null, `${rest.length} more resources`), rest) : null];
  }

  const violation = (one) =>
    h("li", { class: "block" }, h("strong", null, one.flow || one.rule), h("span", null, one.why), one.origin ? h("span", { class: "origin" }, one.origin) : null, resources(one), h("span", { class: "rule" }, one.rule));

  function violations(all) {
    const list = (some) => h("ul", { class: "blocks" }, some.map(violation));
    const rest = all.slice(MOST_VIOLATIONS);
    return h("div", { class: "listed bad" }, h("h3", null, `Violations (${all.length})`), list(all.slice(0, MOST_VIOLATIONS)), rest.length ? h("details", null, h("summary", null, `${rest.length} more violations`), list(rest)) : null);
  }

  report.violations = (network) => {
    if (network.violations.length === 0 && network.unknown.length === 0 && network.drift.length === 0) return null;
    return h(
      "div",
      null,
      network.violations.length ? violations(network.violations) : null,
      report.listed(`Unknown (${network.unknown.length})`, network.unknown, "unknown"),
      report.listed("Files edited after synthesis", network.drift, "unknown"),
    );
  };

  report.difference = (difference) =>
    report.section(
      "changes",
      "What changes",
      h("p", { class: "lead" }, difference.verdict, ". ", difference.terraform, "."),
      difference.sections.map((section) => entries(section)),
    );

  function entries(section) {
    const items = section.entries.map((entry) =>
      h("li", null, entry.label ? h("span", { class: `label ${entry.label}` }, entry.label) : null, entry.text, details(entry.details), entry.members?.length ? h("details", null, h("summary", null, `${entry.members.length} in full`), report.bullets(entry.members)) : null),
    );
    const tone = { refused: "bad", warning: "bad", change: "", background: "" }[section.importance] ?? "";
    const body = h("ul", { class: "bullets" }, items);
    if (section.folded) return h("details", { class: "listed" }, h("summary", null, `${section.heading} (${items.length})`), body);
    return h("div", { class: `listed ${tone}` }, h("h3", null, section.heading), body);
  }

  // A few lines are shown; the rest of many behind a click.
  function details(texts) {
    if (texts.length <= MOST) return texts.length ? report.bullets(texts) : null;
    return [report.bullets(texts.slice(0, MOST - 1)), h("details", null, h("summary", null, `${texts.length - MOST + 1} more`), report.bullets(texts.slice(MOST - 1)))];
  }

  // --- on-premises

  report.onPremises = (network) => {
    const side = network.on_premises;
    return [
      side.by_aws.length ? report.table("Prefixes advertised by AWS", ["Connection", "Prefixes"], side.by_aws.map((one) => [report.code(one.connection), one.prefixes.join(", ")]), { caption: true }) : h("p", null, "AWS advertises nothing: there is no VPN connection and no Direct Connect gateway."),
      side.by_sites.length ? report.table("Prefixes advertised by the sites, as the intent or the options state", ["Site", "Connection", "Prefixes"], side.by_sites.map((one) => [one.site, report.code(one.connection), one.prefixes.join(", ")]), { caption: true }) : null,
      side.sheets.map((sheet) => h("details", { class: "sheet" }, h("summary", null, `Hand-over sheet of ${sheet.connection}`), h("article", null, sheet.blocks.map(block)))),
      side.no_sheets ? h("p", { class: "quiet" }, `No hand-over sheets: ${side.no_sheets}.`) : null,
    ];
  };

  const words = (text) => text.map(([part, isCode]) => (isCode ? h("code", null, part) : part));

  function block(one) {
    if (one.kind === "heading") return h(one.level === 1 ? "h3" : "h4", null, words(one.text));
    if (one.kind === "code") return h("pre", null, one.text);
    if (one.kind === "paragraph") return h("p", null, words(one.text));
    return h("div", { class: "scroll" }, h("table", { class: "plain" }, h("thead", null, h("tr", null, one.head.map((cell) => h("th", { scope: "col" }, words(cell))))), h("tbody", null, one.rows.map((row) => h("tr", null, row.map((cell, at) => h(at ? "td" : "th", at ? null : { scope: "row" }, words(cell))))))));
  }

  // --- cost

  report.cost = (cost) => {
    if (cost.no_estimate) return h("p", null, h("strong", null, "? Not estimated: "), cost.no_estimate);
    const most = Math.max(1, ...cost.roots.map((one) => one.amount));
    return [
      h("p", { class: "quiet" }, `${cost.period}.`),
      cost.roots.length
        ? h("div", null, h("h3", null, "Fixed charges by root module"), h("ul", { class: "bars" }, cost.roots.map((one) => h("li", null, h("span", { class: "bar-name" }, one.root), h("meter", { min: 0, max: most, value: one.amount, "aria-hidden": "true" }), h("span", { class: "bar-value" }, one.text)))))
        : null,
      report.table("Fixed charges", cost.fixed.columns.map((name) => name || "Item"), cost.fixed.rows, { numbers: true, total: true, caption: true }),
      cost.usage ? report.table("Usage-based charges", cost.usage.columns.map((name) => name || "Item"), cost.usage.rows, { numbers: true, total: true, caption: true }) : null,
      cost.by_path.length ? report.table("Data charges by path", ["Item", "Flow", "Data"], cost.by_path.map((one) => [one.item, one.flow, one.gb]), { caption: true }) : h("p", { class: "quiet" }, "Data charges depend on the path: each path above lists what a GB costs on it."),
      report.listed("Assumptions about usage", cost.assumptions),
      report.listed("Not included", cost.not_included),
    ];
  };

  // --- findings

  report.findings = (scan) => {
    if (!scan) return h("p", null, "Not included. Give the result of ", h("code", null, "isthmus scan --json FILE"), " with ", h("code", null, "--scan FILE"), ".");
    const where = (one) => h("span", null, report.code(one.address), h("code", { class: "place" }, `${one.file}:${one.lines[0]}`));
    return [
      h("p", { class: "lead" }, `${scan.findings.length} findings, ${scan.waived.length} waived, ${scan.passed} checks passed on ${scan.date}.`),
      scan.findings.length ? report.table("Findings", ["Check", "Severity", "What", "Where"], scan.findings.map((one) => [one.check, one.severity ?? "", h("span", null, one.summary, one.details.length ? report.bullets(one.details) : ""), where(one)]), { caption: true }) : null,
      scan.waived.length ? report.table("Waived findings, by the last day of the waiver", ["Last day", "Check", "Where", "Reason"], [...scan.waived].sort((a, b) => a.waiver.expires.localeCompare(b.waiver.expires)).map((one) => [one.waiver.expires, one.check, where(one), one.waiver.reason]), { caption: true }) : null,
      report.listed("Expired waivers", scan.expired_waivers.map(waiver), "bad"),
      report.listed("Unused waivers", scan.unused_waivers.map(waiver), "unknown"),
    ];
  };

  function waiver(one) {
    return `${one.check} of ${one.resource} in ${one.root_module}, expires on ${one.expires}: ${one.reason}`;
  }

  // --- assumptions

  report.assumptions = (network) => [
    h("p", { class: "lead" }, "Terraform does not contain these facts. The verdict and every answer of this report hold only if they are true."),
    report.bullets(network.assumptions),
    report.listed("If a site advertises more specific prefixes", network.more_specific_prefixes),
    report.listed("Notes", network.notes),
  ];
})();

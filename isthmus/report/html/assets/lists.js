// Lists, tables and sections that all parts of the page use.
(() => {
  const { h } = report;

  // A section with a heading. `id` is also the anchor of the navigation.
  report.section = (id, title, ...children) =>
    h("section", { id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title`, tabindex: "-1" }, title), children);

  report.bullets = (texts) => h("ul", { class: "bullets" }, texts.map((text) => h("li", null, text)));

  // A list with a heading; nothing without texts.
  report.listed = (title, texts, tone) =>
    texts.length === 0 ? null : h("div", { class: `listed ${tone ?? ""}` }, h("h3", null, title), report.bullets(texts));

  // The first names, and the rest behind a click.
  report.names = (names, most) => {
    if (names.length <= most) return h("span", null, names.join(", "));
    return h(
      "details",
      { class: "names" },
      h("summary", null, `${names.slice(0, most).join(", ")} and ${names.length - most} more`),
      h("p", null, names.join(", ")),
    );
  };

  // A table in a box that scrolls. The first cell of a row is its heading. `numbers`: all other columns are numbers.
  report.table = (caption, columns, rows, options) =>
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      h(
        "table",
        { class: `plain ${options?.numbers ? "numbers" : ""} ${options?.total ? "with-total" : ""}` },
        h("caption", { class: options?.caption ? "" : "spoken" }, caption),
        h("thead", null, h("tr", null, columns.map((column) => h("th", { scope: "col" }, column)))),
        h(
          "tbody",
          null,
          rows.map((row) =>
            h("tr", null, row.map((cell, at) => (at === 0 ? h("th", { scope: "row" }, cell) : h("td", null, cell)))),
          ),
        ),
      ),
    );

  report.code = (text) => h("code", { class: "address" }, text);
})();

// The reachability matrix: a cell for each two classes of locations. It shows whole flows, one packet, or one failure.
(() => {
  const { h } = report;
  // What a cell shows: a symbol, the words for screen readers and for the legend.
  report.STATES = {
    reachable: ["✓", "reachable"],
    partly: ["◐", "reachable for some packets or subnets"],
    blocked: ["–", "blocked"],
    "one-way-expected": ["→", "one way: packets arrive, replies do not; no violation"],
    unintended: ["▲", "violation: reachable, but not intended"],
    missing: ["✕", "violation: intended, but not reachable"],
    "one-way": ["⇥", "violation: one way, replies do not come back"],
    unknown: ["?", "unknown"],
    lost: ["✕", "lost in this failure"],
    kept: ["✓", "reachable in this failure"],
    dim: ["·", "not simulated: the intent does not ask for this flow, or it is not reachable in the first place"],
  };
  const OF_CELL = { yes: "reachable", no: "blocked", "one way": "one-way-expected", "?": "unknown" };
  const WIDE = 10; // more columns than this have headings from bottom to top

  // The state and the text of a cell.
  report.cellOf = (flow, number, { packet, failure }) => {
    if (packet) {
      const set = report.setWith(flow.packets, packet.number);
      if (!set) return { state: "unknown", text: "unknown here" };
      return { state: OF_CELL[set.cell], text: inWords(set.except ? `${set.cell} *` : set.cell) };
    }
    if (failure) {
      const lost = failure.lost.find((each) => each.cell === number);
      if (lost) return { state: "lost", text: lost.count < flow.count ? `${lost.count} of ${flow.count} lost` : "lost" };
      if (flow.intended !== true || flow.forward !== "reachable" || flow.return !== "reachable") return { state: "dim", text: flow.cell };
      return { state: "kept", text: flow.cell };
    }
    return { state: flow.state, text: inWords(flow.cell) };
  };

  // The symbol of an unknown cell is a question mark already.
  function inWords(text) {
    return text === "?" ? "unknown" : text;
  }

  function heading(row, scope, rotated) {
    const more = row.members.length > 1 ? ` +${row.members.length - 1}` : "";
    const title = row.members.length > 1 ? row.members.join(", ") : null;
    return h("th", { scope, title, class: rotated ? "rotated" : "" }, h("span", null, row.name, more ? h("b", null, more) : ""));
  }

  // `select` is called with the number of a flow. `view` is {packet, failure, cell}.
  report.matrix = (reach, view, select) => {
    const rotated = reach.rows.length > WIDE;
    const cells = [];
    const places = [];
    const body = reach.rows.map((row, y) =>
      h(
        "tr",
        null,
        heading(row, "row", false),
        reach.rows.map((column, x) => {
          const number = reach.cells[y][x];
          if (number === null) return h("td", { class: "none" }, report.spoken("not part of the proof"));
          const { state, text } = report.cellOf(reach.flows[number], number, view);
          const [symbol, words] = report.STATES[state];
          const chosen = view.cell === number;
          const button = h(
            "button",
            {
              type: "button",
              class: `cell ${state}`,
              "aria-pressed": String(chosen),
              "aria-label": `${row.name} to ${column.name}: ${text}, ${words}`,
              "data-cell": number,
              click: () => select(number),
            },
            h("span", { class: "symbol", "aria-hidden": "true" }, symbol),
            h("span", null, text),
          );
          cells.push(button);
          places.push([y, x]);
          return h("td", { class: chosen ? "chosen" : "" }, button);
        }),
      ),
    );
    const at = new Map(places.map(([y, x], number) => [`${y} ${x}`, number]));
    const next = (number, key) => {
      const [y, x] = places[number];
      const row = places.filter((place) => place[0] === y);
      if (key === "Home") return at.get(row[0].join(" "));
      if (key === "End") return at.get(row.at(-1).join(" "));
      const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
      for (let step = 1; way && step <= reach.rows.length; step++) {
        const found = at.get(`${y + step * way[0]} ${x + step * way[1]}`);
        if (found !== undefined) return found; // cells that are not part of the proof are skipped
      }
      return undefined;
    };
    report.rove(cells, next, cells.find((cell) => cell.getAttribute("aria-pressed") === "true"));
    return h(
      "div",
      { class: "scroll matrix-box" },
      h(
        "table",
        { class: "matrix" },
        h("caption", { class: "spoken" }, "Reachability. Rows are sources, columns are destinations. Arrow keys move from cell to cell; Enter shows the path."),
        h("thead", null, h("tr", null, h("td", { class: "corner" }, "from ↓ to →"), reach.rows.map((row) => heading(row, "col", rotated)))),
        h("tbody", null, body),
      ),
    );
  };

  // The states that a matrix shows, each with its words.
  report.legend = (reach, view) => {
    const shown = new Set();
    reach.flows.forEach((flow, number) => shown.add(report.cellOf(flow, number, view).state));
    return h(
      "ul",
      { class: "legend" },
      Object.entries(report.STATES).filter(([state]) => shown.has(state)).map(([state, [symbol, words]]) =>
        h("li", null, h("span", { class: `cell ${state}`, "aria-hidden": "true" }, symbol), " ", words),
      ),
    );
  };
})();

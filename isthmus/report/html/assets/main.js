// Puts the page together and keeps what is chosen: the network, the cell, the packet, the failure, the open groups.
(() => {
  const { h } = report;

  async function start() {
    let data = JSON.parse(document.getElementById("data").textContent);
    if (typeof data === "string") data = JSON.parse(await report.unpacked(data));
    new Page(data).build();
  }

  class Page {
    constructor(data) {
      this.data = data;
      this.side = "after";
      this.changes = false; // whether the diagram shows the difference
      this.cell = null;
      this.set = 0;
      this.packet = null;
      this.failure = null;
      this.path = null;
      this.open = new Set();
      this.zoom = 1;
      this.drawing = 0;
    }

    get network() {
      return this.data.sides[this.side];
    }

    get diagram() {
      return this.changes ? this.data.compared_diagram : this.network.diagram;
    }

    build() {
      const both = Boolean(this.data.sides.before);
      this.parts = Object.fromEntries(["status", "violations", "caption", "canvas", "list", "matrix", "panel", "onPremises", "assumptions"].map((name) => [name, h("div", { class: `part-${name}` })]));
      this.parts.canvas.classList.add("canvas");
      this.parts.status.setAttribute("role", "status");
      this.parts.status.classList.add("spoken");
      const sections = [
        report.section("summary", "Summary", report.cards(this.data.cards), this.parts.violations),
        this.data.difference ? report.difference(this.data.difference) : null,
        report.section("diagram", "Diagram", this.diagramTools(), this.parts.caption, this.parts.canvas, this.diagramLegend(), h("details", { class: "as-list" }, h("summary", null, "Boxes and lines as a list"), this.parts.list)),
        report.section("reachability", "Reachability", this.matrixTools(), this.parts.status, h("div", { class: "columns" }, h("div", null, this.parts.matrix), this.parts.panel)),
        report.section("on-premises", "On-premises", this.parts.onPremises),
        report.section("cost", "Cost", report.cost(this.data.cost)),
        report.section("findings", "Findings and waivers", report.findings(this.data.scan)),
        report.section("assumptions", "Assumptions", this.parts.assumptions),
      ].filter(Boolean);
      document.getElementById("main").replaceChildren(...sections);
      document.getElementById("sections").replaceChildren(h("ul", null, sections.map((one) => h("li", null, h("a", { href: `#${one.id}` }, one.querySelector("h2").textContent)))));
      document.getElementById("tools").replaceChildren(
        ...[
          both ? report.choice("Network", "side", [["after", "After"], ["before", "Before"]], "after", (side) => this.showSide(side)) : null,
          report.choice("Colours", "theme", [["", "Auto"], ["light", "Light"], ["dark", "Dark"]], "", (theme) => this.showTheme(theme)),
          h("button", { type: "button", click: () => window.print() }, "Print"),
        ].filter(Boolean),
      );
      window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => each.setAttribute("open", "")));
      this.showSide("after");
    }

    showTheme(theme) {
      if (theme) document.documentElement.setAttribute("data-theme", theme);
      else document.documentElement.removeAttribute("data-theme");
    }

    showSide(side) {
      this.side = side;
      Object.assign(this, { cell: null, set: 0, failure: null, path: null });
      this.open.clear();
      document.documentElement.setAttribute("data-side", side);
      this.parts.violations.replaceChildren(...[report.violations(this.network)].filter(Boolean));
      this.parts.onPremises.replaceChildren(...report.onPremises(this.network).flat().filter(Boolean));
      this.parts.assumptions.replaceChildren(...report.assumptions(this.network).filter(Boolean));
      this.fillFailures();
      this.select(this.firstCell(), false);
    }

    // The first cell to look at: a violation, then an unknown one, then a reachable one.
    firstCell() {
      const order = ["unintended", "missing", "one-way", "unknown", "partly", "reachable"];
      const flows = this.network.reachability.flows;
      const found = order.map((state) => flows.findIndex((flow) => flow.state === state)).find((number) => number >= 0);
      return found ?? (flows.length ? 0 : null);
    }

    // --- the diagram

    diagramTools() {
      const zoom = (factor) => () => {
        this.zoom = factor === 0 ? 1 : Math.min(3, Math.max(0.3, this.zoom * factor));
        this.scale();
      };
      this.groupTools = h("div", { class: "tool-row" },
        h("button", { type: "button", click: () => this.openAll(true) }, "Open all groups"),
        h("button", { type: "button", click: () => this.openAll(false) }, "Close all groups"),
      );
      return h(
        "div",
        { class: "tool-row no-print" },
        this.data.compared_diagram
          ? report.choice("Diagram", "changes", [["network", "The network"], ["changes", "What changes"]], "network", (value) => { this.changes = value === "changes"; this.open.clear(); this.draw(); })
          : null,
        this.groupTools,
        h("div", { class: "tool-row" }, h("button", { type: "button", "aria-label": "Smaller", click: zoom(1 / 1.25) }, "−"), h("button", { type: "button", "aria-label": "Larger", click: zoom(1.25) }, "+"), h("button", { type: "button", click: zoom(0) }, "Fit")),
      );
    }

    diagramLegend() {
      return h("p", { class: "quiet legend-text" }, "A line to a route table is an association: the table routes the packets that come from the other end. Numbers are the steps of the path that is chosen below; a dashed line is a step by a route.");
    }

    openAll(open) {
      this.open = new Set(open ? this.diagram.groups.map((_, number) => number) : []);
      this.draw();
    }

    pathBoxes() {
      if (this.path === null) return [];
      const boxes = this.network.paths[this.path].boxes;
      if (!this.changes) return boxes;
      const keys = boxes.map((number) => this.network.diagram.boxes[number].key);
      return keys.map((key) => this.diagram.boxes.findIndex((box) => box.key === key)).filter((number) => number >= 0);
    }

    async draw(focus) {
      const turn = ++this.drawing;
      const diagram = this.diagram;
      this.groupTools.hidden = diagram.groups.length === 0;
      this.caption();
      this.parts.list.replaceChildren(report.diagramList(diagram));
      const into = h("div", null);
      try {
        await report.drawDiagram(into, diagram, this.open, this.pathBoxes(), (group, id) => {
          if (this.open.has(group)) this.open.delete(group);
          else this.open.add(group);
          this.draw(id);
        });
      } catch (error) {
        into.replaceChildren(h("p", { class: "notice" }, `The diagram cannot be laid out in this browser (${error.message}). Its boxes and lines are in the list below.`));
      }
      if (turn !== this.drawing) return; // a later drawing is on its way
      this.parts.canvas.replaceChildren(into);
      this.scale();
      this.parts.canvas.setAttribute("data-drawn", String(turn));
      if (focus) this.focusBox(focus);
    }

    // What the marked path is. A blocked one goes on behind the block, so that all blocks of it are found.
    caption() {
      const path = this.path === null ? null : this.network.paths[this.path];
      const flow = this.network.reachability.flows[this.cell];
      const words = { reachable: "reachable", blocked: "blocked. The marked path is the one if nothing blocked it", unknown: "unknown" };
      this.parts.canvas.setAttribute("data-outcome", path?.outcome ?? "");
      this.parts.caption.replaceChildren(path ? h("p", { class: `path-caption ${path.outcome}` }, h("strong", null, `${flow.source} \u2192 ${flow.destination}`), `: ${words[path.outcome]}.`) : "");
    }

    // The group that was opened or closed keeps the focus: it, or its first member.
    focusBox(id) {
      const same = this.parts.canvas.querySelector(`[data-id="${id}"]`) ?? this.parts.canvas.querySelector(".box");
      same?.focus();
    }

    scale() {
      const drawing = this.parts.canvas.querySelector("svg");
      if (!drawing) return;
      const natural = drawing.viewBox.baseVal.width;
      const fit = Math.min(1, (this.parts.canvas.clientWidth - 2) / natural);
      const width = Math.round(natural * Math.max(fit, 0.45) * this.zoom);
      drawing.setAttribute("width", width);
      drawing.setAttribute("height", Math.round((width * drawing.viewBox.baseVal.height) / natural));
    }

    // --- the matrix

    matrixTools() {
      this.protocol = h("select", { id: "protocol", change: () => this.askPacket() }, [["", "all packets"], ["tcp", "tcp"], ["udp", "udp"], ["icmp", "icmp"], ["icmpv6", "icmpv6"], ["other", "protocol number"]].map(([value, text]) => h("option", { value }, text)));
      this.port = h("input", { id: "port", type: "text", inputmode: "numeric", size: 7, autocomplete: "off", placeholder: "443", "aria-describedby": "packet-error", input: () => this.askPacket() });
      this.error = h("span", { id: "packet-error", class: "error", role: "alert" });
      this.failures = h("select", { id: "failure", change: (event) => this.askFailure(event.target.value) });
      return h(
        "div",
        { class: "tool-row no-print" },
        h("span", { class: "field" }, h("label", { for: "protocol" }, "Packet"), this.protocol, h("label", { for: "port", class: "spoken" }, "Port, ICMP type and code, or protocol number"), this.port, this.error),
        h("span", { class: "field" }, h("label", { for: "failure" }, "Failure"), this.failures),
      );
    }

    fillFailures() {
      const found = this.network.reachability.failures;
      const none = found.length ? "none" : "not simulated (no intent)";
      this.failures.replaceChildren(h("option", { value: "" }, none), ...found.map((one, number) => h("option", { value: number }, `${one.survived ? "" : "! "}${one.text}`)));
      this.failures.disabled = found.length === 0;
    }

    askPacket() {
      const protocol = this.protocol.value;
      this.port.placeholder = { tcp: "443", udp: "443", icmp: "8/0", icmpv6: "128/0", other: "47" }[protocol] ?? "443";
      if (protocol === "" && this.port.value.trim() !== "") this.protocol.value = "tcp";
      const packet = this.protocol.value === "" ? null : report.packetOf(this.protocol.value, this.port.value);
      this.error.replaceChildren(packet?.error ?? "");
      this.port.setAttribute("aria-invalid", String(Boolean(packet?.error)));
      if (packet?.error) return;
      this.packet = packet;
      this.failure = null;
      this.failures.value = "";
      this.select(this.cell, false);
    }

    askFailure(value) {
      this.failure = value === "" ? null : this.network.reachability.failures[Number(value)];
      this.packet = null;
      this.protocol.value = "";
      this.port.value = "";
      this.error.replaceChildren("");
      this.select(this.cell, false);
    }

    get view() {
      return { packet: this.packet, failure: this.failure, cell: this.cell, set: this.set };
    }

    select(cell, chosen, set = 0) {
      this.cell = cell;
      this.set = set;
      const reach = this.network.reachability;
      const focused = document.activeElement?.getAttribute?.("data-cell");
      const equal = reach.locations > reach.rows.length ? h("p", { class: "quiet" }, `${reach.locations} locations in ${reach.rows.length} classes: locations whose flows have the same results share a row.`) : "";
      const note = this.packet ? h("p", { class: "quiet" }, `Only ${this.packet.text}. The intent is about whole flows, so this view marks no violations. * means: not for every client port.`) : this.failure ? h("p", { class: "quiet" }, `${this.failure.text}. Only intended flows are simulated.`) : "";
      this.parts.matrix.replaceChildren(...[equal, note, reach.rows.length > 0 ? report.matrix(reach, this.view, (number) => this.select(number, true)) : h("p", null, "There are no flows: this input has fewer than two locations."), report.legend(reach, this.view), this.services(reach)].filter(Boolean));
      if (focused !== null && focused !== undefined) this.parts.matrix.querySelector(`[data-cell="${focused}"]`)?.focus();
      if (cell === null) {
        this.parts.panel.replaceChildren();
        this.path = null;
      } else {
        const flow = reach.flows[cell];
        const { state, text } = report.cellOf(flow, cell, this.view);
        this.parts.status.replaceChildren(`${flow.source} to ${flow.destination}: ${text}, ${report.STATES[state][1]}. The path is below the matrix.`);
        this.path = report.firstPath(flow, this.view) ?? null;
        const at = reach.cells.findIndex((row) => row.includes(cell));
        const rows = [reach.rows[at], reach.rows[reach.cells[at].indexOf(cell)]];
        this.parts.panel.replaceChildren(report.pathPanel(this.network, cell, this.view, rows, (path, move) => this.showPath(path, move), (number) => this.select(this.cell, true, number)));
      }
      this.draw();
    }

    services(reach) {
      if (reach.services.length === 0) return "";
      return h("details", { class: "services" }, h("summary", null, `Flows to AWS services through gateway endpoints (${reach.services.length})`), report.table("Flows to AWS services", ["From", "Service", "Forward", "Return"], reach.services.map((flow) => [flow.source, flow.destination, flow.forward, flow.return])));
    }

    showPath(path, move) {
      this.path = path;
      this.draw();
      if (!move) return;
      const title = document.getElementById("diagram-title");
      title.scrollIntoView({ block: "start" });
      title.focus({ preventScroll: true });
    }
  }

  start();
})();

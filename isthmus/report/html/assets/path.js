// The panel of a cell: its packets, and for one set of packets every hop of both directions, or everything that blocks it.
(() => {
  const { h } = report;
  const WORDS = { reachable: "reachable", blocked: "blocked", unknown: "unknown" };

  function place(network, address) {
    const found = network.places[address];
    return found ? h("code", { class: "place" }, found) : null;
  }

  function drawnHop(network, hop) {
    return h(
      "li",
      { class: "hop" },
      h("span", { class: "kind" }, hop.kind),
      hop.zone ? h("span", { class: "zone" }, hop.zone) : null,
      hop.address === hop.kind ? null : report.code(hop.address),
      place(network, hop.address),
      hop.via ? h("span", { class: "via" }, hop.via) : null,
      hop.setting ? h("span", { class: "via" }, "route: ", place(network, hop.setting)) : null,
    );
  }

  function drawnBlock(network, block) {
    return h(
      "li",
      { class: "block" },
      h("strong", null, "Blocked"),
      h("span", null, block.why),
      report.code(block.address),
      place(network, block.address),
      h("span", { class: "rule" }, block.rule),
    );
  }

  function drawnPath(network, path) {
    const blocks = path.blocks.map((number) => network.blocks[number]);
    const boxes = path.boxes.map((number) => network.diagram.boxes[number]);
    return [
      path.unknown ? h("p", { class: "unknown-reason" }, h("strong", null, "? Unknown: "), path.unknown) : null,
      blocks.length ? h("ul", { class: "blocks" }, blocks.map((block) => drawnBlock(network, block))) : null,
      path.denied.length ? report.listed("Replies that do not arrive", path.denied.map((text) => `not for ${text}`)) : null,
      boxes.length > 1
        ? h("p", { class: "strip" }, report.spoken("Boxes: "), boxes.map((box, at) => [at ? h("span", { "aria-hidden": "true" }, " → ") : "", h("span", { class: `chip ${box.kind.replaceAll(" ", "-").toLowerCase()}` }, box.title || box.kind)]))
        : null,
      blocks.length && path.hops.length ? h("p", { class: "quiet" }, "The path if nothing blocked it:") : null,
      path.hops.length ? h("ol", { class: "hops" }, path.hops.map((number) => drawnHop(network, network.hops[number]))) : null,
      path.charges.length ? h("details", { class: "charges" }, h("summary", null, "Data charges on this path"), report.bullets(path.charges)) : null,
    ];
  }

  // One direction. Alternatives are equal for AWS: a packet may take any of them.
  function drawnLeg(network, name, leg, shown, show) {
    const body = h("div", null);
    const choose = (at) => {
      body.replaceChildren(...drawnPath(network, network.paths[leg.paths[at]]).filter(Boolean));
    };
    if (leg.paths.length) choose(0);
    const several = leg.paths.length > 1;
    const id = `way-${name}-${leg.paths.join("-")}`.replaceAll(" ", "-");
    return h(
      "div",
      { class: `leg ${leg.outcome.replace(" ", "-")}` },
      h("h4", null, `${name} path: ${leg.outcome}`),
      h("p", { class: "packet" }, leg.packet),
      h(
        "div",
        { class: "leg-tools" },
        several
          ? h("label", { for: id }, "Alternative ", h("select", { id, change: (event) => { choose(Number(event.target.value)); show(leg.paths[event.target.value]); } }, leg.paths.map((_, at) => h("option", { value: at }, `${at + 1} of ${leg.paths.length}`))))
          : null,
        leg.paths.some((number) => network.paths[number].boxes.length) ? h("button", { type: "button", class: "small", click: () => { const select = document.getElementById(id); show(leg.paths[select ? select.value : 0], true); } }, "Show in the diagram") : null,
      ),
      body,
    );
  }

  function drawnTrip(network, trip, show) {
    return [
      trip.asymmetric.length ? h("ul", { class: "blocks" }, trip.asymmetric.map((number) => drawnBlock(network, network.blocks[number]))) : null,
      drawnLeg(network, "Forward", trip.forward, null, show),
      drawnLeg(network, "Return", trip.return, null, show),
    ];
  }

  function outcome(trace) {
    const text = trace.parts ? `partly: ${trace.parts}` : trace.works ? "reachable both ways" : WORDS[trace.outcome];
    return trace.condition ? `${text}, ${trace.condition}` : text;
  }

  function drawnTrace(network, trace, show) {
    return [
      trace.unknown_reason ? h("p", { class: "unknown-reason" }, `Unknown which subnets hold workloads: ${trace.unknown_reason}`) : null,
      trace.trips.map((trip, at) => [trace.trips.length > 1 ? h("h4", { class: "example" }, `Example ${at + 1} of ${trace.trips.length}: subnets with another outcome`) : null, drawnTrip(network, trip, show)]),
      trace.equal_trips ? h("p", { class: "quiet" }, `Equal results from ${trace.equal_trips} other zones or subnets are not shown.`) : null,
      report.listed("Assumptions on this path", trace.assumptions),
    ];
  }

  function lostText(flow, number, failure) {
    const lost = failure.lost.find((each) => each.cell === number);
    if (!lost) return h("p", { class: "failure-note" }, `${failure.component} down: this flow is not lost, or not simulated. Below is the path without the failure.`);
    const must = lost.must_survive ? " The intent has redundancy for it: this is a violation." : "";
    return h("div", { class: "failure-note lost-note" }, h("strong", null, `${failure.component} down: ${lost.count} of ${flow.count} ${flow.count === 1 ? "flow" : "flows"} lost.${must}`), report.bullets(lost.why), h("p", null, "Below is the path without the failure."));
  }

  function intent(network, flow) {
    if (!network.against_intent) return "no intent given";
    if (flow.intended === true) return "the intent asks for this flow";
    return flow.intended === false ? "the intent excludes this flow" : "the intent does not decide about this flow";
  }

  function unknownHere(network, flow, packet, why) {
    return h("div", { class: "unknown-here" }, h("p", null, h("strong", null, "? Unknown here. "), why), h("p", null, "Run this command:"), h("pre", null, report.traceCommand(network, flow.source, flow.destination, packet)));
  }

  // `show` is called with the number of a path, and true to move to the diagram.
  report.pathPanel = (network, number, view, rows, show, choosePackets) => {
    const flow = network.reachability.flows[number];
    const { state, text } = report.cellOf(flow, number, { packet: null, failure: null });
    const asked = view.packet ? report.setWith(flow.classes, view.packet.number) : null;
    const set = view.packet ? asked : (flow.classes[view.set] ?? flow.classes[0]);
    const many = flow.count > 1;
    return h(
      "div",
      { class: "panel" },
      h("h3", { id: "path-title", tabindex: "-1" }, flow.source, h("span", { "aria-label": "to" }, " → "), flow.destination),
      h("p", { class: "outcome" }, h("span", { class: `cell ${state}` }, h("span", { "aria-hidden": "true" }, `${report.STATES[state][0]} `), text), " ", intent(network, flow), "."),
      many ? h("p", { class: "quiet" }, `This cell is ${flow.count} flows with the same result. The path is that of one of them.`, h("br"), "From ", report.names(rows[0].members, 4), " to ", report.names(rows[1].members, 4)) : null,
      rows.some((row) => row.origin) ? h("p", { class: "origin" }, rows.map((row) => (row.origin ? h("span", null, row.origin) : null))) : null,
      flow.condition ? h("p", { class: "quiet" }, flow.condition) : null,
      view.failure ? lostText(flow, number, view.failure) : null,
      flow.packets.length > 1 || flow.packets.some((each) => each.except) ? report.listed("By packets", flow.packets.map((each) => each.text)) : null,
      parts(flow),
      flow.egress ? report.listed("Egress paths", flow.egress.map((one) => one.address + (one.subnets.length ? ` (${one.subnets.join(", ")})` : ""))) : null,
      flow.classes.length > 1 && !view.packet ? chooser(flow, set, choosePackets) : null,
      set
        ? [
            h("p", { class: "answer" }, h("strong", null, view.packet ? `${view.packet.text}: ` : "", outcome(set.trace)), flow.classes.length > 1 ? `. The same for ${set.packets}; ${set.trace.trips[0].packet} is traced below.` : ""),
            drawnTrace(network, set.trace, show),
            h("details", { class: "command" }, h("summary", null, "The same in the terminal"), h("pre", null, report.traceCommand(network, flow.source, flow.destination, view.packet))),
          ]
        : unknownHere(network, flow, view.packet, flow.no_path || "No record of this file contains the packet."),
    );
  };

  function parts(flow) {
    const words = ([name, each]) => `${name}: forward ${each.forward}, return ${each.return}`;
    return ["subnets", "tiers", "zones"].map((key) => (flow[key] ? report.listed(`By ${{ subnets: "subnet", tiers: "tier of the subnet", zones: "Availability Zone" }[key]}`, Object.entries(flow[key]).map(words)) : null));
  }

  function chooser(flow, chosen, choose) {
    return h("p", null, h("label", { for: "packets-of-cell" }, "Path of "), h("select", { id: "packets-of-cell", change: (event) => choose(Number(event.target.value)) }, flow.classes.map((each, at) => h("option", { value: at, selected: each === chosen }, `${each.packets}: ${outcome(each.trace)}`))));
  }

  // The path that the diagram shows first: the forward path of the first example.
  report.firstPath = (flow, view) => {
    const set = view.packet ? report.setWith(flow.classes, view.packet.number) : (flow.classes[view.set] ?? flow.classes[0]);
    return set?.trace.trips[0]?.forward.paths[0];
  };
})();

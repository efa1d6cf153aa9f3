// The diagram: boxes inside of frames, and lines that ELK routes around boxes. Groups show their members on request.
(() => {
  const { h, svg } = report;
  const ORDER = [
    "site", "customer gateway", "VPN connection", "Direct Connect gateway", "virtual private gateway", "route table",
    "transit gateway", "attachment", "Network Firewall", "VPC", "VPC peering connection", "internet",
  ];
  const WIDEST = 250; // pixels of a row of text
  const ROW = 15;
  const PADDING = 10;
  // https://eclipse.dev/elk/reference/algorithms/org-eclipse-elk-layered.html
  const OPTIONS = {
    "elk.algorithm": "layered",
    "elk.direction": "RIGHT",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.hierarchyHandling": "INCLUDE_CHILDREN",
    "elk.layered.spacing.nodeNodeBetweenLayers": "46",
    "elk.layered.spacing.edgeNodeBetweenLayers": "16",
    "elk.spacing.nodeNode": "18",
    "elk.spacing.edgeNode": "14",
    "elk.spacing.edgeEdge": "10",
    "elk.spacing.componentComponent": "24",
    "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    "elk.layered.considerModelOrder.strategy": "PREFER_NODES",
    "elk.padding": "[top=8,left=8,bottom=8,right=8]",
  };

  const measure = document.createElement("canvas").getContext("2d");
  function width(text, font) {
    measure.font = `${font} system-ui, sans-serif`;
    return measure.measureText(text).width;
  }

  // The words of a text in rows that are not wider than a box. A word that is too long is cut into pieces.
  function wrapped(text, font) {
    const rows = [""];
    for (const word of text.split(" ").flatMap((each) => each.match(/.{1,34}/gu) ?? [""])) {
      const joined = rows.at(-1) === "" ? word : `${rows.at(-1)} ${word}`;
      if (rows.at(-1) !== "" && width(joined, font) > WIDEST) rows.push(word);
      else rows[rows.length - 1] = joined;
    }
    return rows;
  }

  function texts(box) {
    const kind = box.mark ? `${box.kind}, ${box.mark}` : box.kind;
    return [
      { text: kind, font: "11px", style: "kind" },
      ...(box.title ? wrapped(box.title, "600 13px").map((text) => ({ text, font: "600 13px", style: "title" })) : []),
      ...box.rows.flatMap((row) => wrapped(row, "11.5px").map((text) => ({ text, font: "11.5px", style: "row" }))),
      ...(box.members ? [{ text: `${box.members.length} boxes: open`, font: "11.5px", style: "opens" }] : []),
    ];
  }

  // The boxes that are shown: a group, or its members if it is open. `node[i]` is the shown box of box `i`.
  function visible(diagram, open) {
    const nodes = new Map();
    const of = diagram.boxes.map((box, number) => {
      const closed = box.group !== null && !open.has(box.group);
      const id = closed ? `g${box.group}` : `b${number}`;
      const shown = closed ? diagram.groups[box.group] : box;
      if (!nodes.has(id)) nodes.set(id, { id, box: shown, group: box.group, closed });
      return id;
    });
    return { nodes, of };
  }

  function linesOf(diagram, shown, path) {
    const lines = new Map();
    for (const [a, b, link, label, mark] of diagram.lines) {
      let ends = [shown.of[a], shown.of[b]];
      if (ends[0] === ends[1]) continue;
      const rank = (id) => ORDER.indexOf(shown.nodes.get(id).box.kind);
      if (rank(ends[0]) > rank(ends[1])) ends = ends.reverse();
      lines.set(`${ends} ${link} ${label} ${mark}`, { ends, link, label, mark, on: "" });
    }
    for (let at = 1; at < path.length; at++) {
      const [from, to] = [path[at - 1], path[at]];
      const known = [...lines.values()].filter((line) => line.ends.includes(from) && line.ends.includes(to));
      for (const line of known) line.on = line.on && line.on !== from ? "both" : from;
      if (known.length === 0) lines.set(`path ${at}`, { ends: [from, to], link: "path", label: "", mark: "", on: from });
    }
    return [...lines.values()];
  }

  function graphOf(diagram, shown, lines) {
    const frames = new Map();
    const children = [];
    const sorted = [...shown.nodes.values()].sort((a, b) => ORDER.indexOf(a.box.kind) - ORDER.indexOf(b.box.kind));
    for (const node of sorted) {
      node.texts = texts(node.box);
      const widest = Math.max(...node.texts.map(({ text, font }) => width(text, font)));
      const made = { id: node.id, width: Math.max(96, Math.ceil(widest) + 2 * PADDING + 8), height: node.texts.length * ROW + 2 * PADDING };
      if (node.box.frame === null) {
        children.push(made);
        continue;
      }
      if (!frames.has(node.box.frame)) {
        const title = diagram.frames[node.box.frame];
        const frame = {
          id: `f${node.box.frame}`,
          title,
          layoutOptions: {
            "elk.padding": "[top=30,left=12,bottom=12,right=12]",
            "elk.nodeSize.constraints": "MINIMUM_SIZE",
            "elk.nodeSize.minimum": `(${Math.ceil(width(title, "11.5px")) + 28},40)`,
          },
          children: [],
        };
        frames.set(node.box.frame, frame);
        children.push(frame);
      }
      frames.get(node.box.frame).children.push(made);
    }
    const edges = lines.map((line, number) => ({
      id: `e${number}`,
      sources: [line.ends[0]],
      targets: [line.ends[1]],
      labels: line.label ? [{ text: line.label, width: width(line.label, "11px") + 6, height: 14 }] : [],
    }));
    return { id: "root", layoutOptions: OPTIONS, children, edges };
  }

  // --- drawing

  function drawnText(node) {
    return node.texts.map(({ text, style }, at) =>
      svg("text", { x: PADDING, y: PADDING + 11 + at * ROW, class: style }, text),
    );
  }

  function boxClass(box) {
    return box.kind.replaceAll(" ", "-").toLowerCase();
  }

  function points(section) {
    return [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
  }

  function drawnLine(line, edge, origin) {
    const at = origin.get(edge.container ?? "root");
    const ways = (edge.sections ?? []).map(points);
    const d = ways.map((way) => "M" + way.map((p) => `${p.x + at.x} ${p.y + at.y}`).join("L")).join("");
    const ahead = line.on && line.on !== line.ends[1];
    const back = line.on && line.on !== line.ends[0];
    return svg(
      "g",
      { class: `line ${line.link.replaceAll(" ", "-")} ${line.mark} ${line.on ? "on-path" : ""}` },
      svg("path", { d, "marker-end": ahead ? "url(#arrow)" : null, "marker-start": back ? "url(#arrow)" : null }),
      (edge.labels ?? []).map((label) =>
        svg("text", { x: label.x + at.x + 3, y: label.y + at.y + 11, class: "line-label" }, label.text),
      ),
    );
  }

  function spokenBox(node, steps) {
    const step = steps.length ? ` Step ${steps.join(" and ")} of the path.` : "";
    const open = node.closed ? ` Stands for ${node.box.members.length} boxes: press Enter to show them.` : "";
    return `${node.texts.filter((each) => each.style !== "opens").map((each) => each.text).join(", ")}.${step}${open}`;
  }

  function drawnBox(node, place, steps, press) {
    const label = spokenBox(node, steps);
    const group = svg(
      "g",
      {
        class: `box ${boxClass(node.box)} ${node.box.mark} ${steps.length ? "on-path" : ""} ${node.closed ? "closed" : ""}`,
        transform: `translate(${place.x} ${place.y})`,
        role: node.group === null ? "img" : "button",
        "aria-label": label,
        "data-id": node.id,
        click: () => press(node),
        keydown: (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          press(node);
        },
      },
      node.closed ? svg("rect", { x: 5, y: 5, width: place.width, height: place.height, rx: 6, class: "behind" }) : null,
      svg("rect", { width: place.width, height: place.height, rx: 6, class: "shape" }),
      drawnText(node),
      steps.length ? [svg("circle", { cx: place.width, cy: 0, r: 11, class: "step" }), svg("text", { x: place.width, y: 4, class: "step-text" }, steps.join(","))] : null,
    );
    return group;
  }

  // The place of every node, from the top left of the drawing. ELK's places are relative to the parent.
  function placed(result) {
    const found = new Map([["root", { x: 0, y: 0, width: result.width, height: result.height }]]);
    const visit = (node, x, y) => {
      for (const child of node.children ?? []) {
        found.set(child.id, { x: x + child.x, y: y + child.y, width: child.width, height: child.height });
        visit(child, x + child.x, y + child.y);
      }
    };
    visit(result, 0, 0);
    return found;
  }

  // The nearest box in the direction of an arrow key.
  function nearest(places, at, key) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (!way) return undefined;
    const middle = (place) => [place.x + place.width / 2, place.y + place.height / 2];
    const [x, y] = middle(places[at]);
    let best;
    places.forEach((place, number) => {
      const [dx, dy] = [middle(place)[0] - x, middle(place)[1] - y];
      const along = dx * way[0] + dy * way[1];
      const distance = along + 2 * Math.abs(dx * way[1] + dy * way[0]);
      if (number !== at && along > 1 && (!best || distance < best.distance)) best = { number, distance };
    });
    return best?.number;
  }

  // Draws into an element. `path` are numbers of boxes; `press` is called with the number of a group.
  report.drawDiagram = async (into, diagram, open, path, press) => {
    const shown = visible(diagram, open);
    const steps = path.map((box) => shown.of[box]).filter((id, at, all) => id !== undefined && id !== all[at - 1]);
    const lines = linesOf(diagram, shown, steps);
    const result = await report.layout(graphOf(diagram, shown, lines));
    const places = placed(result);
    const titles = (result.children ?? []).filter((child) => child.title !== undefined);
    const nodes = [...shown.nodes.values()].sort((a, b) => places.get(a.id).x - places.get(b.id).x || places.get(a.id).y - places.get(b.id).y);
    const boxes = nodes.map((node) =>
      drawnBox(node, places.get(node.id), steps.flatMap((id, at) => (id === node.id ? [at + 1] : [])), (pressed) => {
        if (pressed.group !== null) press(pressed.group, pressed.id);
      }),
    );
    report.rove(boxes, (at, key) => nearest(nodes.map((node) => places.get(node.id)), at, key));
    const [wide, high] = [Math.ceil(result.width) + 14, Math.ceil(result.height) + 14];
    const drawing = svg(
      "svg",
      { viewBox: `-4 -12 ${wide} ${high + 8}`, width: wide, height: high + 8, role: "group", "aria-label": "Diagram of the network. Arrow keys move from box to box." },
      svg("defs", null, svg("marker", { id: "arrow", viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" }, svg("path", { d: "M0 0L10 5L0 10z", class: "arrow" }))),
      titles.map((frame) => {
        const place = places.get(frame.id);
        return svg("g", { class: "frame" }, svg("rect", { x: place.x, y: place.y, width: place.width, height: place.height, rx: 8 }), svg("text", { x: place.x + 12, y: place.y + 19 }, frame.title));
      }),
      (result.edges ?? []).map((edge) => drawnLine(lines[Number(edge.id.slice(1))], edge, places)),
      boxes,
    );
    into.replaceChildren(drawing);
    return drawing;
  };

  // The same as text: every box, and what it is joined to.
  report.diagramList = (diagram) => {
    const joined = diagram.boxes.map(() => []);
    for (const [a, b, link, label] of diagram.lines) {
      const how = label && label !== link ? `${link}, ${label}` : link;
      joined[a].push(`${diagram.boxes[b].title || diagram.boxes[b].kind} (${how})`);
      joined[b].push(`${diagram.boxes[a].title || diagram.boxes[a].kind} (${how})`);
    }
    const rows = diagram.boxes.map((box, at) => [box.title || box.kind, box.kind, box.rows.join("; "), joined[at].join("; ")]);
    return report.table("Boxes and lines of the diagram", ["Box", "Kind", "Contents", "Joined to"], rows);
  };
})();

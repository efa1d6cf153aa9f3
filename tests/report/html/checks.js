// What the tests ask of a page in the browser. Each function returns a list of faults.
"use strict";

const checks = {};

// Every segment of every line against every box, but for the two boxes that a line joins.
checks.crossings = () => {
  const boxes = [...document.querySelectorAll(".canvas .box .shape")].map((box) => box.getBoundingClientRect());
  const inside = ([x, y], box, by) =>
    x > box.left + by && x < box.right - by && y > box.top + by && y < box.bottom - by;
  const found = [];
  for (const path of document.querySelectorAll(".canvas .line path")) {
    const matrix = path.getScreenCTM();
    const length = path.getTotalLength();
    const at = (distance) => {
      const point = path.getPointAtLength(distance);
      return [point.x * matrix.a + matrix.e, point.y * matrix.d + matrix.f];
    };
    const ends = new Set();
    for (const end of [at(0), at(length)]) boxes.forEach((box, n) => inside(end, box, -3) && ends.add(n));
    if (ends.size < 2) found.push(`it joins ${ends.size} boxes: ${path.getAttribute("d")}`);
    for (let distance = 0; distance <= length; distance += 3) {
      if (boxes.some((box, n) => !ends.has(n) && inside(at(distance), box, 1))) {
        found.push(`behind a box: ${path.getAttribute("d")}`);
        break;
      }
    }
  }
  return found;
};

// Text below the contrast of WCAG 2.2, level AA: https://www.w3.org/TR/WCAG22/#contrast-minimum
checks.lowContrast = () => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = rgba(getComputedStyle(each).backgroundColor);
      if (color[3] === 255) return color;
    }
    return rgba(getComputedStyle(document.body).backgroundColor);
  };
  const under = (element) => {
    const drawing = element.closest("svg");
    if (!drawing) return background(element);
    if (element.classList.contains("step-text")) {
      return rgba(getComputedStyle(element.parentElement.querySelector(".step")).fill);
    }
    const box = element.closest(".box");
    return box ? rgba(getComputedStyle(box.querySelector(".shape")).fill) : background(drawing.parentElement);
  };
  const found = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest(".spoken, .skip, script")) continue;
    const style = getComputedStyle(element);
    const pair = [luminance(rgba(element.closest("svg") ? style.fill : style.color)), luminance(under(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    const name = element.className.baseVal ?? element.className;
    if (ratio < 4.5) found.add(`${ratio.toFixed(2)} ${element.tagName} ${name} ${element.textContent.slice(0, 30)}`);
  }
  return [...found];
};

// Controls without a name, headings that skip a level, ids that are there twice, and headings of tables without a scope.
checks.structure = () => {
  const found = [];
  for (const control of document.querySelectorAll("button, select, input, [role=button], [role=img], section, svg")) {
    const labels = [...(control.labels ?? [])].map((label) => label.textContent).join("");
    const named = control.getAttribute("aria-labelledby");
    const title = named ? document.getElementById(named)?.textContent : "";
    const name = control.getAttribute("aria-label") || title || labels || control.textContent.trim();
    if (!name) found.push(`no name: ${control.outerHTML.slice(0, 80)}`);
  }
  let last = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    const level = Number(heading.tagName[1]);
    if (level > last + 1) found.push(`h${last}, then h${level}: ${heading.textContent}`);
    last = level;
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  found.push(...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `an id twice: ${id}`));
  const unscoped = [...document.querySelectorAll("th")].filter((cell) => !cell.scope);
  found.push(...unscoped.map((cell) => `no scope: ${cell.textContent}`));
  if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
  return found;
};

"use strict";
// One object holds the functions of all scripts. Elements are made of text and attributes only, never of HTML.
const report = {};

(() => {
  const SVG = "http://www.w3.org/2000/svg";

  function filled(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (typeof value === "function") element.addEventListener(name, value);
      else element.setAttribute(name, value === true ? "" : String(value));
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  // An HTML element. A function as an attribute listens to the event of that name.
  report.h = (tag, attributes, ...children) => filled(document.createElement(tag), attributes ?? {}, children);

  // An SVG element.
  report.svg = (tag, attributes, ...children) =>
    filled(document.createElementNS(SVG, tag), attributes ?? {}, children);

  // Text that only screen readers read.
  report.spoken = (text) => report.h("span", { class: "spoken" }, text);

  // A group of radio buttons that look like one switch.
  report.choice = (legend, name, options, chosen, choose) =>
    report.h(
      "fieldset",
      { class: "choice" },
      report.h("legend", null, legend),
      options.map(([value, text]) =>
        report.h(
          "label",
          null,
          report.h("input", { type: "radio", name, value, checked: value === chosen, change: () => choose(value) }),
          report.h("span", null, text),
        ),
      ),
    );

  // Moves the focus inside of a group of elements with the arrow keys: only one of them is a stop of the Tab key.
  report.rove = (elements, next, first = elements[0]) => {
    let stop = first;
    elements.forEach((element, at) => {
      element.setAttribute("tabindex", element === stop ? "0" : "-1");
      element.addEventListener("keydown", (event) => {
        const to = elements[next(at, event.key)];
        if (!to) return;
        event.preventDefault();
        to.focus();
      });
      element.addEventListener("focus", () => {
        stop.setAttribute("tabindex", "-1");
        element.setAttribute("tabindex", "0");
        stop = element;
      });
    });
  };
})();

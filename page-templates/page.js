"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const rows = all(".version");
  const search = find("#search");
  const panel = find("#node");
  const help = find("#help");
  const characters = find("#characters");
  const fills = new WeakMap(); // of what was never opened, what makes its content
  let chosen = null; // the element of the node that the panel tells of

  /** An element; texts among its children stay texts. */
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children.flat(Infinity).filter((child) => child !== null));
    return element;
  }

  const heading = (level, text) => make(`h${level}`, null, text);
  const capital = (text) => text[0].toUpperCase() + text.slice(1);

  /** A table, or a word that there is nothing in it. */
  function table(head, lines, none) {
    if (!lines.length) return make("p", { class: "none" }, none);
    const cells = (line) => line.map((cell, at) => (at ? make("td", null, cell) : make("th", { scope: "row" }, cell)));
    return make(
      "div",
      { class: "wide", tabindex: "0", role: "group", "aria-label": head.join(", ") },
      make(
        "table",
        null,
        make("thead", null, make("tr", null, head.map((text) => make("th", { scope: "col" }, text)))),
        make("tbody", null, lines.map((line) => make("tr", null, cells(line)))),
      ),
    );
  }

  const facts = (pairs) =>
    make("dl", null, pairs.filter(([, text]) => text).map(([what, text]) => [make("dt", null, what), make("dd", null, text)]));

  const READS = ["Subscription", "Subject", "Durable consumer", "Acknowledged within"];
  const reads = (consumer) => facts(READS.map((what, at) => [what, consumer[at]]));

  /** What is filled when it is opened for the first time. */
  function folded(attributes, summary, fill) {
    const details = make("details", attributes, make("summary", null, summary));
    fills.set(details, fill);
    details.addEventListener("toggle", () => unfold(details), { once: true });
    return details;
  }

  function unfold(details) {
    details.append(...(fills.get(details)?.() || []));
    fills.delete(details);
  }

  function manifest([file, lines]) {
    const text = () => lines.map((line) => data.lines[line]).join("\n");
    return folded({ class: "manifest" }, file, () => [make("pre", { tabindex: "0" }, text())]);
  }

  function change([action, object, fields]) {
    const values = ([what, path, old, now]) => {
      const shown = [old && make("del", null, old), now && make("ins", null, now)].filter(Boolean);
      return make("li", null, `${what} `, make("code", null, path), " ", shown.length > 1 ? [shown[0], " → ", shown[1]] : shown);
    };
    const list = fields.length ? make("ul", null, fields.map(values)) : null;
    return make("li", { class: action }, `${action} `, make("b", null, object), list);
  }

  function action(one) {
    if (one.refusal) return make("p", { class: "action" }, make("b", null, capital(one.name)), one.refusal);
    const summary = [make("b", null, capital(one.name)), one.summary];
    const effect = ([kind, object, message]) => make("li", null, make("b", null, `${kind}: `), object, `: ${message}`);
    return folded({ class: "action" }, summary, () =>
      [
        one.displaced && make("p", null, `${one.displaced} is no longer published then.`),
        one.effects.length ? [heading(5, "What that does"), make("ul", null, one.effects.map(effect))] : [],
        make("div", { class: "changes" }, heading(5, "What differs"), make("ul", null, one.changes.map(change))),
      ]
        .flat()
        .filter(Boolean),
    );
  }

  /** Adds to a version what is not in the page from the start. */
  function fill(row) {
    if (row.dataset.filled) return;
    row.dataset.filled = "yes";
    const version = data.versions[row.dataset.index];
    const body = find(".body", row);
    const first = find("h4", body); // before the problems
    if (version.picture) {
      const svg = new DOMParser().parseFromString(version.picture, "text/html").body.firstElementChild;
      body.insertBefore(make("div", { class: "graph" }, document.importNode(svg, true)), first);
    }
    if (version.actions.length) body.append(heading(4, "What may be done next"), ...version.actions.map(action));
    if (version.manifests.length) {
      body.append(make("div", { class: "objects" }, heading(4, "Objects"), make("div", null, version.manifests.map(manifest))));
    }
  }

  function open(row, wanted) {
    if (wanted) fill(row);
    if (!wanted && chosen && row.contains(chosen)) closeNode();
    find(".open", row).setAttribute("aria-expanded", wanted);
    find(".body", row).hidden = !wanted;
  }

  const isOpen = (row) => !find(".body", row).hidden;

  function address(id) {
    history.replaceState(null, "", `#${id}`);
  }

  // The panel of a node

  function showNode(element) {
    const row = element.closest(".version");
    const version = data.versions[row.dataset.index];
    const workflow = version.workflows.find((one) => one.id === element.dataset.workflow);
    const node = workflow.nodes.find((one) => one.id === element.dataset.node);
    if (chosen) chosen.setAttribute("aria-expanded", "false");
    chosen = element;
    element.setAttribute("aria-expanded", "true");
    const close = make("button", { type: "button", class: "close" }, "Close ", make("kbd", null, "Esc"));
    close.addEventListener("click", closeNode);
    const problems = node.problems.map((at) => {
      const copy = find(`#problem-${row.dataset.index}-${at}`).cloneNode(true);
      copy.removeAttribute("id");
      return copy;
    });
    const line = (at) => data.lines[at];
    const value = ([name, text, source]) => [
      line(name),
      line(source) ? [line(text), make("span", { class: "source" }, line(source))] : line(text),
    ];
    const compiled = version.manifests.length > 0;
    panel.replaceChildren(
      make("div", { class: "head" }, make("h2", { id: "node-name" }, node.name), close),
      make("p", { class: "kind" }, `${node.kind} of the workflow ${workflow.name}`),
      facts(node.facts),
      ...(problems.length ? [heading(3, "Problems"), make("ul", { class: "problems" }, problems)] : []),
      heading(3, "Reads"),
      ...(node.consumers.length ? node.consumers.map(reads) : [make("p", { class: "none" }, "Nothing.")]),
      heading(3, "Sends"),
      table([compiled ? "Subject" : "Publisher", "To"], node.sends.map(([subject, to]) => [subject, to || "nobody"]), "Nothing."),
      ...(node.variables.length
        ? [heading(3, "Environment"), table(["Variable", "Value"], node.variables.map(value), "Nothing.")]
        : []),
      ...(node.manifests.length
        ? [heading(3, "Manifests"), ...node.manifests.map((at) => manifest(version.manifests[at]))]
        : []),
    );
    panel.hidden = false;
    document.body.classList.add("with-node");
    panel.scrollTop = 0;
    panel.focus({ preventScroll: true });
    const below = matchMedia("(max-width: 60rem)").matches; // the panel covers the lower part then
    element.scrollIntoView({ block: below ? "start" : "nearest", inline: "center" });
    address(element.id);
  }

  function closeNode() {
    if (!chosen) return;
    panel.hidden = true;
    document.body.classList.remove("with-node");
    chosen.setAttribute("aria-expanded", "false");
    chosen.focus();
    address(chosen.closest(".version").id);
    chosen = null;
  }

  // Search

  const MOST = 8;
  const things = rows.map((row) => {
    const version = data.versions[row.dataset.index];
    const codes = new Set(all(".problem a", row).map((link) => link.textContent));
    const own = [find(".open", row).textContent, row.dataset.status, find(".place", row)?.textContent || ""];
    return [
      ...own.map((text) => ({ text })),
      ...version.workflows.flatMap((workflow) => [
        { text: workflow.name, said: `workflow ${workflow.name}` },
        ...(workflow.rpc ? [{ text: workflow.rpc, said: `rpc ${workflow.rpc}` }] : []),
        ...workflow.nodes.flatMap((node) => [
          { text: node.name, said: `${node.kind} ${node.name}`, workflow, node },
          ...(node.image ? [{ text: node.image, said: `${node.name}: ${node.image}`, workflow, node }] : []),
        ]),
      ]),
      ...[...codes].map((code) => ({ text: code, said: code, code })),
    ].map((thing) => ({ ...thing, lower: thing.text.toLowerCase() }));
  });

  function filter() {
    const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, at) => {
      const matching = terms.map((term) => things[at].filter((thing) => thing.lower.includes(term)));
      const fits = matching.every((found) => found.length);
      row.hidden = !fits;
      shown += fits;
      const said = fits ? [...new Set(matching.flat())].filter((thing) => thing.said) : [];
      const list = find(".matches", row);
      list.replaceChildren(
        ...said.slice(0, MOST).map((thing) => {
          const button = make("button", { type: "button" }, thing.said);
          button.addEventListener("click", () => go(row, thing));
          return make("li", null, button);
        }),
        ...(said.length > MOST ? [make("li", null, `and ${said.length - MOST} more`)] : []),
      );
      list.hidden = !said.length;
    });
    find("#nothing").hidden = shown > 0 || !rows.length;
    find("#found").textContent = terms.length ? `${shown} of ${rows.length} version${rows.length === 1 ? "" : "s"}` : "";
  }

  function go(row, thing) {
    open(row, true);
    if (thing.node) {
      const wanted = all(".graph .node", row).find(
        (one) => one.dataset.workflow === thing.workflow.id && one.dataset.node === thing.node.id,
      );
      showNode(wanted);
    } else if (thing.code) {
      all(".problem a", row).find((link) => link.textContent === thing.code).focus();
    } else {
      find(".open", row).focus();
    }
  }

  // Keys

  const stops = () => all(".version:not([hidden]) .open, .matches:not([hidden]) button");

  function step(by) {
    const at = document.activeElement;
    const graph = at.closest?.(".graph");
    const among = graph ? all(".node", graph) : stops();
    if (!among.length) return false;
    let from = among.indexOf(at);
    if (from < 0 && at.closest?.(".version")) from = among.indexOf(find(".open", at.closest(".version")));
    const to = from < 0 ? 0 : Math.min(Math.max(from + by, 0), among.length - 1);
    among[to].focus();
    among[to].scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  }

  function escape() {
    if (chosen) return closeNode();
    if (search.value) {
      search.value = "";
      filter();
      return search.focus();
    }
    const row = document.activeElement.closest?.(".version");
    if (row && isOpen(row)) {
      open(row, false);
      find(".open", row).focus();
    } else if (document.activeElement === search) {
      search.blur();
    }
  }

  const forth = new Set(["j", "ArrowDown", "ArrowRight"]);
  const back = new Set(["k", "ArrowUp", "ArrowLeft"]);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    // Who speaks to the computer types characters without meaning to
    if (/^[^ ]$/.test(event.key) && !characters.checked) return;
    const at = event.target;
    const onStop = at.matches?.(".open, .matches button, .graph .node");
    let done = true;
    if (event.key === "Escape") escape();
    else if (at === search) {
      if (event.key === "Enter" || event.key === "ArrowDown") {
        const first = find(".matches:not([hidden]) button") || stops()[0];
        if (first) first.focus();
      } else done = false;
    } else if (event.key === "/") search.focus();
    else if (event.key === "?") help.showModal();
    else if (at.matches?.(".graph .node") && (event.key === "Enter" || event.key === " ")) showNode(at);
    else if (panel.contains(at)) done = false;
    else if (forth.has(event.key) && (onStop || event.key === "j")) done = step(1);
    else if (back.has(event.key) && (onStop || event.key === "k")) done = step(-1);
    else done = false;
    if (done) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".open");
    const node = event.target.closest(".graph .node");
    if (button) {
      const row = button.closest(".version");
      open(row, !isOpen(row));
      if (isOpen(row)) address(row.id);
    } else if (node) showNode(node);
  });

  search.addEventListener("input", filter);
  find("#keys").addEventListener("click", () => help.showModal());

  // On paper there is all that the search leaves, and what each action does
  let opened = [];
  let unfolded = [];
  window.addEventListener("beforeprint", () => {
    opened = rows.filter((row) => !row.hidden && !isOpen(row));
    opened.forEach((row) => open(row, true));
    unfolded = all("details.action:not([open])");
    unfolded.forEach((details) => {
      unfold(details);
      details.open = true;
    });
  });
  window.addEventListener("afterprint", () => {
    unfolded.forEach((details) => (details.open = false));
    opened.forEach((row) => open(row, false));
  });

  find("#own-manifests")?.append(...data.own.map(manifest));

  function visit() {
    const id = decodeURIComponent(location.hash.slice(1));
    const row = rows.find((one) => one.id === id || id.startsWith(`${one.id}-`));
    if (!row) return;
    open(row, true);
    const node = document.getElementById(id);
    if (node && node !== row && node.matches(".graph .node")) showNode(node);
    else row.scrollIntoView();
  }

  if (rows.length === 1) open(rows[0], true);
  visit();
  window.addEventListener("hashchange", visit);
})();

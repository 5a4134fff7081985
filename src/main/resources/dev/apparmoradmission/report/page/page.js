"use strict";
// Draws what the element #data holds. Text goes into the page as text only: nothing here reads foreign text as markup, style or address.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const text = (number) => data.texts[number];
  const byId = (id) => document.getElementById(id);
  const DAY = 86400;

  // --- Elements ------------------------------------------------------------------------------------------------------------

  function element(name, attributes, ...content) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === true) made.setAttribute(key, "");
      else if (value !== false && value !== undefined) made.setAttribute(key, value);
    }
    made.append(...content.filter((part) => part !== undefined && part !== ""));
    return made;
  }

  const named = (name, style) => element("bdi", { class: style || "name" }, name);
  const number = (n) => n.toLocaleString("en-US");
  const plural = (n, what) => number(n) + " " + what + (n === 1 ? "" : "s");
  const onlyHeard = (words) => element("span", { class: "heard" }, words);

  function button(label, attributes, action) {
    const made = element("button", { type: "button", ...attributes }, label);
    made.addEventListener("click", action);
    return made;
  }

  function tell(words) {
    const status = byId("findings-count");
    const before = status.textContent;
    status.textContent = words;
    setTimeout(() => { if (status.textContent === words) status.textContent = before; }, 2000);
  }

  // Arrow keys go from one of these to the next; Tab reaches them all the same.
  function walk(container, selector) {
    container.addEventListener("keydown", (event) => {
      const all = [...container.querySelectorAll(selector)];
      const at = all.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
      if (at >= 0 && to !== undefined && all[to]) {
        event.preventDefault();
        all[to].focus();
      }
    });
  }

  // A list that grows on demand: a page of thousands of rows at once is slow to open and of no use to anybody.
  function growing(container, step, items, draw) {
    let shown = 0;
    const more = button("", { class: "more" }, () => {
      const first = grow(step);
      if (first) first.focus();
    });
    function grow(by) {
      const part = items.slice(shown, shown + by).map(draw);
      container.append(...part);
      shown += part.length;
      const rest = items.length - shown;
      more.hidden = rest === 0;
      more.textContent = "Show " + number(Math.min(step, rest)) + " more of " + number(rest);
      const focusable = part[0] && part[0].querySelector("button, a, [tabindex]");
      return focusable || more;
    }
    grow(step);
    return { more, all: () => grow(items.length), shown: () => shown };
  }

  const printed = [];
  addEventListener("beforeprint", () => printed.forEach((whole) => whole(true)));
  addEventListener("afterprint", () => printed.forEach((whole) => whole(false)));

  // --- Namespaces ----------------------------------------------------------------------------------------------------------

  function namespaces() {
    const table = document.querySelector("table.namespaces");
    const body = table.tBodies[0];
    const value = (row, column) => row.cells[column].textContent;
    const sorts = {
      text: (column) => (a, b) => (value(a, column) < value(b, column) ? -1 : 1),
      number: (column) => (a, b) => Number(value(a, column).replace(/,/g, "")) - Number(value(b, column).replace(/,/g, "")),
    };
    for (const heading of table.querySelectorAll("th[data-sort]")) {
      const label = heading.querySelector(".label");
      const sort = button(label.textContent, { class: "sort" }, () => {
        const kind = heading.dataset.sort;
        const was = heading.getAttribute("aria-sort");
        const up = was ? was === "descending" : kind === "text";
        table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", up ? "ascending" : "descending");
        const rows = [...body.rows].filter((row) => !row.classList.contains("others"));
        const order = sorts[kind](heading.cellIndex);
        rows.sort((a, b) => (up ? order(a, b) : order(b, a)) || sorts.text(0)(a, b));
        body.prepend(...rows);
      });
      label.replaceWith(sort);
    }
    body.addEventListener("click", (event) => {
      const pick = event.target.closest("button.pick");
      if (pick) filter({ namespace: pick.dataset.namespace }, true);
    });
    walk(body, "button.pick");
  }

  // --- Nodes ---------------------------------------------------------------------------------------------------------------

  const MODES = {
    E: ["enforce", "enforced"], K: ["kill", "enforced"], C: ["complain", "complain"], U: ["unconfined", "unconfined"],
    P: ["asks user space", "complain"], "?": ["a mode that is not known", "unconfined"], "-": ["not loaded", "gap"],
  };
  const STATES = {
    ENABLED: "AppArmor on", DISABLED: "AppArmor off, or the runtime cannot use it", UNREPORTED: "no list: what it holds is not known",
    STALE: "list too old to be believed", REBOOTED: "list from before the last reboot", REPLACED: "list of an earlier node of that name",
    WINDOWS: "Windows: no AppArmor",
  };
  const SIGNS = { DISABLED: "off", UNREPORTED: "?", STALE: "?", REBOOTED: "?", REPLACED: "?", WINDOWS: "n/a" };

  function span(seconds) {
    const [unit, size] = [["day", DAY], ["hour", 3600], ["minute", 60]].find(([, s]) => seconds >= 2 * s) || ["second", 1];
    return plural(Math.round(seconds / size), unit);
  }

  function nodeNames(kind) {
    const most = 4;
    const names = kind.names.slice(0, most).flatMap((name, i) => [i ? ", " : "", named(name)]);
    const rest = kind.count - Math.min(most, kind.names.length);
    return rest > 0 ? [...names, " and " + number(rest) + " like " + (kind.names.length > 1 ? "them" : "it")] : names;
  }

  function nodes() {
    const { known, count, profiles, profilesLeft, kinds, nodesLeft, maxAge } = data.nodes;
    byId("nodes").hidden = false;
    if (!known) {
      byId("nodes-lead").textContent = "No inventory was given: what the nodes hold is not known.";
      return;
    }
    const all = profiles.map(([name, uses], at) => ({ name: text(name), uses, at }));
    const used = all.filter((profile) => profile.uses > 0);
    let whole = used.length === 0;
    let wanted = "";
    byId("nodes-lead").textContent = plural(count, "node") + ", those that hold the same side by side in one column. "
      + "A gap is a profile that is not loaded." + (maxAge ? " A list is believed for " + span(maxAge) + "." : "");

    const search = element("input", { type: "search", id: "profile-filter", autocomplete: "off", spellcheck: "false" });
    search.addEventListener("input", () => { wanted = search.value.toLowerCase(); draw(false); });
    const toggle = element("input", { type: "checkbox", id: "profile-all" });
    toggle.checked = whole;
    toggle.addEventListener("change", () => { whole = toggle.checked; draw(false); });
    byId("nodes-tools").append(
      element("label", { for: "profile-filter" }, "Profile"), search,
      element("label", { class: "check" }, toggle, "also the " + number(all.length - used.length) + " that no workload uses"));
    const legend = element("ul", { class: "legend", "aria-label": "Signs" });
    for (const sign of ["E", "K", "C", "U", "-"]) {
      legend.append(element("li", {}, cell(sign, "span"), MODES[sign][0]));
    }
    legend.append(element("li", {}, element("span", { class: "mode unknown" }, "?"), "not known"));
    legend.append(element("li", {}, element("span", { class: "mode off" }, "off"), "AppArmor off"));
    byId("nodes-tools").append(legend);

    function cell(sign, tag) {
      const [words, style] = MODES[sign];
      const made = element(tag || "td", { class: "mode " + style, title: words }, element("span", { "aria-hidden": "true" }, sign === "-" ? "\u2013" : sign));
      if (tag !== "span") made.append(onlyHeard(words));
      return made;
    }

    // Kinds that differ in nothing that is shown are one.
    function merged(rows) {
      const alike = new Map();
      for (const [state, size, names, modes, loaded, observed] of kinds) {
        const key = state + (state === "ENABLED" ? rows.map((row) => modes[row.at]).join("") : "");
        const kind = alike.get(key);
        if (kind) {
          kind.count += size;
          kind.names.push(...names.map(text));
          kind.least = Math.min(kind.least, loaded);
          kind.most = Math.max(kind.most, loaded);
          kind.observed = kind.observed && observed ? Math.min(kind.observed, observed) : kind.observed || observed;
        } else {
          alike.set(key, { state, count: size, names: names.map(text), modes, least: loaded, most: loaded, observed });
        }
      }
      return [...alike.values()].sort((a, b) => b.count - a.count);
    }

    function draw(everything) {
      const rows = (whole ? all : used).filter((row) => row.name.toLowerCase().includes(wanted));
      const columns = merged(rows).map((kind, i) => ({ ...kind, label: String(i + 1) }));
      const head = element("tr", {}, element("th", { scope: "col" }, "Profile"), element("th", { scope: "col", class: "n" }, "In use"),
        element("th", { scope: "col" }, "Loaded"));
      for (const kind of columns) {
        const about = kind.label + ": " + plural(kind.count, "node") + ", " + STATES[kind.state];
        head.append(element("th", { scope: "col", class: "kind", title: about }, element("b", {}, kind.label), element("span", {}, "\u00d7" + number(kind.count))));
      }
      const body = element("tbody");
      const list = growing(body, everything ? rows.length : 40, rows, (row) => {
        const line = element("tr", {}, element("th", { scope: "row", class: "profile", tabindex: "0" }, named(row.name)),
          element("td", { class: row.uses ? "n" : "n none" }, number(row.uses)), standing(row, columns));
        for (const kind of columns) {
          line.append(kind.state === "ENABLED" ? cell(kind.modes[row.at])
            : element("td", { class: "mode " + (SIGNS[kind.state] === "?" ? "unknown" : "off"), title: STATES[kind.state] }, SIGNS[kind.state]));
        }
        return line;
      });
      walk(body, "th.profile");
      const table = element("table", { class: "matrix" }, element("caption", { class: "heard" }, "Profiles by kinds of node"), element("thead", {}, head), body);
      byId("nodes-matrix").replaceChildren(
        element("div", { class: "scroll", role: "region", "aria-label": "Profiles by kinds of node", tabindex: "0" }, table), list.more);
      if (rows.length === 0) byId("nodes-matrix").append(element("p", { class: "empty" }, "No profile is called so."));
      const kindList = element("ol", { class: "kinds", "aria-label": "Kinds of node" });
      for (const kind of columns) {
        const on = kind.state === "ENABLED";
        kindList.append(element("li", { class: on ? "" : "trouble" }, element("b", {}, kind.label), element("span", {}, ...nodeNames(kind)),
          element("span", { class: "detail" }, (on ? STATES.ENABLED + ", " + (kind.least === kind.most ? "" : number(kind.least) + " to ") + plural(kind.most, "profile") : STATES[kind.state])
            + (kind.observed ? ", read " + span(Math.abs(data.now - kind.observed)) + (kind.observed > data.now ? " later" : " earlier") : ""))));
      }
      byId("nodes-kinds").replaceChildren(kindList);
      const left = [];
      if (nodesLeft) left.push(plural(nodesLeft, "node") + " of other kinds");
      if (profilesLeft) left.push(plural(profilesLeft, "profile"));
      if (left.length) byId("nodes-kinds").append(element("p", { class: "left" }, "Not shown for want of room: " + left.join(", ") + ". The command inventory shows them."));
    }

    function standing(row, columns) {
      const counts = {};
      let on = 0;
      for (const kind of columns.filter((one) => one.state === "ENABLED")) {
        on += kind.count;
        counts[kind.modes[row.at]] = (counts[kind.modes[row.at]] || 0) + kind.count;
      }
      const weak = Object.entries(counts).filter(([sign]) => sign !== "E" && sign !== "K");
      if (on === 0) return element("td", { class: "none" }, "-");
      if (weak.length === 0) return element("td", { class: "fine" }, "on all " + number(on));
      return element("td", { class: row.uses ? "amiss" : "" },
        weak.map(([sign, n]) => (sign === "-" ? "missing" : MODES[sign][0]) + " on " + number(n)).join(", ") + " of " + number(on));
    }

    draw(false);
    printed.push(draw);
  }

  // --- Exceptions ----------------------------------------------------------------------------------------------------------

  function exceptions() {
    const { bars, left } = data.exceptions;
    byId("exceptions").hidden = false;
    if (bars.length === 0) {
      byId("exceptions-lead").textContent = "None: no grant, and no exception by annotation.";
      return;
    }
    const all = bars.map(([standing, grant, name, uses, begin, end, until, owner, ticket, reason, where, elsewhere]) => ({
      standing, grant, name: text(name), uses, begin, end, until: text(until), owner: text(owner), ticket: text(ticket),
      reason: text(reason), where: where.map(text), elsewhere,
    }));
    byId("exceptions-lead").textContent = "Every grant, and every exception by annotation that is in use or has expired, until when and by whom.";
    const now = data.now;
    const from = Math.max(now - 180 * DAY, Math.min(now - 30 * DAY, ...all.map((one) => Math.min(one.begin || now, one.end || now) - 5 * DAY)));
    const to = Math.min(now + 400 * DAY, Math.max(now + 60 * DAY, ...all.map((one) => one.end + 10 * DAY)));
    const at = (seconds) => Math.min(100, Math.max(0, ((seconds - from) / (to - from)) * 100));

    function placed(style, left, width) {
      const made = element("span", { class: style });
      made.style.left = left + "%";
      if (width !== undefined) made.style.width = width + "%";
      return made;
    }

    // The first of each month; every third where there are many.
    function axis() {
      const line = element("span", { class: "axis", "aria-hidden": "true" });
      const day = new Date(from * 1000);
      const every = to - from > 300 * DAY ? 3 : to - from > 150 * DAY ? 2 : 1;
      for (let month = day.getUTCMonth() + 1; ; month += 1) {
        const first = Date.UTC(day.getUTCFullYear(), month, 1) / 1000;
        if (first > to) break;
        if (new Date(first * 1000).getUTCMonth() % every !== 0 || at(first) > 92) continue;
        const tick = placed("tick", at(first));
        tick.append(new Date(first * 1000).toISOString().slice(0, 7));
        line.append(tick);
      }
      return line;
    }

    function track(one) {
      const line = element("span", { class: "track", "aria-hidden": "true" });
      const end = one.end || to;
      // When it began is not known of a grant that nobody uses, nor of pods that are younger than what they claim.
      const sure = one.begin > 0 && one.begin < end;
      const begin = Math.max(from, sure ? one.begin : Math.min(end, now) - 21 * DAY);
      line.append(placed("bar " + one.standing.toLowerCase() + (sure && one.begin > from ? "" : " earlier") + (end >= to ? " later" : ""), at(begin), at(end) - at(begin)), placed("today", at(now)));
      return line;
    }

    function ends(one) {
      const days = Math.ceil((one.end - now) / DAY);
      switch (one.standing) {
        case "EXPIRED": return ["\u00d7 expired", one.until];
        case "ENDING": return ["! " + (days <= 1 ? "ends within a day" : "ends in " + days + " days"), one.until];
        case "RUNNING": return ["in " + days + " days", one.until];
        default: return ["\u221e no end", ""];
      }
    }

    const labelled = (label, style, ...content) => element("td", { class: style, "data-label": label }, ...content);
    const body = element("tbody");
    const list = growing(body, 30, all, (one) => {
      const [when, until] = ends(one);
      const where = one.where.flatMap((name, i) => [i ? ", " : "", named(name)]);
      return element("tr", { class: one.standing.toLowerCase() },
        element("th", { scope: "row", tabindex: "0" }, named(one.name), element("span", { class: "detail" }, one.grant ? "grant" : "annotation",
          ...(where.length ? [" in ", ...where, one.elsewhere ? " and elsewhere" : ""] : []))),
        element("td", { class: "time" }, track(one)),
        labelled("Ends", "ends", element("b", {}, when), until ? element("span", { class: "detail" }, until) : ""),
        labelled("Owner", "", one.owner ? named(one.owner, "plain") : "\u2013", one.ticket ? element("span", { class: "detail" }, named(one.ticket, "plain")) : ""),
        labelled("Reason", "reason", one.reason ? named(one.reason, "plain") : "\u2013"),
        labelled("Used by", one.uses ? "n" : "n none", one.uses ? number(one.uses) : "none"));
    });
    walk(body, "th");
    const head = element("tr", {}, ...["Exception", "", "Ends", "Owner, ticket", "Reason", "Used by"].map((label, i) =>
      element("th", { scope: "col", class: ["", "time", "", "", "", "n"][i] }, i === 1 ? onlyHeard("Time line") : label, i === 1 ? axis() : "")));
    byId("exceptions-line").append(element("div", { class: "scroll", role: "region", "aria-label": "Exceptions on a time line", tabindex: "0" },
      element("table", { class: "exceptions" }, element("caption", { class: "heard" }, "Exceptions by the time at which they end"), element("thead", {}, head), body)));
    byId("exceptions-table").append(list.more);
    if (left) byId("exceptions-table").append(element("p", { class: "left" }, "Not shown for want of room: uses of " + number(left) + " more exceptions by annotation."));
    printed.push((whole) => { if (whole) list.all(); });
  }

  // --- Findings ------------------------------------------------------------------------------------------------------------

  const ACTIONS = {
    Enforce: ["\u00d7", "Denied", "bad"], Warn: ["!", "Warning", "fair"], Known: ["=", "Known", "mild"], Audit: ["i", "Audit", "mild"], Ignore: ["i", "Ignored", "mild"],
  };
  const VERDICTS = { DENIED: "Enforce", WARN: "Warn", KNOWN: "Known", OK: "Audit" };
  const fields = {};
  let rows = [];
  let list;

  function badge(action) {
    const [sign, words, style] = ACTIONS[action];
    return element("span", { class: "badge " + style }, element("span", { "aria-hidden": "true" }, sign + " "), words);
  }

  function findings() {
    byId("findings").hidden = false;
    rows = data.findings.rows.map(([verdict, namespace, kind, name, count, first, file, line, found, notes, unshown]) => ({
      action: VERDICTS[verdict], namespace: text(namespace), kind: text(kind), name: text(name), count, first: text(first), file: text(file), line, unshown,
      notes: notes.map(text),
      findings: found.map(([rule, action, container, path, policy, message, fix, at, nodeCount, on]) => ({
        rule, action, container: text(container), path: text(path), policy: text(policy), message: text(message), fix: text(fix), line: at, nodeCount, nodes: on.map(text),
      })),
    }));
    const tally = (values) => [...values.reduce((all, value) => all.set(value, (all.get(value) || 0) + 1), new Map())].sort(([a], [b]) => (a < b ? -1 : 1));
    const found = rows.flatMap((row) => row.findings);
    const form = byId("filter");
    form.append(element("label", { for: "filter-text" }, "Filter ", element("kbd", { "aria-hidden": "true" }, "/")));
    fields.text = element("input", { type: "search", id: "filter-text", autocomplete: "off", spellcheck: "false", "aria-keyshortcuts": "/", placeholder: "name, profile, node, words" });
    form.append(fields.text);
    choice("rule", "Rule", tally(found.map((one) => one.rule)));
    choice("action", "Action", tally(found.map((one) => one.action)), (action) => ACTIONS[action][1]);
    choice("namespace", "Namespace", tally(rows.map((row) => row.namespace)));
    form.append(button("Clear", { id: "filter-clear" }, () => filter({}, false)));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => { write(); show(false); });
    fields.text.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); filter({}, false); } });
    addEventListener("keydown", (event) => {
      if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
        event.preventDefault();
        fields.text.focus();
        fields.text.select();
      }
    });
    addEventListener("hashchange", read);
    read();
    show(false);
    printed.push(show);
  }

  function choice(id, label, values, words) {
    fields[id] = element("select", { id: "filter-" + id }, element("option", { value: "" }, "all"));
    for (const [value, n] of values) {
      fields[id].append(element("option", { value }, (words ? words(value) : value || "(none)") + " (" + number(n) + ")"));
    }
    byId("filter").append(element("label", { for: "filter-" + id }, label), fields[id]);
  }

  // What is filtered by stands in the address, so that it can be passed on; it asks nothing of any server.
  function write() {
    const chosen = new URLSearchParams();
    for (const [id, field] of Object.entries(fields)) if (field.value) chosen.set(id, field.value);
    history.replaceState(null, "", chosen.toString() ? "#filter:" + chosen : "#findings");
  }

  function read() {
    if (!location.hash.startsWith("#filter:")) return;
    const chosen = new URLSearchParams(location.hash.slice("#filter:".length));
    for (const [id, field] of Object.entries(fields)) {
      field.value = chosen.get(id) || "";
      if (field.selectedIndex === -1) field.value = "";
    }
    show(false);
    byId("findings").scrollIntoView();
  }

  function filter(chosen, go) {
    for (const [id, field] of Object.entries(fields)) {
      field.value = chosen[id] || "";
      if (field.selectedIndex === -1) field.value = "";
    }
    write();
    show(false);
    if (go) byId("findings").focus();
    if (go) byId("findings").scrollIntoView();
  }

  function words(row, one) {
    return [row.namespace, row.kind, row.name, row.first, row.file, one.rule, one.container, one.path, one.policy, one.message, one.fix, ...one.nodes].join("\n").toLowerCase();
  }

  function chosenRows() {
    const wanted = fields.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (row, one) => (!fields.rule.value || one.rule === fields.rule.value) && (!fields.action.value || one.action === fields.action.value)
      && (wanted.length === 0 || wanted.every((word) => words(row, one).includes(word)));
    const all = !fields.rule.value && !fields.action.value && wanted.length === 0;
    return rows.filter((row) => !fields.namespace.value || row.namespace === fields.namespace.value)
      .map((row) => (all ? row : { ...row, findings: row.findings.filter((one) => fits(row, one)) }))
      .filter((row) => all || row.findings.length > 0);
  }

  function show(everything) {
    const chosen = chosenRows();
    const container = element("ol", { class: "workloads" });
    list = growing(container, everything ? chosen.length : 50, chosen, workload);
    const workloads = chosen.reduce((sum, row) => sum + row.count, 0);
    byId("findings-count").textContent = chosen.length === 0 ? (rows.length === 0 ? "Nothing was found." : "Nothing fits the filter.")
      : plural(workloads, "workload") + " in " + plural(chosen.length, "row")
        + (chosen.length < rows.length ? ", of " + plural(rows.reduce((sum, row) => sum + row.count, 0), "workload") + " with findings" : "");
    byId("findings-list").replaceChildren(container, list.more);
    if (data.findings.left) {
      byId("findings-list").append(element("p", { class: "left" }, plural(data.findings.left, "more workload") + " with findings "
        + (data.findings.left === 1 ? "is" : "are") + " not listed for want of room: look at fewer namespaces, or use --output json."));
    }
  }

  function workload(row) {
    const title = element("h3", {}, badge(row.action), " ", element("span", { class: "kind" }, row.kind), " ", named(row.namespace), "/", named(row.name || "(no name)"));
    if (row.count > 1) title.append(" ", element("span", { class: "count" }, "\u00d7 " + plural(row.count, data.live ? "pod" : "workload")));
    const item = element("li", {}, title);
    if (row.file) item.append(element("p", { class: "detail" }, named(row.file), ":" + row.line));
    if (row.count === 1 && row.first !== row.name) item.append(element("p", { class: "detail" }, "Pod ", named(row.first)));
    if (row.count > 1) item.append(element("p", { class: "detail" }, "As it reads for the first, ", named(row.first), "; nodes are those of all."));
    for (const note of row.notes) item.append(element("p", { class: "note" }, note));
    const found = element("ul", { class: "findings" });
    for (const one of row.findings) found.append(finding(one, row));
    item.append(found);
    if (row.unshown) item.append(element("p", { class: "left" }, "and " + plural(row.unshown, "more finding")));
    return item;
  }

  function finding(one, row) {
    const item = element("li", {}, element("p", { class: "message" }, badge(one.action), " ", element("code", {}, one.rule), " ", named(one.message, "plain")));
    if (one.fix) {
      item.append(element("p", { class: "fix" }, element("b", {}, "Fix "), named(one.fix, "plain"), " ",
        button("Copy", { class: "copy", "aria-label": "Copy the fix for " + one.rule }, (event) => copy(one.fix, event.currentTarget))));
    }
    const where = [element("span", {}, one.container ? "container " : "pod", one.container ? named(one.container) : "", " (" , named(one.path, "path"), ")")];
    if (row.file) where.push(element("span", {}, "line " + one.line));
    where.push(element("span", {}, "policy ", named(one.policy)));
    if (one.nodeCount) {
      const rest = one.nodeCount - one.nodes.length;
      where.push(element("span", {}, "nodes ", ...one.nodes.flatMap((node, i) => [i ? ", " : "", named(node)]),
        rest > 0 ? (one.nodes.length ? " and " + number(rest) + " more" : number(rest)) : ""));
    }
    item.append(element("p", { class: "detail" }, ...where.flatMap((part, i) => [i ? " \u00b7 " : "", part])));
    return item;
  }

  function copy(words, pressed) {
    const done = () => { pressed.textContent = "Copied"; tell("The fix is copied."); setTimeout(() => { pressed.textContent = "Copy"; }, 2000); };
    const byHand = () => {
      const range = document.createRange();
      range.selectNodeContents(pressed.parentNode.querySelector("bdi"));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      if (document.execCommand("copy")) done();
    };
    if (navigator.clipboard) navigator.clipboard.writeText(words).then(done, byHand);
    else byHand();
  }

  namespaces();
  nodes();
  exceptions();
  findings();
})();

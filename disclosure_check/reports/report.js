"use strict";
// Shows the posts of the report. What comes from posts and rules is only ever set as text; rule pages are templates of this page.
(() => {
const byId = (id) => document.getElementById(id);
const posts = JSON.parse(byId("posts").textContent);
const run = JSON.parse(byId("run").textContent);
const PAGE = 30, ROWS = 8, MOST_ACCEPTED = 100;
const SEVERITIES = ["error", "warning", "info"];
const NONE = "(none)";
const KINDS = {
  finding: ["F", "finding", "solid line on a tint"],
  connection: ["C", "connection", "dotted"],
  link: ["L", "affiliate link", "dashed"],
  disclosure: ["D", "disclosure", "double"],
  denial: ["N", "denial of a connection", "wavy"],
  claim: ["P", "claim that needs proof", "line above"],
  accepted: ["A", "accepted finding", "dashed line on a tint"],
};

/** Return an element with attributes and children; strings become text. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}
const number = (count) => count.toLocaleString("en-US");
const counted = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
const unseen = (text) => make("span", { class: "hidden" }, text);

// --- facts about posts ---------------------------------------------------------------------------------------------

for (const post of posts) {
  for (const key of ["findings", "accepted", "marks", "body", "beside", "notes", "connections", "brands"]) post[key] ||= [];
  post.folder = post.path === "-" ? "standard input" : post.path.includes("/") ? post.path.replace(/\/[^/]*$/, "") : ".";
  post.month = /^\d{4}-\d{2}/.test(post.date || "") ? post.date.slice(0, 7) : NONE;
  for (const finding of post.findings) finding.state = "open";
  for (const finding of post.accepted) finding.state = finding.by === "baseline" ? "baselined" : "suppressed";
}
const ruleName = (id) => (run.rules[id] ? `${id} ${run.rules[id].name}` : id);
const platformTitle = (name) => (run.platforms[name] ? run.platforms[name].title.replace(/^the /, "") : name || NONE);
const known = (none) => (value) => (value === NONE ? none : value);
const FACETS = {
  rule: { title: "Rule", of: (post, finding) => [finding.rule], name: ruleName, values: (post) => [...post.findings, ...post.accepted].map((f) => f.rule) },
  severity: { title: "Severity", of: (post, finding) => [finding.severity], values: () => SEVERITIES },
  connection: { title: "Connection", of: (post) => (post.connections.length ? post.connections : [NONE]), name: known("none declared or shown") },
  platform: { title: "Platform", of: (post) => [post.platform || NONE], name: platformTitle },
  folder: { title: "Folder", of: (post) => [post.folder] },
  brand: { title: "Brand", of: (post) => (post.brands.length ? post.brands : [NONE]), name: known("no brand named") },
  month: { title: "Month", of: (post) => [post.month], name: known("no date") },
};
const ABOUT_FINDING = ["rule", "severity"];
const ABOUT_POST = ["connection", "platform", "folder", "brand", "month"];
const POSTS = { "": "With findings", fail: "With errors", review: "With warnings, no errors", pass: "No errors or warnings", unchecked: "Not checked", all: "All" };
const STATES = { "": "Open, and accepted apart", open: "Open", suppressed: "Suppressed", baselined: "In the baseline" };

function searchText(post) {
  if (post.search === undefined) {
    const text = post.body.map((block) => block.slice(1).map((part) => (typeof part === "string" ? part : part[1])).join("")).join("\n");
    const found = [...post.findings, ...post.accepted].map((finding) => `${finding.rule} ${finding.name} ${finding.match} ${finding.message} ${finding.reason || ""}`);
    const beside = post.beside.map((words) => words[1]);
    post.search = [post.id, post.path, post.title || "", post.error || "", ...post.brands, text, ...beside, ...found].join("\n").toLowerCase();
  }
  return post.search;
}

// --- filters -------------------------------------------------------------------------------------------------------

const EMPTY = { q: "", posts: "", state: "", rule: "", severity: "", connection: "", platform: "", folder: "", brand: "", month: "" };
let state = { ...EMPTY };
let shown = []; // [post, open findings, accepted ones] of each post that passes
let acceptedRows = [];
let rendered = 0;
let acceptedRendered = 0;

function apply() {
  shown = [];
  acceptedRows = [];
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const isAboutFindings = ABOUT_FINDING.some((key) => state[key]) || state.state;
  for (const post of posts) {
    if (!ABOUT_POST.every((key) => !state[key] || FACETS[key].of(post).includes(state[key]))) continue;
    if (words.length && !words.every((word) => searchText(post).includes(word))) continue;
    if (!["", "all"].includes(state.posts) && post.verdict !== state.posts) continue;
    const fits = (finding) => ABOUT_FINDING.every((key) => !state[key] || finding[key] === state[key]);
    const open = ["", "open"].includes(state.state) ? post.findings.filter(fits) : [];
    const accepted = state.state === "open" ? [] : post.accepted.filter((finding) => fits(finding) && (!state.state || finding.state === state.state));
    acceptedRows.push(...accepted.map((finding) => [post, finding]));
    const passes = isAboutFindings ? open.length || (state.state && accepted.length) : state.posts || words.length || open.length || post.error;
    if (passes) shown.push([post, open, accepted]);
  }
}

function update() {
  apply();
  hideTip();
  rendered = 0;
  byId("list").replaceChildren();
  renderMore();
  acceptedRendered = 0;
  byId("accepted-rows").replaceChildren();
  renderAccepted();
  byId("accepted").hidden = !acceptedRows.length;
  const findings = shown.reduce((sum, [, open]) => sum + open.length, 0);
  byId("count").textContent = `${counted(shown.length, "post")} of ${number(posts.length)} shown, with ${counted(findings, "finding")}` +
    (acceptedRows.length ? ` and ${number(acceptedRows.length)} accepted.` : ".");
  byId("print-state").textContent = `Shown here: ${inWords()}.`;
  for (const button of document.querySelectorAll(".chart button")) {
    button.setAttribute("aria-pressed", String(state[button.dataset.key] === button.dataset.value));
  }
  const form = byId("filters");
  for (const key of Object.keys(EMPTY)) if (form.elements[key].value !== state[key]) form.elements[key].value = state[key];
  byId("reset").disabled = Object.keys(EMPTY).every((key) => state[key] === EMPTY[key]);
}

function inWords() {
  const parts = [state.posts === "all" ? "all posts" : state.posts ? `posts: ${POSTS[state.posts].toLowerCase()}` : "posts with findings, or not checked"];
  for (const [key, facet] of Object.entries(FACETS)) if (state[key]) parts.push(`${facet.title.toLowerCase()}: ${facet.name ? facet.name(state[key]) : state[key]}`);
  if (state.state) parts.push(`state: ${STATES[state.state].toLowerCase()}`);
  if (state.q) parts.push(`search: “${state.q}”`);
  return parts.join("; ");
}

function set(changes) {
  state = { ...state, ...changes };
  const hash = new URLSearchParams(Object.entries(state).filter(([, value]) => value)).toString();
  try {
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  } catch {
    location.hash = hash;
  }
  update();
}

function readHash() {
  if (location.hash.length > 1 && byId(location.hash.slice(1))) return; // a place in this page
  const asked = new URLSearchParams(location.hash.slice(1));
  const form = byId("filters");
  state = { ...EMPTY };
  for (const [key, value] of asked) {
    const field = key in EMPTY ? form.elements[key] : null;
    if (field && (key === "q" || [...field.options].some((option) => option.value === value))) state[key] = value;
  }
  update();
}

function values(key) {
  const found = new Set();
  const facet = FACETS[key];
  for (const post of posts) for (const value of facet.values ? facet.values(post) : facet.of(post)) found.add(value);
  const all = [...found];
  return key === "severity" ? all : all.sort((a, b) => (a === NONE) - (b === NONE) || (a < b ? -1 : a > b ? 1 : 0));
}

function select(key, title, choices) {
  const options = choices.map(([value, name]) => make("option", { value }, name));
  return make("label", null, title, make("select", { name: key, on: { change: (event) => set({ [key]: event.target.value }) } }, options));
}

function buildFilters() {
  const form = byId("filters");
  let timer = 0;
  const search = make("input", { type: "search", name: "q", spellcheck: "false", on: {
    input: (event) => { clearTimeout(timer); timer = setTimeout(() => set({ q: event.target.value.trim() }), 120); },
  } });
  form.append(make("label", { class: "search" }, "Search posts, places, rules and messages", search));
  form.append(select("posts", "Posts", Object.entries(POSTS)));
  for (const [key, facet] of Object.entries(FACETS)) {
    form.append(select(key, facet.title, [["", "Any"], ...values(key).map((value) => [value, facet.name ? facet.name(value) : value])]));
  }
  form.append(select("state", "State", Object.entries(STATES)));
  form.append(make("button", { type: "button", id: "reset", on: { click: () => { set({ ...EMPTY }); form.elements.q.focus(); } } }, "Reset filters"));
  form.addEventListener("submit", (event) => event.preventDefault());
}

// --- charts --------------------------------------------------------------------------------------------------------

function buildCharts() {
  const charts = byId("charts");
  for (const [key, facet] of Object.entries(FACETS)) {
    const counts = new Map();
    for (const post of posts) {
      const seen = new Set();
      for (const finding of post.findings) {
        for (const value of facet.of(post, finding)) {
          const row = counts.get(value) || { findings: 0, posts: 0, error: 0, warning: 0, info: 0 };
          row.findings += 1;
          row[finding.severity] += 1;
          row.posts += seen.has(value) ? 0 : 1;
          seen.add(value);
          counts.set(value, row);
        }
      }
    }
    let rows = [...counts].sort((a, b) => b[1].findings - a[1].findings || (a[0] < b[0] ? -1 : 1));
    if (key === "severity") rows = SEVERITIES.filter((value) => counts.has(value)).map((value) => [value, counts.get(value)]);
    if (key === "month") rows.sort((a, b) => (a[0] === NONE) - (b[0] === NONE) || (a[0] < b[0] ? -1 : 1));
    if (rows.length) charts.append(chart(key, facet, rows));
  }
  if (!charts.childElementCount) charts.append(make("p", { class: "soft" }, "No findings."));
}

function chart(key, facet, rows) {
  const most = Math.max(...rows.map(([, row]) => row.findings));
  const body = make("tbody");
  const addRows = (from, to) => {
    for (const [value, row] of rows.slice(from, to)) {
      const bar = make("span", { class: "bar", "aria-hidden": "true" }, SEVERITIES.map((severity) => {
        const part = make("span", { class: severity });
        part.style.width = `${(100 * row[severity]) / most}%`;
        return part;
      }));
      const label = make("span", { class: "label", dir: "auto" }, facet.name ? facet.name(value) : value);
      const click = () => set({ [key]: state[key] === value ? "" : value });
      const title = SEVERITIES.filter((severity) => row[severity]).map((severity) => `${severity}: ${row[severity]}`).join(", ");
      const button = make("button", { type: "button", "aria-pressed": String(state[key] === value), "data-key": key, "data-value": value, title, on: { click } }, label, bar);
      body.append(make("tr", null, make("th", { scope: "row" }, button), make("td", { class: "n" }, number(row.findings)), make("td", { class: "n" }, number(row.posts))));
    }
  };
  addRows(0, ROWS);
  const head = make("tr", null, make("th", { scope: "col" }, unseen(facet.title)), make("th", { scope: "col", class: "n" }, "Findings"), make("th", { scope: "col", class: "n" }, "Posts"));
  const box = make("div", null, make("table", { class: "chart" }, make("caption", null, `By ${facet.title.toLowerCase()}`), make("thead", null, head), body));
  if (rows.length > ROWS) {
    const more = make("button", { type: "button", class: "quiet all" }, `Show all ${number(rows.length)}`);
    more.showAll = () => {
      addRows(ROWS, rows.length);
      more.remove();
    };
    more.addEventListener("click", () => {
      more.showAll();
      body.children[ROWS].querySelector("button").focus();
    });
    box.append(more);
  }
  return box;
}

// --- a post --------------------------------------------------------------------------------------------------------

function renderMore(count = PAGE) {
  const list = byId("list");
  for (const entry of shown.slice(rendered, rendered + count)) list.append(renderPost(...entry));
  rendered = Math.min(rendered + count, shown.length);
  const more = byId("more");
  more.hidden = rendered >= shown.length;
  more.textContent = `Show ${number(Math.min(PAGE, shown.length - rendered))} more of ${number(shown.length - rendered)} posts`;
  if (!shown.length) list.append(nothing());
}

function nothing() {
  const isFiltered = Object.keys(EMPTY).some((key) => state[key]);
  const text = isFiltered ? "No post fits these filters." : "No findings in the posts that were checked.";
  const button = isFiltered
    ? make("button", { type: "button", on: { click: () => set({ ...EMPTY }) } }, "Reset filters")
    : make("button", { type: "button", on: { click: () => set({ posts: "all" }) } }, "Show all posts");
  return make("div", { class: "empty" }, make("p", null, text), button);
}

function renderPost(post, open, accepted) {
  const at = posts.indexOf(post);
  const name = post.id.startsWith(post.path) ? post.id : `${post.id}`;
  const place = post.line ? `${post.path}:${post.line}` : post.path;
  const verdict = { fail: ["error", "fail"], review: ["warning", "review"], pass: ["accepted", post.findings.length ? "information" : "no findings"], unchecked: ["error", "not checked"] }[post.verdict];
  const facts = [what(post), name === place ? "" : place, post.connections.length ? `connection: ${post.connections.join(", ")}` : "", post.brands.length ? `brand: ${post.brands.join(", ")}` : "", post.date || ""];
  const head = make("header", null,
    make("h3", { id: `post-${at}`, dir: "auto" }, name),
    make("span", { class: verdict[0] }, make("span", { class: "badge" }, verdict[1])),
    make("p", { dir: "auto" }, facts.filter(Boolean).join(" · ")));
  const left = make("div", { class: "shown" });
  if (post.error) left.append(make("p", { dir: "auto" }, post.error));
  if (post.body.length || post.beside.length) left.append(renderBody(post, at, open, accepted));
  for (const note of post.notes) left.append(make("p", { class: "note", dir: "auto" }, `Note: ${note}`));
  const columns = make("div", { class: "columns" }, left);
  if (open.length || accepted.length) {
    const right = make("div");
    if (open.length) right.append(make("h4", null, counted(open.length, "finding")), make("ol", { class: "list" }, open.map((finding) => renderFinding(post, at, finding, "finding"))));
    if (accepted.length) right.append(make("h4", null, `${number(accepted.length)} accepted`), make("ol", { class: "list" }, accepted.map((finding) => renderFinding(post, at, finding, "accepted"))));
    columns.append(right);
  } else columns.classList.add("single");
  return make("article", { class: "post", "aria-labelledby": `post-${at}` }, head, columns);
}

function what(post) {
  const platform = platformTitle(post.platform);
  const shape = { caption: "post", article: "", listing: "", video: "video description", transcript: "transcript" }[post.shape] ?? "";
  const text = `${platform} ${shape}`.trim();
  return text === "post post" ? "Post" : text.charAt(0).toUpperCase() + text.slice(1);
}

function renderBody(post, at, open, accepted) {
  const frame = make("div", { class: `frame ${post.shape}` });
  const visible = { finding: new Set(open.map((finding) => post.findings.indexOf(finding))), accepted: new Set(accepted.map((finding) => post.accepted.indexOf(finding))) };
  const context = { post, at, visible, begun: new Set() };
  if (post.title) frame.append(make("p", { class: "title", dir: "auto" }, post.title));
  let into = frame;
  post.body.forEach(([kind, ...runs], index) => {
    if (kind === "part") {
      into = frame;
      frame.append(make("div", { class: "part" }, `Part ${runs[0]}`));
    } else if (kind === "fold") {
      const rest = make("div", { id: `rest-${at}-${index}`, class: "rest" });
      const isArticle = post.shape === "article" || post.shape === "listing";
      rest.hidden = !isArticle;
      into.append(fold(post, rest, isArticle), rest);
      into = rest;
    } else if (kind === "gap") {
      into.append(make("p", { class: "gap" }, `[${counted(runs[0], "character")} left out of this report]`));
    } else {
      if (kind === "cell row") into.append(make("span", { class: "break" }));
      if (into !== frame && !into.childElementCount && typeof runs[0] === "string") runs[0] = runs[0].replace(/^ /, "");
      const block = make("div", { class: kind, dir: "auto" });
      fill(block, runs, context);
      into.append(block);
    }
  });
  for (const [channel, text, left] of post.beside) {
    const name = { description: "Description", overlay: "On the picture", alt: "Alternative text" }[channel];
    frame.append(make("div", { class: "beside", dir: "auto" }, make("b", null, name), text, left ? ` [${counted(left, "character")} left out of this report]` : ""));
  }
  return frame;
}

function fold(post, rest, isArticle) {
  const platform = run.platforms[post.platform] || { title: "The platform", fold: "" };
  const title = platform.title.charAt(0).toUpperCase() + platform.title.slice(1);
  const size = platform.fold ? `, about ${platform.fold}` : "";
  const isThread = post.body.some(([kind]) => kind === "part");
  const behind = isThread ? 0 : post.findings.filter((finding) => finding.past_fold).length;
  const found = behind ? `; ${counted(behind, "finding")} behind it` : "";
  if (isArticle) return make("div", { class: "fold" }, `The first screen ends about here (${platform.fold || "estimated"})${found ? `; ${counted(behind, "finding")} below it` : ""}`);
  const button = make("button", { type: "button", class: "unfold", "aria-expanded": "false", "aria-controls": rest.id, on: { click: () => toggle(button, rest.hidden) } }, "… more");
  return make("div", { class: "fold" }, button, make("span", null, `${title} cuts the text here${size}${found}`));
}

function toggle(button, isOpen) {
  byId(button.getAttribute("aria-controls")).hidden = !isOpen;
  button.setAttribute("aria-expanded", String(isOpen));
  button.textContent = isOpen ? "… less" : "… more";
}

/** Put runs into a block; a run's marks nest, the outer ones first, and a mark goes on over runs that share it. */
function fill(block, runs, context) {
  const stack = [];
  let last = "";
  const top = () => (stack.length ? stack[stack.length - 1][1] : block);
  for (const run of runs) {
    const [style, text, ...marks] = typeof run === "string" ? ["", run] : run;
    const wanted = marks.filter((index) => isShown(context, index));
    let same = 0;
    while (same < stack.length && same < wanted.length && stack[same][0] === wanted[same]) same += 1;
    stack.length = same;
    for (const index of wanted.slice(same)) {
      const element = renderMark(context, index);
      top().append(element);
      stack.push([index, element]);
    }
    if (!style) top().append(...spelled(text));
    else if (style === "time") top().append(make("span", { class: "time" }, text), " ");
    else {
      const [name, channel] = style.split(" ");
      const named = channel && style !== last ? `${channel === "alt" ? "alternative text" : channel}: ` : "";
      top().append(make("span", { class: `run-${name}` }, named ? make("small", null, named) : "", spelled(text)));
    }
    last = style;
  }
}

/** Return a text with the names of characters that can't be shown, such as <U+202E>, kept in their own direction. */
function spelled(text) {
  return text.split(/(<U\+[0-9A-F]{4,6}>)/).map((part, index) => (index % 2 ? make("bdi", { class: "named", dir: "ltr" }, part) : part));
}

function isShown(context, index) {
  const [kind, of] = context.post.marks[index];
  return kind === "finding" || kind === "accepted" ? context.visible[kind].has(of) : true;
}

function renderMark(context, index) {
  const [kind, of] = context.post.marks[index];
  const isFirst = !context.begun.has(index);
  context.begun.add(index);
  const isFinding = kind === "finding" || kind === "accepted";
  const finding = isFinding ? context.post[kind === "finding" ? "findings" : "accepted"][of] : null;
  const note = isFinding ? `${kind === "finding" ? finding.severity : "accepted"}: ${ruleName(finding.rule)}` : of;
  const letter = KINDS[kind][0] + (isFinding ? String(of + 1) : "");
  const mark = make("mark", { class: `mark ${kind} ${isFinding ? finding.severity : ""} ${kind === "accepted" ? "accepted" : ""}`, "data-note": note });
  if (isFirst) {
    const tag = isFinding
      ? make("a", { class: "tag", href: `#${kind}-${context.at}-${of}`, id: `mark-${kind}-${context.at}-${of}` }, letter, unseen(` ${note}: `))
      : make("span", { class: "tag", tabindex: "0", role: "note", "aria-label": note }, letter);
    mark.append(tag);
  }
  if (isFinding) {
    mark.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      go(byId(`${kind}-${context.at}-${of}`));
    });
  }
  return mark;
}

function go(element) {
  if (!element) return;
  const rest = element.closest(".rest[hidden]");
  if (rest) toggle(document.querySelector(`[aria-controls="${rest.id}"]`), true);
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

// --- a finding -----------------------------------------------------------------------------------------------------

function renderFinding(post, at, finding, kind) {
  const index = post[kind === "finding" ? "findings" : "accepted"].indexOf(finding);
  const id = `${kind}-${at}-${index}`;
  const place = [`line ${number(finding.line)}, column ${number(finding.column)}`, finding.time ? `at ${finding.time}` : "", finding.past_fold && post.shape !== "article" ? "behind the fold" : ""];
  const item = make("li", { class: `finding-card ${finding.severity} ${kind === "accepted" ? "accepted" : ""}`, id, tabindex: "-1" });
  item.append(make("div", { class: "line" },
    make("span", { class: "badge" }, `${KINDS[kind][0]}${index + 1} ${finding.severity}`),
    make("button", { type: "button", class: "plain rule", "aria-haspopup": "dialog", on: { click: () => showRule(finding.rule) } }, `${finding.rule} ${finding.name}`)));
  const line = make("div", { class: "line" });
  if (finding.match) {
    const words = finding.match.length > 80 ? `${[...finding.match].slice(0, 79).join("")}…` : finding.match;
    line.append(make("button", { type: "button", class: "plain words", dir: "auto", title: "Show in the post", on: { click: () => showWords(kind, at, index) } }, `“${words}”`));
  }
  line.append(make("span", { class: "place" }, place.filter(Boolean).join(", ")));
  item.append(line);
  if (kind === "accepted") item.append(make("p", { dir: "auto" }, make("b", null, "Accepted: "), finding.reason || "no reason given", make("span", { class: "soft" }, ` (${by(finding)})`)));
  item.append(make("p", { dir: "auto" }, finding.message), make("div", { class: "remedy", dir: "auto" }, make("b", null, "What to do"), run.texts[finding.remedy]));
  if (finding.fix) item.append(renderFix("Fix", finding.fix));
  if (finding.suggestion) item.append(renderFix("Suggestion, if you were paid, or got something for this post", finding.suggestion));
  item.append(renderReasons(finding));
  return item;
}

function by(finding) {
  return finding.by === "comment" ? "a comment in the post" : finding.by === "baseline" ? "the baseline" : `the configuration, line ${finding.by.replace(/^config:/, "")}`;
}

function renderFix(title, edits) {
  const rows = edits.map(([old, text]) => make("li", { dir: "auto" }, old ? make("del", null, old) : "", old && text ? " → " : "", text ? make("ins", null, text) : ""));
  return make("details", null, make("summary", null, title), make("ul", null, rows));
}

function renderReasons(finding) {
  const details = make("details", null, make("summary", null, "Why, and sources"));
  // Most are never opened, so they are filled only then.
  details.addEventListener("toggle", () => fillReasons(details, finding), { once: true });
  details.fillNow = () => fillReasons(details, finding);
  return details;
}

function fillReasons(details, finding) {
  if (details.childElementCount > 1) return;
  const evidence = (finding.evidence || []).map(([note, words]) => make("li", { dir: "auto" }, words ? `“${words}”: ` : "", run.texts[note]));
  if (finding.more_evidence) evidence.push(make("li", null, `and ${number(finding.more_evidence)} more`));
  if (evidence.length) details.append(make("ul", { "aria-label": "What led to it" }, evidence));
  const sources = (run.rules[finding.rule] ? run.rules[finding.rule].sources : []).map((source) => {
    const title = source.section ? `${source.title}, ${source.section}` : source.title;
    const named = source.url ? make("a", { href: source.url, target: "_blank", rel: "noopener noreferrer" }, title) : `${title}, ${source.address}`;
    return make("li", null, make("span", { class: "force" }, source.force), ` (${source.weight}): `, named);
  });
  if (sources.length) details.append(make("ul", { "aria-label": "Sources" }, sources));
  details.append(make("button", { type: "button", class: "plain", "aria-haspopup": "dialog", on: { click: () => showRule(finding.rule) } }, `All about ${finding.rule}`));
}

function showWords(kind, at, index) {
  const tag = byId(`mark-${kind}-${at}-${index}`);
  if (!tag) return;
  for (const mark of document.querySelectorAll(".mark.here")) mark.classList.remove("here");
  tag.parentElement.classList.add("here");
  go(tag);
}

function showRule(id) {
  const page = byId(`rule-${id}`);
  const content = byId("rule-content");
  if (page) content.replaceChildren(page.content.cloneNode(true));
  else content.replaceChildren(make("h2", null, id), make("p", null, "This rule has no page in this report."));
  const dialog = byId("rule-page");
  dialog.setAttribute("aria-label", ruleName(id));
  dialog.showModal();
  dialog.scrollTop = 0;
}

// --- accepted findings ---------------------------------------------------------------------------------------------

function renderAccepted(count = MOST_ACCEPTED) {
  const rows = acceptedRows.slice(acceptedRendered, acceptedRendered + count).map(([post, finding]) =>
    make("tr", null,
      make("td", null, make("button", { type: "button", class: "plain", "aria-haspopup": "dialog", on: { click: () => showRule(finding.rule) } }, ruleName(finding.rule))),
      make("td", { dir: "auto" }, post.line ? `${post.path}:${post.line}` : `${post.path}:${finding.line}:${finding.column}`),
      make("td", { dir: "auto" }, finding.match),
      make("td", { dir: "auto" }, finding.reason || "no reason given"),
      make("td", null, by(finding))));
  byId("accepted-rows").append(...rows);
  acceptedRendered += rows.length;
  const more = byId("accepted-more");
  more.hidden = acceptedRendered >= acceptedRows.length;
  more.textContent = `Show more of ${number(acceptedRows.length - acceptedRendered)}`;
}

// --- marks, keys, theme, print -------------------------------------------------------------------------------------

const tip = byId("tip");
let tipFor = null;
function hideTip() {
  tip.hidden = true;
  tipFor = null;
}
function placeTip() {
  if (!tipFor) return;
  const box = tipFor.getClientRects()[0] || tipFor.getBoundingClientRect();
  tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${box.top > tip.offsetHeight + 12 ? box.top - tip.offsetHeight - 8 : box.bottom + 8}px`;
}
function showTip(event) {
  const mark = event.target instanceof Element ? event.target.closest(".mark") : null;
  if (!mark || !mark.dataset.note) return hideTip();
  tipFor = event.target.closest(".tag") || mark;
  tip.textContent = mark.dataset.note;
  tip.hidden = false;
  placeTip();
}

function step(by) {
  const current = document.activeElement ? document.activeElement.closest(".finding-card") : null;
  let cards = [...document.querySelectorAll("#list .finding-card")];
  let index = current ? cards.indexOf(current) + by : by > 0 ? 0 : -1;
  if (index >= cards.length && rendered < shown.length) {
    renderMore();
    cards = [...document.querySelectorAll("#list .finding-card")];
  }
  if (cards[index]) go(cards[index]);
}

function onKey(event) {
  if (event.key === "Escape") hideTip();
  if (event.ctrlKey || event.metaKey || event.altKey || !byId("keys-on").checked || document.querySelector("dialog[open]")) return;
  if (event.target instanceof Element && event.target.closest("input, select, textarea")) return;
  const actions = { n: () => step(1), j: () => step(1), p: () => step(-1), k: () => step(-1), "/": () => byId("filters").elements.q.focus(), "?": () => byId("keys").showModal() };
  if (actions[event.key]) {
    event.preventDefault();
    actions[event.key]();
  }
}

function buildTheme() {
  const button = byId("theme");
  const dark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const name = () => { button.textContent = dark() ? "Light" : "Dark"; button.setAttribute("aria-label", dark() ? "Light colors" : "Dark colors"); };
  button.addEventListener("click", () => { document.documentElement.dataset.theme = dark() ? "light" : "dark"; name(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  name();
}

let beforePrint = null;
function openAll() {
  if (beforePrint) return;
  beforePrint = { details: [], folds: [] };
  for (const button of document.querySelectorAll(".charts .all")) button.showAll();
  renderMore(shown.length);
  renderAccepted(acceptedRows.length);
  for (const details of document.querySelectorAll("#list details:not([open]), .legend:not([open])")) {
    if (details.fillNow) details.fillNow();
    details.open = true;
    beforePrint.details.push(details);
  }
  for (const button of document.querySelectorAll('.unfold[aria-expanded="false"]')) {
    toggle(button, true);
    beforePrint.folds.push(button);
  }
}
function closeAll() {
  for (const details of beforePrint ? beforePrint.details : []) details.open = false;
  for (const button of beforePrint ? beforePrint.folds : []) toggle(button, false);
  beforePrint = null;
}

function buildLegend() {
  for (const [kind, [letter, name, line]] of Object.entries(KINDS)) {
    const severity = kind === "finding" ? "error" : kind === "accepted" ? "accepted" : "";
    byId("legend").append(make("li", null, make("span", { class: `mark ${kind} ${severity}` }, make("span", { class: "tag" }, letter), name), make("span", { class: "soft" }, ` ${line}`)));
  }
}

buildFilters();
buildCharts();
buildLegend();
buildTheme();
byId("app").hidden = false;
document.querySelector(".tools").hidden = false;
byId("more").addEventListener("click", () => {
  const at = rendered;
  renderMore();
  const next = byId("list").children[at];
  next.tabIndex = -1;
  next.focus();
});
byId("accepted-more").addEventListener("click", () => renderAccepted());
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
byId("help").addEventListener("click", () => byId("keys").showModal());
byId("print").addEventListener("click", () => print());
document.addEventListener("keydown", onKey);
document.addEventListener("mouseover", showTip);
document.addEventListener("focusin", showTip);
document.addEventListener("scroll", placeTip, { passive: true });
addEventListener("hashchange", readHash);
addEventListener("beforeprint", openAll);
addEventListener("afterprint", closeAll);
readHash();
})();

"use strict";
// What learns stands in a spec; what happens is asked of the program, update by update; what is shown follows from both.

const $ = (id) => document.getElementById(id);
const settle = "settling = { max_steps = 200, tolerance = 0.0001 }";
// name, lines of a spec, learning rates that do well on logic tasks and on encoders (tuned in results/xor-rules, encoder-rules)
const RULES = {
  backprop: ["Backprop", 'kind = "backprop"', [10, 5]],
  delta: ["Delta rule (no hidden layer)", 'kind = "delta"\nnetwork = { hidden = [] }', [0.5, 0.5]],
  perceptron: ["Perceptron (no hidden layer)", 'kind = "perceptron"\nnetwork = { hidden = [], activation = "threshold" }', [0.2, 0.2]],
  activation: ["Activation backprop", 'kind = "activation_backprop"', [10, 5]],
  plain: ["GeneRec", `kind = "generec"\nrule = "plain"\n${settle}`, [3, 0.25]],
  midpoint: ["GeneRec, midpoint", `kind = "generec"\nrule = "midpoint"\n${settle}`, [1.6, 0.25]],
  symmetric: ["GeneRec, symmetric", `kind = "generec"\nrule = "symmetric"\n${settle}`, [1.6, 0.25]],
  chl: ["Contrastive Hebbian learning", `kind = "generec"\nrule = "chl"\n${settle}`, [1.6, 0.25]],
  nudge: ["Equilibrium propagation", `kind = "generec"\nrule = "chl"\nclamp = { nudge = 0.1 }\n${settle}`, [3, 2.5]],
  almeida: ["Almeida–Pineda", `kind = "almeida_pineda"\n${settle}\nbackward = { max_steps = 200, tolerance = 0.0001 }`, [3, 1]],
};
// name, lines of a spec, hidden units, which of the learning rates
const TASKS = {
  xor: ["XOR", 'kind = "xor"', 4, 0],
  and: ["AND", 'kind = "and"', 2, 0],
  or: ["OR", 'kind = "or"', 2, 0],
  encoder4: ["4-2-4 encoder", 'kind = "encoder"\nunits = 4', 2, 1],
  encoder8: ["8-3-8 encoder", 'kind = "encoder"\nunits = 8', 3, 1],
  parity3: ["Parity of 3 bits", 'kind = "parity"\nbits = 3', 4, 0],
};
const PHASES = {
  forward: "Activity runs from the input to the output.",
  minus: "Minus phase: the input is held, and the net finds its own answer.",
  plus: "Plus phase: activities once the target is there too.",
  free: "Free phase: the input is held, and the net settles.",
  nudged: "Nudged phase: the output is drawn a little towards the target.",
  nudged_minus: "Nudged the other way, away from the target.",
  backward: "Backward phase: errors settle through the same weights.",
};
const MOST_EPOCHS = 1000; // of the spec that the choices write
const NS = "http://www.w3.org/2000/svg";

let program; // the exports of the WebAssembly module
const state = { spec: "", seed: 0, update: 0, stage: 0, errors: [], epochs: [], name: "", known: new Map(), timer: null };

// The program

async function load() {
  const packed = Uint8Array.from(atob($("program").textContent.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = await new Response(stream).arrayBuffer();
  const module = await WebAssembly.compile(bytes);
  const clock = {}; // what the minimiser of `lbfgs` imports to time itself; no number depends on it
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (clock[from] ??= {})[name] = () => 0;
  program = (await WebAssembly.instantiate(module, clock)).exports;
}

function answer(question) {
  const bytes = new TextEncoder().encode(JSON.stringify(question));
  const place = program.room(bytes.length);
  new Uint8Array(program.memory.buffer, place, bytes.length).set(bytes);
  const length = program.answer();
  return new TextDecoder().decode(new Uint8Array(program.memory.buffer, program.reply(), length));
}

function ask(question) {
  const said = JSON.parse(answer({ spec: state.spec, seed: state.seed, update: 0, ...question }));
  if (said.problems) throw new Error(said.problems.map((problem) => problem.message).join("\n"));
  return said;
}

/** The trace of one update, as the program wrote it; the last two hundred are remembered. */
function trace(update) {
  if (!state.known.has(update)) {
    if (state.known.size > 200) state.known.delete(state.known.keys().next().value);
    state.known.set(update, ask({ ask: "trace", update }));
  }
  return state.known.get(update);
}

// What learns

function written() {
  const [, task] = TASKS[$("task").value], [, rule] = RULES[$("rule").value];
  return `name = "page"
seeds = [${$("seed").value || 0}]

[task]
${task}

[network]
hidden = [${$("hidden").value || 1}]
activation = "logistic"
init = { kind = "uniform", range = 0.5 }

[train]
order = "permuted"
batch = 1
max_epochs = ${MOST_EPOCHS}
criterion = { metric = "sse", below = 0.04 }   # then it is solved, and stops

[[learner]]
${rule}
learning_rate = ${$("rate").value || 1}
`;
}

function begin(spec) {
  stop();
  const before = { ...state };
  Object.assign(state, { spec, seed: Number($("seed").value) || 0, known: new Map() });
  try {
    const run = ask({ ask: "errors", update: 100000 });
    Object.assign(state, { errors: run.errors, epochs: run.epochs, name: run.name, update: 0, stage: 0 });
    $("rule-text").textContent = ask({ ask: "explain" }).text;
    trace(0);
    $("problem").hidden = true;
  } catch (error) {
    Object.assign(state, before);
    $("problem").textContent = error.message;
    $("problem").hidden = false;
    return;
  }
  $("spec").value = spec;
  $("command").textContent = `deltalab trace spec.toml --seed ${state.seed} --updates N`;
  show();
}

// Steps: of each update its phases, then delta, then change.

const stages = (doc) => {
  const phases = doc.updates[0].phases.map((phase) => phase.name);
  return [...phases, "delta", "change"];
};

function go(update, stage) {
  const last = state.errors.length - 1;
  state.update = Math.max(0, Math.min(update, last));
  const many = stages(trace(state.update)).length;
  state.stage = update > last ? many - 1 : Math.max(0, Math.min(stage, many - 1));
  show();
}

const moves = {
  first: () => go(0, 0),
  back: () => (state.stage > 0 ? go(state.update, state.stage - 1) : state.update > 0 && go(state.update - 1, Infinity)),
  forth: () => (state.stage + 1 < stages(trace(state.update)).length ? go(state.update, state.stage + 1) : state.update + 1 < state.errors.length && go(state.update + 1, 0)),
  "update-back": () => go(state.update - 1, 0),
  "update-forth": () => go(state.update + 1, 0),
  "epoch-back": () => go(state.epochs.indexOf(Math.max(1, state.epochs[state.update] - 1)), 0),
  "epoch-forth": () => {
    const next = state.epochs.indexOf(state.epochs[state.update] + 1);
    go(next < 0 ? Infinity : next, 0);
  },
  last: () => go(Infinity, 0),
};

function stop() {
  clearInterval(state.timer);
  state.timer = null;
  $("play").setAttribute("aria-pressed", "false");
}

function play() {
  if (state.timer) return stop();
  $("play").setAttribute("aria-pressed", "true");
  state.timer = setInterval(() => (atEnd() ? stop() : moves.forth()), 700);
}

const atEnd = () => state.update === state.errors.length - 1 && state.stage === stages(trace(state.update)).length - 1;

// What is shown

const number = (x) => (typeof x === "string" ? NaN : x);
const short = (x) => {
  const n = number(x);
  if (!Number.isFinite(n)) return String(x);
  const digits = n !== 0 && Math.abs(n) < 0.001 ? n.toExponential(1) : n.toFixed(3);
  return digits.replace("-", "−");
};

function element(parent, name, attributes = {}, text) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

const plain = (x) => (Number.isFinite(number(x)) ? String(Number(number(x).toFixed(3))).replace("-", "−") : String(x));

/** The activities to be drawn: of the phase that is shown, or of the first one with any. */
function activity(doc, layer, stage) {
  const update = doc.updates[0];
  if (layer === doc.layers[0].name) return update.input.map((row) => row[0]);
  const phases = update.phases.slice(0, Math.min(stage, update.phases.length - 1) + 1).filter((phase) => phase.activation);
  const phase = phases[phases.length - 1] ?? update.phases.find((phase) => phase.activation);
  return phase.activation[layer].map((row) => row[0]);
}

function show() {
  const doc = trace(state.update), all = stages(doc), stage = all[state.stage], update = doc.updates[0];
  const epoch = state.epochs[state.update];
  $("where").textContent = `Epoch ${epoch}, update ${state.update + 1} of ${state.errors.length}: ${stage}`;
  $("said").textContent = words(doc, update, stage);
  picture(doc, all, stage);
  curve(epoch);
  units(doc, update, stage);
  weights(doc, update, stage);
  $("first").disabled = $("back").disabled = state.update === 0 && state.stage === 0;
  $("forth").disabled = $("last").disabled = atEnd();
}

function words(doc, update, stage) {
  const list = (rows) => rows.map((row) => row.map(plain).join(" ")).join(", ");
  const pattern = `Pattern ${update.patterns.join(", ")}: input ${list(update.input)}; target ${list(update.target)}.`;
  if (stage === "delta") {
    const error = update.error[state.name];
    return `${pattern} Error (${state.name}) ${short(error)}. δ is what each unit should have done otherwise: the error at the output, and each unit's share in it below.`;
  }
  if (stage === "change") {
    const solved = state.update === state.errors.length - 1 ? " This was the last update of the run." : "";
    return `Each weight changes by ε times the rule's direction; the lines are the changes now, blue for more, orange and dashed for less.${solved}`;
  }
  const phase = update.phases[state.stage];
  const steps = phase.steps === 1 && phase.name === "forward" ? "" : ` ${[phase.steps].flat().join(", ")} steps${[phase.settled].flat().every(Boolean) ? ", settled" : ", not settled"}.`;
  return `${pattern} ${PHASES[stage] ?? stage}${steps}`;
}

function picture(doc, all, stage) {
  const svg = $("net"), update = doc.updates[0];
  svg.querySelectorAll("g").forEach((group) => group.remove());
  const lines = element(svg, "g"), nodes = element(svg, "g");
  const at = {};
  doc.layers.forEach((layer, k) => {
    const y = 380 - (k * 320) / Math.max(1, doc.layers.length - 1);
    at[layer.name] = [...Array(layer.units).keys()].map((unit) => [80 + (540 * (unit + 0.5)) / layer.units, y]);
    element(nodes, "text", { x: 4, y: y + 4, class: "small left" }, layer.name);
  });
  const change = stage === "change", values = change ? update.change : doc.initial;
  const sizes = Object.values(values.weights).flat(2).map((w) => Math.abs(number(w))).filter(Number.isFinite);
  const largest = Math.max(1e-300, ...sizes);
  for (const path of doc.paths.filter((path) => values.weights[path.name])) {
    values.weights[path.name].forEach((row, j) => row.forEach((w, i) => {
      if (path.mask && !path.mask[j][i]) return;
      const [x1, y1] = at[path.from][i], [x2, y2] = at[path.to][j], size = Math.abs(number(w)) / largest;
      const back = y2 > y1 ? 14 : y2 === y1 ? 40 : 0; // paths down and across are bent
      const line = element(lines, "path", {
        d: `M${x1} ${y1}Q${(x1 + x2) / 2 + back} ${(y1 + y2) / 2 - (y1 === y2 ? back : 0)} ${x2} ${y2}`,
        class: `path ${number(w) < 0 ? "negative" : "positive"}`, "stroke-width": 0.4 + 6 * (size || 0), opacity: 0.25 + 0.75 * (size || 0),
      });
      element(line, "title", {}, `${path.name}, ${i} → ${j}: ${w}`);
    }));
  }
  doc.layers.forEach((layer, k) => {
    const y = activity(doc, layer.name, state.stage);
    const crowd = layer.units > 10 ? 15 : 22;
    y.forEach((value, unit) => {
      const [cx, cy] = at[layer.name][unit], strength = Math.min(1, Math.abs(number(value)) || 0);
      const held = stage === "plus" && k === doc.layers.length - 1 && number(value) === number(update.target[unit][0]);
      element(nodes, "circle", { cx, cy, r: crowd, class: `unit${k === 0 || held ? " clamped" : ""}` });
      const fill = element(nodes, "circle", { cx, cy, r: crowd - 2, "fill-opacity": strength });
      fill.style.fill = number(value) < 0 ? "var(--minus-fill)" : "var(--plus-fill)";
      element(fill, "title", {}, `${layer.name} ${unit}: ${value}`);
      element(nodes, "text", { x: cx, y: cy + 4 }, crowd < 20 ? short(value).slice(0, 4) : short(value));
      if (k > 0 && ["delta", "change"].includes(stage)) {
        element(nodes, "text", { x: cx, y: cy - crowd - 6, class: "delta" }, `δ ${short(update.delta[layer.name][unit][0])}`);
      }
      if (k === doc.layers.length - 1) {
        element(nodes, "text", { x: cx, y: cy - crowd - 22, class: "small" }, `${layer.units > 6 ? "t" : "target"} ${plain(update.target[unit][0])}`);
      }
    });
  });
  const what = change ? "changes of this update" : "weights before this update";
  $("legend").textContent = `Circles: activity, the fuller the stronger; a thick rim is held. Lines: ${what}, the widest ${short(largest)}; blue positive, orange and dashed negative.`;
  $("net-says").textContent = `${$("where").textContent}. ${$("said").textContent}`;
}

function curve(epoch) {
  const svg = $("curve");
  svg.querySelectorAll("g").forEach((group) => group.remove());
  const group = element(svg, "g"), sums = [];
  state.errors.forEach((error, n) => { sums[state.epochs[n] - 1] = (sums[state.epochs[n] - 1] ?? 0) + number(error); });
  const top = Math.max(1e-12, ...sums.filter(Number.isFinite)), many = sums.length;
  const x = (n) => 60 + (560 * (n - 0.5)) / many, y = (error) => 165 - (150 * error) / top;
  element(group, "path", { class: "axis", d: "M60 10V165H620" });
  element(group, "polyline", { class: "line", points: sums.map((error, n) => `${x(n + 1).toFixed(1)},${y(error).toFixed(1)}`).join(" ") });
  element(group, "line", { class: "mark", x1: x(epoch), x2: x(epoch), y1: 10, y2: 165 });
  element(group, "text", { class: "small right", x: 54, y: 20 }, short(top));
  element(group, "text", { class: "small right", x: 54, y: 168 }, "0");
  element(group, "text", { class: "small", x: 340, y: 192 }, `epoch ${epoch} of ${many}`);
  $("curve-legend").textContent = `Error (${state.name}) by epoch, summed over the patterns, each before its update: ${short(sums[epoch - 1])} now. Click to go there.`;
  svg.onclick = (event) => {
    const box = svg.getBoundingClientRect();
    const wanted = Math.round((((event.clientX - box.left) / box.width) * 640 - 60) / 560 * many + 0.5);
    go(state.epochs.indexOf(Math.max(1, Math.min(many, wanted))), 0);
  };
}

/** A table: titles, then rows; a cell is text, or a number, whose whole text it carries. */
function table(id, titles, rows, shown) {
  const made = $(id);
  const row = (cells, kind) => {
    const tr = document.createElement("tr");
    cells.forEach((cell, n) => {
      const td = document.createElement(kind === "head" || n === 0 ? "th" : "td");
      td.scope = kind === "head" ? "col" : "row";
      if (cell !== null && typeof cell === "object") {
        td.textContent = short(cell.value);
        td.dataset.value = td.title = String(cell.value);
      } else td.textContent = cell ?? "";
      if (kind !== "head" && n > 0) td.removeAttribute("scope");
      if (shown.includes(n)) td.className = "shown";
      tr.append(td);
    });
    return tr;
  };
  const head = document.createElement("thead"), body = document.createElement("tbody");
  head.append(row(titles, "head"));
  body.append(...rows.map((cells) => row(cells, "body")));
  made.replaceChildren(head, body);
}

function units(doc, update, stage) {
  const phases = update.phases.filter((phase) => phase.activation);
  const titles = ["unit", ...phases.flatMap((phase) => [`net, ${phase.name}`, `activity, ${phase.name}`]), "δ"];
  const rows = [];
  doc.layers.forEach((layer, k) => {
    for (let unit = 0; unit < layer.units; unit++) {
      const numbers = phases.flatMap((phase) => (k === 0 ? ["", { value: update.input[unit][0] }]
        : [{ value: phase.net[layer.name][unit][0] }, { value: phase.activation[layer.name][unit][0] }]));
      rows.push([`${layer.name} ${unit}`, ...numbers, k === 0 ? "" : { value: update.delta[layer.name][unit][0] }]);
    }
  });
  const place = phases.findIndex((phase) => phase.name === stage);
  table("units", titles, rows, stage === "delta" ? [titles.length - 1] : place < 0 ? [] : [1 + 2 * place, 2 + 2 * place]);
}

function weights(doc, update, stage) {
  const rows = [];
  const add = (name, before, direction, change, after) =>
    rows.push([name, ...[before, direction, change, after].map((value) => ({ value }))]);
  for (const path of doc.paths.filter((path) => doc.initial.weights[path.name])) {
    const of = (values) => values.weights[path.name];
    of(doc.initial).forEach((row, j) => row.forEach((w, i) => {
      add(`${path.from} ${i} → ${path.to} ${j}`, w, of(update.direction)[j][i], of(update.change)[j][i], of(doc.final)[j][i]);
    }));
  }
  for (const layer of Object.keys(doc.initial.biases)) {
    doc.initial.biases[layer].forEach((b, j) => {
      add(`bias → ${layer} ${j}`, b, update.direction.biases[layer][j], update.change.biases[layer][j], doc.final.biases[layer][j]);
    });
  }
  table("weights", ["weight", "before", "direction Δw/ε", "change Δw", "after"], rows, stage === "change" ? [3, 4] : [1]);
}

// Hands

function choose() {
  begin(written());
}

/** Each rule is slow at another's learning rate. */
function rate() {
  $("rate").value = RULES[$("rule").value][2][TASKS[$("task").value][3]];
}

function wire() {
  for (const [id, entries] of [["task", TASKS], ["rule", RULES]]) {
    for (const [value, [label]] of Object.entries(entries)) $(id).append(new Option(label, value));
  }
  $("task").onchange = () => { $("hidden").value = TASKS[$("task").value][2]; rate(); choose(); };
  $("rule").onchange = () => { rate(); choose(); };
  for (const id of ["hidden", "rate", "seed"]) $(id).onchange = choose;
  $("choices").onsubmit = (event) => event.preventDefault();
  $("apply").onclick = () => begin($("spec").value);
  $("play").onclick = play;
  for (const [id, move] of Object.entries(moves)) if ($(id)) $(id).onclick = () => { stop(); move(); };
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea, .wide, pre") || event.ctrlKey || event.altKey || event.metaKey) return;
    const name = {
      ArrowRight: event.shiftKey ? "update-forth" : "forth", ArrowLeft: event.shiftKey ? "update-back" : "back",
      e: "epoch-forth", E: "epoch-back", Home: "first", End: "last",
    }[event.key];
    if (name) { event.preventDefault(); stop(); moves[name](); }
    if (event.key === "p") play();
  });
}

wire();
rate();
load().then(choose, (error) => {
  $("problem").textContent = `The program could not be started: ${error.message}`;
  $("problem").hidden = false;
});

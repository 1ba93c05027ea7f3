// The page: shows how the jam stands and gives orders. What comes from outside is text, never markup.

import { Link } from "./link.js";
import { Roll, laneOf } from "./roll.js";

const METRES = ["4/4", "3/4", "6/8", "12/8", "2/4", "5/4", "7/8", "9/8"];
const STYLES = ["auto", "jazz", "rock", "pop", "funk", "metal", "ballad", "latin", "country", "blues", "dance"];
const FEELS = ["auto", "straight", "swung", "triplets"];
const ACTIONS = [
  // order, what it is called, its key, whether it stays down
  ["fill", "Fill", "f", false],
  ["regenerate", "Next idea", "n", false],
  ["hold", "Hold", "h", true],
  ["mute", "Mute", "m", true],
  ["tap", "Tap", "t", false],
  ["this_is_one", "This is one", "o", false],
  ["twice", "Twice", "x", false],
  ["half", "Half", "z", false],
  ["tap_groove", "Tap a groove", "g", true],
  ["count_off", "Count in", "c", false],
  ["keep", "Keep the last", "k", false],
];
const PARTS = ["A", "B", "C", "D"];
const FORM = [
  // orders on the form of the song, and their keys
  ["next_part", "Next part", "p"],
  ["ending", "Ending", "e"],
  ["start", "Start", "b"],
];
const DIALS = [
  // order, its keys down and up
  ["density", "d", "D"],
  ["intensity", "i", "I"],
  ["humanize", "u", "U"],
];
const STEP = 0.05; // of a dial, by key
const SVG = "http://www.w3.org/2000/svg";
const NEWS_MS = 6000;

const $ = (id) => document.getElementById(id);
const jam = {}; // how it stands, as the daemon told it
const roll = new Roll($("roll"));
const link = new Link(hear, lost);

function make(tag, { text, ...given } = {}, ...inside) {
  const element = Object.assign(document.createElement(tag), given);
  if (text !== undefined) element.textContent = text;
  element.append(...inside);
  return element;
}

function show(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// ---- what comes

function hear(message) {
  if (message.gone) {
    for (const key of Object.keys(jam)) delete jam[key];
    document.body.dataset.state = "gone";
    show($("doing"), "no jam is running: start one with drumd listen");
    return;
  }
  if (message.jam) {
    Object.assign(jam, message.jam);
    document.body.dataset.state = "open";
    roll.hear(jam, message.guitar, message.drums);
    paint(message.jam);
  }
  if (message.said) tell(message.said);
  if (message.answer) tell(message.answer.said, !message.answer.done);
}

function lost(why) {
  document.body.dataset.state = why === "gone" ? "lost" : "closed";
  show($("doing"), why === "gone" ? "the page has lost drumd; looking for it" : "closed");
  if (why === "gone") return;
  show($("door-why"), why === "wrong" ? "That is not the code. It is shown in the terminal where drumd runs." : "It is shown in the terminal where drumd runs.");
  if (!$("door").open) $("door").showModal();
}

let quiet = 0;
function tell(text, refused = false) {
  const news = $("news");
  show(news, text);
  news.classList.toggle("refused", refused);
  news.classList.add("fresh");
  clearTimeout(quiet);
  quiet = setTimeout(() => news.classList.remove("fresh"), NEWS_MS);
}

// ---- what is shown, by what has changed

function paint(changed) {
  const has = (...keys) => keys.some((key) => key in changed);
  if (has("bpm", "source", "confidence", "metre", "bar_beats", "pulse")) paintTime();
  if (has("unsure")) $("unsure").hidden = !jam.unsure;
  if (has("metre")) paintMetre();
  if (has("phrase")) paintPhrase();
  if (has("doing", "ready", "away", "groove", "part")) paintDoing();
  if (has("ideas")) makeIdeas();
  if (has("ideas", "idea", "groove", "given")) paintIdeas();
  if (has("style", "feel", "density", "intensity", "humanize")) paintFeel();
  if (has("down", "fill", "controls", "learning")) paintButtons();
  if (has("controls", "learning")) paintPedals();
  if (has("in", "out", "ports")) paintPorts();
  if (has("kept", "part", "next", "song")) paintParts();
  if (has("files")) {
    $("recording").hidden = !jam.files.length;
    show($("recording"), jam.files.join(", "));
  }
  if (has("trouble")) {
    $("trouble").hidden = !jam.trouble;
    show($("trouble"), jam.trouble);
  }
  if (has("level")) {
    $("level-facts").hidden = jam.level === null;
    $("level").value = jam.level ?? 0;
  }
  if (has("clips")) show($("clips"), jam.clips ? "too loud: it clips" : "");
  paintFigures();
}

function paintTime() {
  show($("bpm"), jam.bpm ? jam.bpm.toFixed(1) : "–");
  show($("source"), jam.source);
  $("confidence").value = jam.source === "none" ? 0 : jam.confidence;
  $("confidence").title = `${Math.round(jam.confidence * 100)} %`;
  const lamps = Math.max(1, Math.round(jam.bar_beats / jam.pulse));
  while ($("beats").children.length < lamps) $("beats").append(make("i"));
  while ($("beats").children.length > lamps) $("beats").lastChild.remove();
}

function paintMetre() {
  const known = [...$("metre").options].some(({ value }) => value === jam.metre);
  if (!known) $("metre").append(make("option", { value: jam.metre, text: jam.metre }));
  $("metre").value = jam.metre;
}

function paintPhrase() {
  const [bar, bars] = jam.phrase ?? [0, 8];
  show($("phrase-text"), jam.phrase ? `${bar} of ${bars}` : "–");
  while ($("phrase").children.length < bars) $("phrase").append(make("i"));
  [...$("phrase").children].forEach((cell, at) => {
    cell.className = at + 1 === bar ? "on" : at + 1 < bar ? "past" : "";
  });
}

function paintDoing() {
  const away = jam.away?.length ? `; waiting for ${jam.away.join(" and ")}` : "";
  const starting = jam.ready === false ? "; the drummer is being started" : "";
  show($("doing"), jam.doing + starting + away);
  document.body.dataset.playing = jam.playing;
}

function makeIdeas() {
  const list = jam.ideas.map(([name, beats, ...strokes], at) => {
    const button = make("button", { type: "button" });
    button.append(
      make("kbd", { text: at + 1, ariaHidden: true }),
      make("span", { className: "name", text: name }),
      picture(beats, strokes),
    );
    button.ariaLabel = `idea ${at + 1}, ${name}`;
    button.onclick = () => link.order("idea", at + 1);
    return make("li", {}, button);
  });
  $("idea-list").replaceChildren(...list);
}

// A bar of drums, small.
function picture(beats, strokes) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "-1 0 130 30");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  for (const [beat, voice, velocity] of strokes) {
    const lane = laneOf(voice);
    const mark = document.createElementNS(SVG, "rect");
    const tall = 2 + 2.5 * (velocity / 127);
    mark.setAttribute("x", (beat / beats) * 128);
    mark.setAttribute("y", (lane < 0 ? 0 : lane) * 5 + 2.5 - tall / 2);
    mark.setAttribute("width", 3.2);
    mark.setAttribute("height", tall);
    mark.setAttribute("opacity", 0.35 + 0.65 * (velocity / 127));
    svg.append(mark);
  }
  return svg;
}

function paintIdeas() {
  const plays = Number(/^idea (\d+) of/.exec(jam.groove ?? "")?.[1] ?? 0);
  [...$("idea-list").querySelectorAll("button")].forEach((button, at) => {
    const wanted = jam.idea === at + 1;
    button.setAttribute("aria-pressed", wanted);
    button.classList.toggle("plays", plays === at + 1);
    button.classList.toggle("next", wanted && plays > 0 && plays !== at + 1);
  });
  show($("groove"), jam.given ? `keeps to ${jam.given}` : "");
}

function paintFeel() {
  for (const input of document.querySelectorAll(".choice input")) {
    input.checked = input.value === (jam[input.name] ?? "auto");
  }
  for (const [name] of DIALS) {
    const value = jam[name];
    const slider = $(name);
    slider.closest(".dial").classList.toggle("left", value === null);
    if (document.activeElement !== slider || !slider.matches(":active")) slider.value = value ?? 0.5;
    slider.setAttribute("aria-valuetext", value === null ? "left to the drummer" : `${Math.round(value * 100)} percent`);
    show($(`${name}-value`), value === null ? "auto" : value.toFixed(2));
    $(`${name}-auto`).setAttribute("aria-pressed", value === null);
  }
}

function paintButtons() {
  for (const [name, , , stays] of ACTIONS) {
    const button = $(`do-${name}`);
    const on = stays ? jam.down.includes(name) : name === "fill" && jam.fill;
    if (stays) button.setAttribute("aria-pressed", on);
    button.classList.toggle("on", on);
    show(button.querySelector("small"), jam.controls[name] ?? "");
  }
}

function paintPedals() {
  for (const item of $("pedals").children) {
    const { action } = item.dataset;
    const bound = jam.controls[action];
    item.classList.toggle("learning", jam.learning === action);
    show(item.querySelector("code"), bound ? `${action} = "${bound}"` : action);
    show(item.querySelector(".learn"), jam.learning === action ? "press it …" : "Learn");
    item.querySelector(".forget").hidden = !bound;
  }
}

function paintPorts() {
  for (const side of ["in", "out"]) {
    const select = $(side);
    const names = [...new Set([jam[side], ...(jam.ports?.[side] ?? [])])];
    select.replaceChildren(...names.map((name) => make("option", { value: name, text: name, selected: name === jam[side] })));
    select.disabled = names.length < 2;
  }
}

function paintParts() {
  for (const name of PARTS) {
    const kept = jam.kept.includes(name);
    const recall = $(`do-part_${name.toLowerCase()}`);
    recall.disabled = !kept;
    recall.setAttribute("aria-pressed", kept && jam.part === name);
    recall.classList.toggle("next", jam.next.startsWith(`part ${name} `));
  }
  show($("part-next"), [jam.song, jam.next].filter(Boolean).join(", ") || (jam.part && !jam.kept.length ? `the drummer hears part ${jam.part}` : ""));
  $("do-next_part").disabled = jam.kept.length < 2;
}

function paintFigures() {
  const [p50, p99, most] = jam.lateness ?? [0, 0, 0];
  const figures = [
    ["lateness", `${p50.toFixed(2)} / ${p99.toFixed(2)} / ${most.toFixed(2)} ms`],
    ["hits", jam.hits],
    ["late", jam.late],
    ["bars repeated", jam.repeated],
    ["notes heard", jam.notes],
    ...["dropped", "garbled", "refused", "missed"].filter((name) => jam[name]).map((name) => [name, jam[name]]),
  ];
  const footer = $("figures");
  if (footer.children.length !== figures.length) {
    footer.replaceChildren(...figures.map(() => make("span", {}, make("b"), " ", make("span"))));
  }
  figures.forEach(([name, value], at) => {
    const [label, , shown] = footer.children[at].childNodes;
    show(label, name);
    show(shown, String(value));
    footer.children[at].classList.toggle("bad", name === "late" && value > 0);
  });
}

// ---- what moves

let drawn = 0;
function move(time) {
  requestAnimationFrame(move);
  if (time - drawn < roll.interval || document.body.dataset.state !== "open") return;
  drawn = time;
  roll.draw();
  const beat = roll.beat;
  const [from, first] = jam.metre_from;
  const bar = beat === null ? null : Math.floor((beat - from) / jam.bar_beats + 1e-9);
  show($("bar"), bar === null ? "–" : String(bar + first));
  const lit = bar === null ? -1 : Math.floor((beat - from - bar * jam.bar_beats) / jam.pulse);
  [...$("beats").children].forEach((lamp, at) => {
    lamp.className = at === lit ? (at ? "on" : "on one") : "";
  });
}

// ---- what is pressed

function act(name) {
  const [, , , stays] = ACTIONS.find(([action]) => action === name);
  const button = $(`do-${name}`);
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 150);
  link.order(name, stays ? !jam.down?.includes(name) : null);
}

function turn(name, by) {
  const value = Math.min(1, Math.max(0, (jam[name] ?? 0.5) + by));
  link.order(name, Math.round(value * 100) / 100);
}

function build() {
  for (const [name, label, key, stays] of ACTIONS) {
    const button = make("button", { type: "button", id: `do-${name}` }, make("kbd", { text: key.toUpperCase(), ariaHidden: true }), make("span", { text: label }), make("small"));
    button.setAttribute("aria-keyshortcuts", key);
    if (stays) button.setAttribute("aria-pressed", false);
    if (name === "tap") button.onpointerdown = (event) => event.button === 0 && act(name);
    button.onclick = (event) => (name !== "tap" || event.detail === 0) && act(name);
    $("buttons").append(button);
  }
  for (const name of PARTS) {
    const part = name.toLowerCase();
    const recall = make("button", { type: "button", id: `do-part_${part}`, text: name, disabled: true });
    recall.ariaLabel = `call part ${name}`;
    recall.onclick = () => link.order(`part_${part}`);
    const keep = make("button", { type: "button", className: "quiet", text: "keep" });
    keep.ariaLabel = `keep what plays as part ${name}`;
    keep.onclick = () => link.order(`keep_${part}`);
    $("part-list").append(make("div", { className: "part" }, recall, keep));
  }
  for (const [name, label, key] of FORM) {
    const button = make("button", { type: "button", id: `do-${name}` }, make("kbd", { text: key.toUpperCase(), ariaHidden: true }), make("span", { text: label }));
    button.setAttribute("aria-keyshortcuts", key);
    button.onclick = () => link.order(name);
    $("part-list").append(button);
  }
  for (const [name, values] of Object.entries({ style: STYLES, feel: FEELS })) {
    for (const value of values) {
      const input = make("input", { type: "radio", name, value });
      input.onchange = () => link.order(name, value === "auto" ? null : value);
      $(`${name}s`).append(make("label", {}, input, make("span", { text: value === "auto" ? `any ${name}` : value })));
    }
  }
  for (const [name, less, more] of DIALS) {
    const slider = make("input", { type: "range", id: name, min: 0, max: 1, step: 0.01, value: 0.5 });
    slider.oninput = () => link.order(name, Number(slider.value));
    const auto = make("button", { type: "button", id: `${name}-auto`, className: "quiet", text: "auto" });
    auto.ariaLabel = `leave ${name} to the drummer`;
    auto.onclick = () => link.order(name, null);
    const label = make("label", { htmlFor: name, text: name });
    $("dials").append(make("div", { className: "dial" }, label, slider, make("output", { id: `${name}-value`, htmlFor: name }), auto));
  }
  const parts = ["part", "keep"].flatMap((what) => PARTS.map((part) => `${what}_${part.toLowerCase()}`));
  const pressed = [...ACTIONS, ...FORM].map(([name]) => name);
  const actions = [...pressed, "pedal", ...parts, "style_dial", "metre_dial", ...DIALS.map(([name]) => `${name}_dial`)];
  for (const action of actions) {
    const learn = make("button", { type: "button", className: "learn quiet", text: "Learn" });
    learn.ariaLabel = `learn a control for ${action}`;
    learn.onclick = () => link.order("learn", jam.learning === action ? null : action);
    const forget = make("button", { type: "button", className: "forget quiet", text: "Forget", hidden: true });
    forget.ariaLabel = `forget the control for ${action}`;
    forget.onclick = () => link.order("forget", action);
    const item = make("li", {}, make("code", { text: action }), learn, forget);
    item.dataset.action = action;
    $("pedals").append(item);
  }
  $("metre").append(...METRES.map((metre) => make("option", { value: metre, text: metre })));
  $("metre").onchange = () => link.order("metre", $("metre").value);
  for (const side of ["in", "out"]) $(side).onchange = () => link.order(side, $(side).value);
  $("look").onclick = () => link.order("ports");
  $("wiring").ontoggle = () => $("wiring").open && link.order("ports");
  $("help-open").onclick = () => $("help").showModal();
  $("door").addEventListener("close", () => link.open($("code").value.trim()));
  $("door").addEventListener("cancel", (event) => event.preventDefault());
  const keys = [
    ["1 – 5", "an idea"],
    ...ACTIONS.map(([, label, key]) => [key.toUpperCase(), label.toLowerCase()]),
    ["Shift 1 – 4", "keep what plays as part A – D"],
    ...FORM.map(([, label, key]) => [key.toUpperCase(), label.toLowerCase()]),
    ...DIALS.map(([name, key]) => [`${key.toUpperCase()}, Shift ${key.toUpperCase()}`, `less, more ${name}`]),
    ["S, Shift S", "style before, next style"],
    ["?", "these keys"],
  ];
  for (const [key, does] of keys) $("keys").append(make("dt", {}, make("kbd", { text: key })), make("dd", { text: does }));
}

function pressKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const typing = event.target.closest?.("input:not([type=radio]):not([type=range]), select, textarea");
  if (typing || event.repeat && !/^[diuDIU]$/.test(event.key)) return;
  const key = event.key;
  const action = ACTIONS.find(([, , letter]) => letter === key.toLowerCase());
  const form = FORM.find(([, , letter]) => letter === key.toLowerCase());
  const dial = DIALS.find(([, less, more]) => key === less || key === more);
  if (/^[1-9]$/.test(key)) link.order("idea", Number(key));
  else if (dial) turn(dial[0], key === dial[2] ? STEP : -STEP);
  else if (key === "s" || key === "S") turnStyle(key === "S" ? 1 : -1);
  else if (key === "?") $("help").showModal();
  else if (form) link.order(form[0]);
  else if (event.shiftKey && /^Digit[1-4]$/.test(event.code)) link.order(`keep_${"abcd"[event.code[5] - 1]}`);
  else if (action) act(action[0]);
  else return;
  event.preventDefault();
}

function turnStyle(by) {
  const at = STYLES.indexOf(jam.style ?? "auto") + by;
  const style = STYLES[(at + STYLES.length) % STYLES.length];
  link.order("style", style === "auto" ? null : style);
}

build();
paintPhrase();
document.addEventListener("keydown", pressKey);
link.open();
requestAnimationFrame(move);

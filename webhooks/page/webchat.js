
(() => {
"use strict";
const MOST = 4000, SLOW = 60000, body = document.body, W = JSON.parse(body.dataset.words);
const $ = (id) => document.getElementById(id);
const log = $("log"), form = $("composer"), box = $("text"), notice = $("notice"), dots = $("waiting");
const other = "BroadcastChannel" in window ? new BroadcastChannel("balai") : null;
let csrf = form.elements.csrf.value, village = form.elements.desa ? form.elements.desa.value : "";
let after = +body.dataset.after, started = after > 0 || "waiting" in body.dataset;
let pending = null, wake = null, left = false, timer = 0, pause = 400, askedAt = Date.now(), asking = false;
let hidden = body.dataset.hidden, discreet = "discreet" in body.dataset;

if (location.search || location.hash) history.replaceState(null, "", "/");
const newId = () => crypto.randomUUID ? crypto.randomUUID()
  : Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
const sleep = (ms) => new Promise((done) => { wake = done; setTimeout(done, ms); });
const say = (words) => { if (notice.textContent !== words) notice.textContent = words; };
const make = (tag, name, text) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  return element;
};

// What is shown. Words are only ever text; addresses elsewhere and a booking's page can be tapped.
const LINK = /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]]|\B\/janji\/[0-9]{1,18}-[0-9a-f]{32}(?![\w/-])/g;
function linked(parent, text) {
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    const link = make("a", "", found[0]);
    link.href = found[0];
    link.rel = "noopener noreferrer";
    link.target = "_blank";
    parent.append(text.slice(from, found.index), link);
    from = found.index + found[0].length;
  }
  parent.append(text.slice(from));
}
function bubble(kind, text) {
  const made = make("div", kind);
  made.append(make("span", "vh", (kind === "own" ? W.own : names().reply) + " "));
  if (kind === "own") made.append(text); else linked(made, text);
  log.append(made);
  return made;
}
function showReply(reply) {
  const made = bubble("reply", reply.lead);
  made.dataset.id = reply.id;
  if (reply.sound) {
    const player = make("audio");
    player.controls = true;
    player.preload = "none";
    player.src = reply.sound;
    player.setAttribute("aria-label", reply.lead);
    made.append(player);
  }
  if (!reply.choices.length) return made;
  const group = make("div", "choices");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", W.choices);
  for (const choice of reply.choices) {
    const button = make("button");
    button.type = "button";
    button.value = choice.code;
    if (choice.number) button.append(make("b", "", choice.number));
    button.append(choice.title || choice.label);
    group.append(button);
  }
  made.append(group);
  return made;
}
function bringIntoView(element) {
  const below = form.parentElement.offsetHeight + 8, room = innerHeight - below - 90;
  document.documentElement.style.scrollPaddingBottom = below + "px";
  element.scrollIntoView({ block: element.offsetHeight > room ? "start" : "end" });
}
function wait(on) {
  if (on && dots.hidden) askedAt = Date.now();
  dots.hidden = !on;
}
// What the server no longer holds (the person asked to be forgotten) goes from the screen too.
function dropErased(first) {
  const oldest = first && [...log.querySelectorAll("[data-id]")].find((reply) => +reply.dataset.id >= first);
  if (oldest && [...log.querySelectorAll("[data-id]")].some((reply) => +reply.dataset.id < first))
    while (oldest.previousElementSibling) oldest.previousElementSibling.remove();
}
// What is to leave no traces goes from the screen, here and where the page is open beside this one.
function hide(mark) {
  if (hidden === mark) return;
  hidden = mark;
  log.replaceChildren();
  if (other) other.postMessage({ hidden });
}
function names() { return discreet ? W.discreet : W.usual; }
function beDiscreet(on) {
  if (discreet === on) return;
  discreet = on;
  document.title = names().title;
  document.querySelector("h1 span").textContent = names().name;
  document.querySelector("h1 small").textContent = names().about;
  for (const speaker of log.querySelectorAll(".reply > .vh")) speaker.textContent = names().reply + " ";
  const greeting = $("greeting");
  if (on && greeting) greeting.remove();
  if (on && $("privacy")) $("privacy").remove();
}

// Replies come by themselves: often while one is awaited, seldom otherwise, never in a hidden tab.
function plan(ms) {
  clearTimeout(timer);
  if (started && !left && !document.hidden) timer = setTimeout(ask, ms);
}
async function ask() {
  if (asking) return plan(400);
  asking = true;
  try {
    const answer = await fetch("/chat/replies?after=" + after, { cache: "no-store", signal: AbortSignal.timeout(15000) });
    if (left) return;
    if (!answer.ok) throw new Error(answer.status);
    const told = await answer.json();
    if (told.gone) return go();
    hide(told.hidden);
    beDiscreet(told.discreet);
    const fresh = told.replies.filter((reply) => reply.id > after);
    const shown = fresh.map(showReply);
    for (const reply of fresh) after = reply.id;
    dropErased(told.first);
    if (shown.length) bringIntoView(shown[0]);
    wait(told.waiting);
    if (!pending) say(told.waiting && Date.now() - askedAt > SLOW ? W.slow : notice.dataset.keep || "");
    pause = fresh.length || (told.waiting && Date.now() - askedAt < 15000) ? 400 : Math.min(pause * 1.4, 5000);
  } catch {
    pause = Math.min(pause * 2, 5000);
    if (!pending && !dots.hidden) say(navigator.onLine ? W.lost : W.offline);
  } finally {
    asking = false;
    plan(pause);
  }
}

// A message stays in the box, and is tried again under the same name, until the server says it is stored.
function send(message) {
  message.id = newId();
  pending = message;
  if (wake) wake();
  deliver(message);
}
async function deliver(message) {
  say("");
  setTimeout(() => { if (pending === message && !notice.textContent) say(W.sending); }, 600);
  for (let rest = 1000; pending === message && !left; rest = Math.min(rest * 2, 10000)) {
    let answer = null, told = {};
    const fields = { csrf, message: message.id, ...message.fields };
    if (village) fields.desa = village;
    try {
      answer = await fetch("/chat", { method: "POST", headers: { Accept: "application/json" },
        body: new URLSearchParams(fields), signal: AbortSignal.timeout(20000) });
      told = await answer.json();
    } catch { /* told by what is missing */ }
    if (left) return;
    if (answer && answer.ok) return stored(message);
    if (pending !== message) return;
    if (told.csrf && !message.renewed) { csrf = told.csrf; message.renewed = true; continue; }
    if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
      pending = null;
      return say(told.error || W.refused);
    }
    say(!navigator.onLine ? W.offline : answer && answer.status === 429 ? W.busy : W.retrying);
    if (told.card && !message.fields.warned) {
      message.fields.warned = "1";
      const made = bubble("reply", told.card);
      made.classList.add("card");
      bringIntoView(made);
    }
    const asked = answer ? Math.min(+answer.headers.get("Retry-After") || 0, 60) : 0;
    await sleep(Math.max(rest, asked * 1000));
  }
}
function stored(message) {
  if (pending === message) pending = null;
  village = "";
  delete notice.dataset.keep;
  say("");
  if (message.fields.text && box.value.trim() === message.fields.text) { box.value = ""; grow(); }
  showOwn(message.shown);
}
function showOwn(text) {
  const begin = document.querySelector("#greeting form");
  if (begin) begin.remove();
  bringIntoView(bubble("own", text));
  started = true;
  wait(true);
  askedAt = Date.now();
  pause = 400;
  plan(150);
}
function tap(button) {
  if (pending && pending.button === button) return;
  button.classList.add("chosen");
  const begins = button.name === "begin", name = button.lastChild.textContent.trim();
  send({ button, shown: begins && !village ? W.hello : name, fields: begins ? { begin: "1" } : { code: button.value } });
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (!text) return box.focus();
  if (pending && pending.fields.text === text) return wake && wake();
  send({ shown: text, fields: { text } });
  box.focus();
});

// A file is sent when asked to and not tried again by itself: it costs the person's data. It stays chosen until it arrived.
const files = $("files");
async function upload(renewed) {
  const fields = new FormData(files);
  fields.set("csrf", csrf);
  if (village) fields.set("desa", village); else fields.delete("desa");
  let answer = null, told = {};
  try {
    answer = await fetch("/chat/file", { method: "POST", headers: { Accept: "application/json" },
      body: fields, signal: AbortSignal.timeout(300000) });
    told = await answer.json();
  } catch { /* told by what is missing */ }
  if (left) return;
  if (told.csrf && !renewed) { csrf = told.csrf; return upload(true); }
  if (!answer || !answer.ok) return say(told.error || W.file_failed);
  files.reset();
  files.elements.message.value = newId();
  files.parentElement.open = false;
  village = "";
  say("");
  showOwn(W.file_shown);
}
if (files) files.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = files.querySelector("button"), chosen = files.elements.file.files[0];
  if (!chosen || button.disabled) return;
  if (chosen.size > +files.dataset.most) return say(W.file_large);
  say(W.file_sending);
  button.disabled = true;
  await upload(false);
  button.disabled = false;
});
log.addEventListener("click", (event) => {
  const button = event.target.closest(".choices button");
  if (!button) return;
  event.preventDefault();
  tap(button);
});
function grow() {
  box.style.height = "auto";
  box.style.height = Math.min(box.scrollHeight + 3, 144) + "px";
}
box.addEventListener("input", () => {
  delete notice.dataset.keep;
  if (box.value.length > MOST) {
    box.value = box.value.slice(0, MOST).replace(/[\uD800-\uDBFF]$/, "");
    notice.dataset.keep = W.cut;
  }
  if (!pending) say(notice.dataset.keep || "");
  grow();
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

// The way out: blank at once, forgotten on the server, then away, with no way back to this page.
function go() {
  left = true;
  clearTimeout(timer);
  document.title = W.blank;
  body.replaceChildren();
  location.replace(body.dataset.leave);
}
function leave() {
  if (left) return;
  left = true;
  clearTimeout(timer);
  document.title = W.blank;
  body.replaceChildren();
  if (other) other.postMessage("left");
  fetch("/chat/leave", { method: "POST", headers: { Accept: "application/json" }, keepalive: true,
    body: new URLSearchParams({ csrf }) }).then(go, go);
  setTimeout(go, 2000);
}
if (other) other.onmessage = (event) => event.data === "left" ? go()
  : event.data.hidden !== hidden && log.replaceChildren();
$("leave").addEventListener("submit", (event) => { event.preventDefault(); leave(); });
let shifts = [];
addEventListener("keydown", (event) => {
  if (event.key !== "Shift") shifts = [];
  else if (!event.repeat) shifts = [...shifts.slice(-2), event.timeStamp];
  if (shifts.length === 3 && event.timeStamp - shifts[0] < 3000) leave();
});

addEventListener("online", () => { if (wake) wake(); plan(0); });
addEventListener("offline", () => say(W.offline));
document.addEventListener("visibilitychange", () => plan(0));
addEventListener("pageshow", (event) => { if (event.persisted) plan(0); });
box.required = false;
grow();
if (log.children.length > 1) scrollTo(0, body.scrollHeight);
plan(pause);
})();

// A page that stays open says what is new. It asks for a few numbers while somebody looks, seldom on a bad line, and changes
// nothing that is being read or typed: numbers in their place, one sentence with a link, and lines added below a thread.
"use strict";
(function () {
  const often = 25 * 1000, atMost = 5 * 60 * 1000;
  const box = document.querySelector("[data-news]"), thread = document.querySelector("[data-thread]");
  const saving = navigator.connection && navigator.connection.saveData;
  let pause = saving ? 3 * often : often, timer, mark = "";

  function wait() {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(ask, pause);
  }
  async function ask() {
    try {
      if (box) await numbers();
      if (thread) await lines();
      pause = saving ? 3 * often : often;
    } catch (error) {
      if (error.message === "over") return;
      pause = Math.min(2 * pause, atMost);
    }
    wait();
  }
  async function get(address, headers) {
    const answer = await fetch(address, { headers: headers, redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect" || answer.status === 404) throw new Error("over");
    if (answer.status >= 400) throw new Error("later");
    return answer;
  }
  async function numbers() {
    const answer = await get(box.dataset.news, mark ? { "If-None-Match": mark } : {});
    if (answer.status === 304) return;
    mark = answer.headers.get("ETag") || "";
    const news = await answer.json();
    document.querySelectorAll("[data-count]").forEach(function (it) {
      if (it.dataset.count in news.n) it.textContent = news.n[it.dataset.count];
    });
    say(box, news.kata);
  }
  async function lines() {
    const answer = await get(thread.dataset.thread + "?sesudah=" + thread.dataset.last, {});
    if (answer.status === 204) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    page.querySelectorAll("li.desk-entry").forEach(function (line) { thread.append(document.importNode(line, true)); });
    thread.dataset.last = page.querySelector("ol").dataset.last;
    say(document.querySelector("[data-added]"), page.querySelector("ol").dataset.said);
  }
  function say(where, words) {
    const line = where && where.querySelector("p"), said = line && line.querySelector("[role=status]");
    if (!line || said.textContent === words) return;
    line.hidden = !words;
    said.textContent = words;
  }
  if (!box && !thread) return;
  document.addEventListener("visibilitychange", wait);
  addEventListener("online", function () { pause = often; wait(); });
  wait();
})();

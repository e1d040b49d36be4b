// A form that is sent while the line is down or breaks: the text stays in the page, and goes out once when the line is back.
// Any form waits while the browser says that there is no line and we are not reached either. One that breaks on the way is tried
// again only for forms marked data-steady, which do the same when they arrive twice as when they arrive once. Nothing is kept in
// the browser's storage: others use this computer.
"use strict";
(function () {
  const first = 2000, atMost = 30000;

  addEventListener("submit", function (event) {
    const form = event.target, button = event.submitter, steady = form.matches("form[data-steady]");
    const waits = steady || (!navigator.onLine && form.closest("main"));  // nobody is kept from signing out
    if (form.method !== "post" || form.dataset.native || !waits) return;
    event.preventDefault();
    if (form.dataset.going) return;
    form.dataset.going = "yes";
    if (!steady) return whenReached(form, button, first);
    say(form, "going");
    send(form, button, first);
  });
  addEventListener("beforeunload", function (event) {
    if (document.querySelector("form[data-lost]")) event.preventDefault();
  });
  // A page that the back button brings back may send again.
  addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-going]").forEach(function (form) {
      if (form.dataset.lost) return;
      delete form.dataset.going;
      delete form.dataset.native;
    });
  });

  // As it stands now: who goes on writing while the line is down sends that too.
  function bodyOf(form, button) {
    const body = new FormData(form);
    if (button && button.name) body.append(button.name, button.value);
    return new URLSearchParams(body);
  }
  async function send(form, button, pause) {
    const to = button && button.hasAttribute("formaction") ? button.formAction : form.action;
    let told = null;
    try {
      const answer = await fetch(to, { method: "POST", body: bodyOf(form, button), headers: { "X-Steady": "1" } });
      if (answer.status > 501) throw new Error("later");
      if (answer.ok && (answer.headers.get("Content-Type") || "").startsWith("application/json")) told = await answer.json();
    } catch (error) {
      waitFor(form, function () { send(form, button, Math.min(2 * pause, atMost)); }, pause);
      return;
    }
    if (!told) return plainly(form, button);
    delete form.dataset.lost;
    go(new URL(told.to, location.href));
  }
  // To another place on the same page would be no more than a scroll: what is new there must come too.
  function go(to) {
    const here = to.hash && to.pathname === location.pathname && to.search === location.search;
    if (!here) return location.assign(to);
    history.replaceState(null, "", to);
    location.reload();
  }
  // A browser on the machine of the server may believe that there is no line at all: any answer tells that there is.
  async function whenReached(form, button, pause) {
    try {
      await fetch("/healthz", { method: "HEAD", cache: "no-store" });
    } catch (error) {
      waitFor(form, function () { whenReached(form, button, Math.min(2 * pause, atMost)); }, pause);
      return;
    }
    plainly(form, button);
  }
  // Refused, or something else than usual: sent as if there were no script, so that the answer shows as it is.
  function plainly(form, button) {
    delete form.dataset.lost;
    form.dataset.native = "yes";
    form.requestSubmit(button);
  }
  function say(form, what) {
    let line = form.querySelector("[data-said]");
    if (!line) {
      line = document.createElement("p");
      line.className = "alert mt-2";
      line.setAttribute("role", "status");
      line.dataset.said = "yes";
      form.append(line);
    }
    line.classList.toggle("alert-warning", what === "lost");
    line.classList.toggle("alert-info", what === "going");
    line.textContent = document.body.dataset[what];
  }
  // Again when the line is back, and after a pause too: a browser does not always know.
  function waitFor(form, again, pause) {
    form.dataset.lost = "yes";
    say(form, "lost");
    const timer = setTimeout(next, pause);
    addEventListener("online", next);
    function next() {
      clearTimeout(timer);
      removeEventListener("online", next);
      again();
    }
  }
})();

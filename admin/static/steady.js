// A form whose line breaks while it is sent: the text stays in the page, and goes out once when the line is back. Only forms
// marked data-steady, which do the same when they arrive twice as when they arrive once. Nothing is kept in the browser's
// storage: others use this computer.
"use strict";
(function () {
  const first = 2000, atMost = 30000;

  addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("form[data-steady]") || form.dataset.native) return;
    event.preventDefault();
    if (form.dataset.going) return;
    form.dataset.going = "yes";
    send(form, bodyOf(form, event.submitter), first);
  });
  addEventListener("beforeunload", function (event) {
    if (document.querySelector("form[data-lost]")) event.preventDefault();
  });

  function bodyOf(form, button) {
    const body = new FormData(form);
    if (button && button.name) body.append(button.name, button.value);
    return body;
  }
  async function send(form, body, pause) {
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(body), headers: { "X-Steady": "1" } });
    } catch (error) {
      lost(form);
      wait(pause, function () { send(form, body, Math.min(2 * pause, atMost)); });
      return;
    }
    delete form.dataset.lost;
    const kind = answer.headers.get("Content-Type") || "";
    if (answer.ok && kind.startsWith("application/json")) location.assign((await answer.json()).to);
    else plainly(form, body);
  }
  // Refused, or something else than usual: sent as if there were no script, so that the answer shows as it is.
  function plainly(form, body) {
    form.dataset.native = "yes";
    body.forEach(function (value, name) {
      if (form.elements[name]) return;
      const field = document.createElement("input");
      field.type = "hidden"; field.name = name; field.value = value;
      form.append(field);
    });
    form.submit();
  }
  function lost(form) {
    form.dataset.lost = "yes";
    let line = form.querySelector("[data-said-lost]");
    if (!line) {
      line = document.createElement("p");
      line.className = "alert alert-warning mt-2";
      line.setAttribute("role", "status");
      line.dataset.saidLost = "yes";
      form.append(line);
    }
    line.textContent = document.body.dataset.lost;
  }
  function wait(pause, again) {
    const timer = setTimeout(next, pause);
    addEventListener("online", next);
    function next() {
      clearTimeout(timer);
      removeEventListener("online", next);
      again();
    }
  }
})();

// Nobody has touched the page for so long (15 minutes where others use the computer too): the server has forgotten the
// session, so take the words off the screen too. What was being typed goes to the server, which keeps it sealed.
"use strict";
(function () {
  const idle = Number(document.body.dataset.idleMinutes) * 60 * 1000;
  let timer, typedIn;
  function leave() {
    if (!typedIn || !typedIn.isConnected) { location.replace(document.body.dataset.idle); return; }
    const going = new URL(typedIn.action, location.href);
    const address = document.createElement("input");
    address.type = "hidden";
    address.name = "tulisan_untuk";
    address.value = going.pathname + going.search;
    typedIn.append(address);
    typedIn.querySelectorAll("input[type=password], input[type=file]").forEach(function (field) { field.disabled = true; });
    typedIn.setAttribute("action", document.body.dataset.keep);
    typedIn.enctype = "application/x-www-form-urlencoded";
    HTMLFormElement.prototype.submit.call(typedIn);
  }
  function wait() {
    clearTimeout(timer);
    timer = setTimeout(leave, idle);
  }
  addEventListener("input", function (event) {
    const form = event.target.form;
    if (form && form.method === "post") { typedIn = form; }
  });
  ["keydown", "pointerdown", "scroll"].forEach(function (kind) { addEventListener(kind, wait, { passive: true }); });
  // A page brought back by the back button must not show what was signed out of.
  addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });
  wait();
})();

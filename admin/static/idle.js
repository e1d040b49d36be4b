// Nobody has touched the page for so long (15 minutes where others use the computer too): the server has forgotten the session, so take the words off the screen too.
"use strict";
(function () {
  const idle = Number(document.body.dataset.idleMinutes) * 60 * 1000;
  let timer;
  function wait() {
    clearTimeout(timer);
    timer = setTimeout(function () { location.replace(document.body.dataset.idle); }, idle);
  }
  ["keydown", "pointerdown", "scroll"].forEach(function (kind) { addEventListener(kind, wait, { passive: true }); });
  // A page brought back by the back button must not show what was signed out of.
  addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });
  wait();
})();

// While somebody writes guidance: how much room is left in each field, and what families would see, asked for after a pause.
"use strict";
(function () {
  const form = document.querySelector("form[data-preview]");
  if (!form) return;
  const into = document.getElementById(form.dataset.into);
  const pause = 800;
  let timer, number = 0;

  function count() {
    document.querySelectorAll("[data-room]").forEach(function (place) {
      const long = document.getElementById(place.dataset.room).value.trim().length, most = Number(place.dataset.limit);
      place.textContent = long + " / " + most;
      place.classList.toggle("desk-room-over", long > most);
    });
  }

  async function look() {
    const mine = ++number;
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), redirect: "error" });
      const words = await answer.text();
      if (!answer.ok || mine !== number) return;
      const open = Array.from(into.querySelectorAll("details"), function (each) { return each.open; });
      into.innerHTML = words;
      into.querySelectorAll("details").forEach(function (each, at) { if (at in open) each.open = open[at]; });
    } catch (gone) { /* no connection: what was seen last stays, and the button still works */ }
  }

  form.addEventListener("input", function () { count(); clearTimeout(timer); timer = setTimeout(look, pause); });
  count();
  look();
})();

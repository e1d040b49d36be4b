// Tells how far something has come that is done elsewhere, and shows its result when it is there.
"use strict";
(function () {
  const told = document.querySelector("[data-progress]");
  function look() {
    if (document.hidden) return void setTimeout(look, 2000);
    fetch(told.dataset.progress, { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.ok ? answer.json() : { over: answer.status === 404 }; })
      .then(function (news) {
        if (news.over) return;
        if (news.done) return location.reload();
        if (news.text && news.text !== told.textContent) told.textContent = news.text;
        setTimeout(look, 2000);
      })
      .catch(function () { setTimeout(look, 10000); });
  }
  setTimeout(look, 2000);
})();

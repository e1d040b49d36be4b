// The browser's own way to print is deep in its menu on a telephone: a button where there are scripts.
"use strict";
document.querySelectorAll("[data-print]").forEach(function (button) {
  button.hidden = false;
  button.addEventListener("click", function () { print(); });
});

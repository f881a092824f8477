// Runs before the page is painted, so that a chosen theme never flashes in late.
(function () {
  "use strict";
  var stored = null;
  try { stored = window.localStorage.getItem("theme"); } catch (error) { /* storage may be off */ }
  // A page that was asked for in a theme of its own keeps it.
  if (document.documentElement.dataset.theme) return;
  if (["light", "dark", "contrast"].includes(stored)) document.documentElement.dataset.theme = stored;
})();

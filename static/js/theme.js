// Runs before the page is painted, so that a chosen theme never flashes in late.
(function () {
  "use strict";
  var stored = null;
  try { stored = window.localStorage.getItem("theme"); } catch (error) { /* storage may be off */ }
  if (["light", "dark", "contrast"].includes(stored)) document.documentElement.dataset.theme = stored;
})();

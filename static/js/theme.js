// Runs before the page is painted, so that neither a chosen theme flashes in late nor the list of matches of those
// whom the reader follows pushes the others down.
(function () {
  "use strict";
  var root = document.documentElement;

  function stored(name) {
    try { return window.localStorage.getItem(name); } catch (error) { return null; /* storage may be off */ }
  }

  function follows() {
    try {
      return Object.values(JSON.parse(stored("following") || "{}")).some(function (who) {
        return location.pathname === "/" || location.pathname === "/tournaments/" + who.slug + "/";
      });
    } catch (error) { return false; }
  }

  root.toggleAttribute("data-follows", follows());
  // A page that was asked for in a theme of its own keeps it.
  if (!root.dataset.theme && ["light", "dark", "contrast"].includes(stored("theme"))) root.dataset.theme = stored("theme");
})();

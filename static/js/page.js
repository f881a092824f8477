// Small comforts of every page. Nothing here is needed: with scripts off, forms post and links load.
(function () {
  "use strict";

  // -- theme: system, light, dark, in turn ---------------------------------
  var icons = {
    system: "M3 4h18v12H3zM8 20h8M12 16v4",
    light: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12 1v3M12 20v3M1 12h3M20 12h3M4.2 4.2l2.1 2.1M17.7 17.7l2.1 2.1M4.2 19.8l2.1-2.1M17.7 6.3l2.1-2.1",
    dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z"
  };
  var order = ["system", "light", "dark"];

  function stored() {
    try { return window.localStorage.getItem("theme") || "system"; } catch (error) { return "system"; }
  }

  function show(button, theme) {
    var svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    var path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", icons[theme]);
    path.setAttribute("fill", "none");
    path.setAttribute("stroke", "currentColor");
    path.setAttribute("stroke-width", "2");
    svg.appendChild(path);
    button.replaceChildren(svg);
    button.setAttribute("aria-label", "Theme: " + theme);
    button.title = "Theme: " + theme;
    button.hidden = false;
  }

  document.querySelectorAll("[data-theme-switch]").forEach(function (button) {
    show(button, stored());
    button.addEventListener("click", function () {
      var next = order[(order.indexOf(stored()) + 1) % order.length];
      try { window.localStorage.setItem("theme", next); } catch (error) { /* it then holds for this page only */ }
      if (next === "system") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = next;
      show(button, next);
    });
  });

  // -- forms that filter send themselves when a choice is made ---------------
  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-auto]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
  });

  // -- strips that scroll sideways begin at the place where one is --------------
  document.querySelectorAll(".days, .tabs").forEach(function (strip) {
    var here = strip.querySelector("[aria-current]");
    if (here) strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
  });

  // -- what was expected and has not come by then is no estimate any more ----------
  function age() {
    document.querySelectorAll("[data-expected]").forEach(function (span) {
      span.hidden = Date.parse(span.querySelector("time:last-of-type").getAttribute("datetime")) < Date.now();
    });
  }
  age();
  setInterval(age, 15000);
  document.addEventListener("visibilitychange", age);

  // -- copy buttons ------------------------------------------------------------
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button || !navigator.clipboard) return;
    navigator.clipboard.writeText(button.dataset.copy).then(function () { button.textContent = "Copied"; });
  });

  // -- after a refused form, the reader is taken to the reasons ----------------
  function focusErrors(root) {
    var summary = root.querySelector && root.querySelector(".error-summary[tabindex]");
    if (summary) summary.focus();
  }
  focusErrors(document);
  document.addEventListener("htmx:after:swap", function (event) { focusErrors(event.target); });
})();

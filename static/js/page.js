// Small comforts of every page. Nothing here is needed: with scripts off, forms post and links load.
(function () {
  "use strict";

  // -- theme: system, light, dark, contrast, in turn --------------------------
  var icons = { system: "monitor", light: "sun", dark: "moon", contrast: "contrast" };
  var order = Object.keys(icons);
  var titles = {
    system: say("Theme: system"),
    light: say("Theme: light"),
    dark: say("Theme: dark"),
    contrast: say("Theme: contrast")
  };

  function stored() {
    try { return window.localStorage.getItem("theme") || "system"; } catch (error) { return "system"; }
  }

  function show(button, theme) {
    var use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#" + icons[theme]));
    button.setAttribute("aria-label", titles[theme]);
    button.title = titles[theme];
    button.hidden = false;
  }

  document.querySelectorAll("[data-theme-switch]").forEach(function (button) {
    show(button, icons[stored()] ? stored() : "system");
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

  // -- what is focused by a key is seen whole: browsers leave in strips what is cut off -------
  document.addEventListener("focusin", function (event) {
    if (event.target.matches(":focus-visible")) event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
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

  // -- the first match that starts takes the first steps with it ------------------
  document.addEventListener("live:happened", function (event) {
    var steps = document.querySelector("[data-first-steps]");
    if (steps && event.detail.name === "match_started") steps.remove();
  });

  // -- copy buttons ------------------------------------------------------------
  // A server in the hall has no certificate, and without one browsers keep the clipboard's own interface away.
  function copied(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text).catch(function () { copyBySelection(text); });
    return new Promise(function (resolve) { resolve(copyBySelection(text)); });
  }

  function copyBySelection(text) {
    var field = document.createElement("textarea"), focused = document.activeElement;
    field.value = text;
    field.readOnly = true;
    field.className = "visually-hidden";
    document.body.appendChild(field);
    field.select();
    field.setSelectionRange(0, text.length);
    var done = document.execCommand("copy");
    field.remove();
    if (focused) focused.focus({ preventScroll: true });
    if (!done) throw new Error("not copied");
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button) return;
    var before = button.dataset.before || button.textContent;
    button.dataset.before = before;
    copied(button.dataset.copy).then(function () { tell(say("Copied"), true); }, function () { tell(say("Not copied"), false); });

    function tell(word, isCopied) {
      button.textContent = word;
      button.classList.toggle("is-copied", isCopied);
      var region = document.getElementById("announcer");
      if (region) region.textContent = word + ".";
      setTimeout(function () {
        button.textContent = before;
        button.classList.remove("is-copied");
      }, 2500);
    }
  });

  // -- after a refused form, the reader is taken to the reasons ----------------
  function focusErrors(root) {
    var summary = root.querySelector && root.querySelector(".error-summary[tabindex]");
    if (summary) summary.focus();
  }
  focusErrors(document);
  document.addEventListener("htmx:after:swap", function (event) { focusErrors(event.target); });
})();

// The dialog that leads from any page of a tournament to a match, a participant, a person or another page: a field
// with a list under it, moved through with the arrows. Without scripts its button is a link to a page that does the same.
(function () {
  "use strict";

  var AFTER = 160;                  // of silence, what was typed is asked for
  var link = document.querySelector("[data-jump-to]");
  if (!link || !window.HTMLDialogElement) return;

  var dialog = null, input = null, list = null, told = null;
  var timer = null, asked = null, shownFor = null;

  function build() {
    dialog = document.createElement("dialog");
    dialog.className = "dialog jump";
    dialog.setAttribute("aria-label", say("Jump to …"));
    input = document.createElement("input");
    Object.assign(input, { type: "text", className: "input jump__field", id: "jump-field", maxLength: 100, placeholder: say("Match number, name, station or page"), autocomplete: "off", spellcheck: false });
    list = document.createElement("ul");
    Object.assign(list, { id: "jump-places", className: "jump__places", role: "listbox" });
    list.setAttribute("aria-label", say("Places"));
    told = document.createElement("p");
    told.className = "jump__told small";
    told.setAttribute("role", "status");
    var attributes = { role: "combobox", "aria-label": say("Match, participant, person or page"), "aria-autocomplete": "list", "aria-controls": "jump-places", "aria-expanded": "false", enterkeyhint: "go" };
    Object.keys(attributes).forEach(function (name) { input.setAttribute(name, attributes[name]); });
    var close = document.createElement("button");
    Object.assign(close, { type: "button", className: "button button--quiet", textContent: say("Close") });
    close.addEventListener("click", function () { dialog.close(); });
    var head = document.createElement("div");
    head.className = "jump__head";
    head.append(input, close);
    dialog.append(head, told, list);
    document.body.append(dialog);
    input.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(ask, AFTER);
    });
    input.addEventListener("keydown", pressed);
    list.addEventListener("click", function (event) {
      var option = event.target.closest("[data-href]");
      if (option) go(option, event.ctrlKey || event.metaKey);
    });
    list.addEventListener("mousemove", function (event) {
      var option = event.target.closest("[data-href]");
      if (option) mark(option);
    });
    // The field keeps the focus, whatever is pressed in the list.
    list.addEventListener("mousedown", function (event) { event.preventDefault(); });
  }

  function open() {
    if (!dialog) build();
    if (dialog.open) return input.select();
    if (document.querySelector("dialog[open]")) return;
    input.value = "";
    dialog.showModal();
    input.focus();
    ask();
  }

  function ask() {
    clearTimeout(timer);
    var words = input.value.trim();
    if (asked) asked.abort();
    asked = new AbortController();
    return fetch(link.getAttribute("href") + "?q=" + encodeURIComponent(words), { headers: { "HX-Request": "true" }, credentials: "same-origin", signal: asked.signal })
      .then(function (answer) {
        if (!answer.ok || answer.redirected) throw new Error("not found");
        return answer.text();
      })
      .then(function (html) { show(words, html); })
      .catch(function (error) {
        if (error.name === "AbortError") return;
        list.replaceChildren();
        told.textContent = say("The server does not answer. Try again.");
      });
  }

  function show(words, html) {
    list.innerHTML = html;
    shownFor = words;
    var options = places();
    input.setAttribute("aria-expanded", String(options.length > 0));
    told.textContent = options.length ? sayN(options.length, "%(num)s place", "%(num)s places")
      : say("Nothing was found for “%(words)s”.", { words: words });
    mark(options[0] || null);
  }

  function places() { return Array.from(list.querySelectorAll("[data-href]")); }
  function marked() { return list.querySelector('[aria-selected="true"]'); }

  function mark(option) {
    var before = marked();
    if (before === option) return;
    if (before) before.setAttribute("aria-selected", "false");
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function pressed(event) {
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (step) {
      event.preventDefault();
      var all = places(), at = all.indexOf(marked()) + step;
      if (all.length) mark(all[(at + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      // What was typed last counts, and not what still stands there for less of it.
      var isOld = shownFor !== input.value.trim();
      (isOld ? ask() : Promise.resolve()).then(function () {
        if (marked()) go(marked(), event.ctrlKey || event.metaKey);
      });
    }
  }

  function go(option, isAside) {
    if (isAside) return window.open(option.dataset.href, "_blank", "noopener");
    dialog.close();
    location.assign(option.dataset.href);
  }

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  link.addEventListener("click", function (event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  link.setAttribute("role", "button");
  link.setAttribute("aria-haspopup", "dialog");
  link.addEventListener("keydown", function (event) {
    if (event.key !== " ") return;
    event.preventDefault();
    open();
  });
})();

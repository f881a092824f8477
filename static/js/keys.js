// The keys of a page, and the dialog that lists them. Single keys can be switched off there: who dictates, or whose
// hand slips, must not start a match by it. Scripts of a page add their keys with matchdeskKeys.add.
(function () {
  "use strict";

  var KEPT = "single-keys";
  var groups = [];
  var dialog = null;

  function areOn() {
    try { return window.localStorage.getItem(KEPT) !== "off"; } catch (error) { return true; }
  }

  function switchTo(on) {
    try { window.localStorage.setItem(KEPT, on ? "on" : "off"); } catch (error) { /* it then holds for this page only */ }
  }

  function isTyping(element) {
    return Boolean(element && element.closest && element.closest("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]"));
  }

  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    // Shift belongs to signs such as "?", and changes no letter into a key of its own.
    var key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key.length === 1 && (key === " " || !areOn())) return;
    groups.some(function (group) {
      return group.keys.some(function (one) {
        if (!one.run || one.keys.indexOf(key) < 0 || one.run(event) === false) return false;
        event.preventDefault();
        return true;
      });
    });
  });

  // -- the dialog -------------------------------------------------------------------

  function element(name, options, children) {
    var made = Object.assign(document.createElement(name), options || {});
    (children || []).forEach(function (child) { made.append(child); });
    return made;
  }

  function shown(key) {
    var names = {
      ArrowDown: "↓", ArrowUp: "↑", Enter: say("Enter"), Escape: say("Esc"), Space: say("Space"),
      Mod: /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : say("Ctrl"), Shift: say("Shift")
    };
    return key.split("+").map(function (part) { return names[part] || part.toUpperCase(); }).join(" + ");
  }

  function list(group) {
    var rows = group.keys.map(function (one) {
      var caps = (one.shown || one.keys).map(function (key) { return element("kbd", { textContent: shown(key) }); });
      return element("div", { className: "keys__one" }, [element("dt", {}, caps), element("dd", { textContent: one.what })]);
    });
    return [element("h3", { textContent: group.title }), element("dl", { className: "keys__list" }, rows)];
  }

  function build() {
    var single = element("input", { type: "checkbox", checked: areOn() });
    single.addEventListener("change", function () { switchTo(single.checked); });
    var words = element("span", { className: "check__text" }, [
      element("span", { className: "field__label", textContent: say("Single keys") }),
      element("span", { className: "field__hint", textContent: say("Switch them off if keys are pressed by accident or by dictation. Keys with Ctrl or ⌘, Enter, Esc and the arrows stay.") })
    ]);
    var close = element("button", { type: "button", className: "button", textContent: say("Close") });
    close.addEventListener("click", function () { dialog.close(); });
    var head = element("div", { className: "cluster cluster--between" }, [element("h2", { id: "keys-title", textContent: say("Keys") }), close]);
    var made = element("dialog", { className: "dialog keys" }, [head]);
    made.setAttribute("aria-labelledby", "keys-title");
    groups.forEach(function (group) { list(group).forEach(function (part) { made.append(part); }); });
    made.append(element("label", { className: "check keys__switch" }, [single, words]));
    return made;
  }

  function open() {
    if (dialog) dialog.remove();
    dialog = build();
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("button").focus();
  }

  // A press beside a dialog closes it, as everywhere.
  document.addEventListener("click", function (event) {
    if (event.target.matches("dialog.dialog")) event.target.close();
    if (event.target.closest("[data-keys]")) open();
  });

  window.matchdeskKeys = {
    add: function (title, keys) { groups.unshift({ title: title, keys: keys }); },
    areOn: areOn
  };

  groups.push({
    title: say("Everywhere in this tournament"),
    keys: [
      { keys: [], shown: ["Mod+K"], what: say("Jump to a match, a participant, a person or a page") },
      { keys: ["?"], what: say("Show this list"), run: open },
      { keys: [], shown: ["Escape"], what: say("Close what is open") }
    ]
  });
  if (document.querySelector("[data-timetable][data-plans]")) {
    window.matchdeskKeys.add(say("Timetable, with the handle of a match focused"), [
      { keys: [], shown: ["Enter"], what: say("Pick the match up, put it down") },
      { keys: [], shown: ["ArrowUp", "ArrowDown"], what: say("Earlier, later") },
      { keys: [], shown: ["←", "→"], what: say("To another station") },
      { keys: [], shown: ["Escape"], what: say("Put it back where it was") }
    ]);
  }
  document.querySelectorAll("[data-keys]").forEach(function (button) { button.hidden = false; });
})();

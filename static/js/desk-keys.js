// The desk by keyboard: from row to row, and each thing that can be done to a match with one key. static/js/keys.js
// hears the keys, lists them, and lets them be switched off.
(function () {
  "use strict";

  var keys = window.matchdeskKeys, desk = window.matchdeskDesk, cells = window.matchdeskCells;
  if (!document.querySelector("[data-desk]") || !keys || !desk) return;

  var here = null;                  // the id of the row that keys are about
  var LINES = ".desk-row > .match-row--desk";

  function lineOf(element) {
    var row = element && element.closest && element.closest(".desk-row");
    return row && row.querySelector(".match-row--desk");
  }

  document.addEventListener("focusin", function (event) {
    var line = lineOf(event.target);
    if (line) here = line.id;
  });

  function isShown(line) { return !line.checkVisibility || line.checkVisibility(); }

  // The row that has the focus, or had it last.
  function current() { return lineOf(document.activeElement) || (here && document.getElementById(here)); }

  function go(step) {
    var all = Array.from(document.querySelectorAll(LINES)), line = current();
    var at = line ? all.indexOf(line) + step : step > 0 ? 0 : all.length - 1;
    while (all[at] && !isShown(all[at])) at += step;
    if (all[at]) focus(all[at]);
    else if (line) focus(line);
  }

  function focus(line) {
    line.focus({ preventScroll: true });
    line.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("desk:back", function () {
    var line = current();
    if (line) line.focus({ preventScroll: true });
  });

  // Arrows belong to the page until a row has the focus; in a row's own fields they belong to those.
  function arrow(step) {
    return function (event) {
      var box = event.target.closest('input[name="match_ids"][type="checkbox"]');
      if (box) return fromBox(box, step, event.shiftKey);
      if (!lineOf(event.target) || event.target.closest(".desk-row__more")) return false;
      go(step);
    };
  }

  // From box to box, and with Shift they take the rows along.
  function fromBox(box, step, takes) {
    var all = desk.boxes(), next = all[all.indexOf(box) + step];
    if (!next) return false;
    if (takes) {
      desk.mark(box, true);
      desk.mark(next, true);
      desk.showSelection();
    }
    next.focus();
    desk.from(next);
  }

  function onRow(action) {
    return function (event) {
      var line = current();
      if (!line || !isShown(line)) {
        tell(say("Choose a match first, with J or K."));
        return;
      }
      return action(line, event);
    };
  }

  function tell(text) {
    var region = document.getElementById("announcer");
    if (region) region.textContent = text;
  }

  // -- what is done to a match ---------------------------------------------------------------

  var leadTo = null;                // what is looked for in the controls once they are there: { more, verbs }

  function openPanel(line, part, verbs) {
    var id = line.dataset.matchId, more = document.getElementById("desk-more-" + id);
    more.replaceChildren();
    leadTo = verbs ? { more: more, verbs: verbs } : null;
    window.htmx.ajax("GET", "/matches/" + id + "/panel?view=desk&part=" + part, { target: more, swap: "innerHTML" })
      .catch(function () { tell(say("The server does not answer. Try again.")); });
  }

  document.addEventListener("htmx:after:swap", function (event) {
    if (!leadTo || !leadTo.more.querySelector(".panel")) return;
    var to = leadTo;
    leadTo = null;
    lead(to.more, to.verbs);
  });

  // To the first field or button of what does it, or to the reasons why the last of them is not possible.
  function lead(more, verbs) {
    function found(selector) {
      return verbs.map(function (verb) { return more.querySelector(selector.replace(/VERB/g, verb)); }).filter(Boolean);
    }
    var fields = found('form[data-verb="VERB"] :is(.input, button:not(:disabled))');
    if (fields.length) return fields[0].focus();
    var why = found('form[data-verb="VERB"] .blocked, [data-not="VERB"]').pop();
    if (why) showWhy(why);
  }

  // One press where the row offers that; else the controls, at the form that does it, or at the reasons why not.
  function act() {
    var verbs = Array.from(arguments);
    return onRow(function (line) {
      var press = verbs.map(function (verb) { return line.querySelector('form[data-verb="' + verb + '"]'); }).find(Boolean);
      if (press) return press.requestSubmit();
      openPanel(line, "run", verbs);
    });
  }

  function showWhy(why) {
    var fold = why.closest("details");
    if (fold) fold.open = true;
    // Until it was read, live.js leaves it as it is.
    why.setAttribute("data-held", "");
    why.addEventListener("focusout", function () { why.removeAttribute("data-held"); }, { once: true });
    why.tabIndex = -1;
    why.focus();
  }

  function edit(cell) {
    return onRow(function (line) {
      var link = line.querySelector('[data-cell="' + cell + '"]');
      if (link) cells.open(link);
      else tell(say("The match is closed; nothing of it can be changed here."));
    });
  }

  var enter = function (event) {
    if (!event.target.matches(LINES)) return false;
    var row = event.target.closest(".desk-row");
    if (row.querySelector(".desk-row__more > *")) desk.closePanel(row);
    else openPanel(event.target, event.target.dataset.section === "finished" ? "cancel" : "run");
  };

  function select(line) {
    var box = line.querySelector('input[name="match_ids"]');
    if (!box) return tell(say("A closed match cannot be selected."));
    desk.mark(box, !box.checked);
    desk.from(box);
    desk.showSelection();
    tell(box.checked ? say("Selected.") : say("Not selected any more."));
  }

  function next(line) {
    var first = line.querySelector(".match-row__actions :is(button, a)");
    if (first) first.click();
  }

  function search() {
    var field = document.getElementById("desk-search");
    field.closest("details").open = true;
    field.focus();
    field.select();
  }

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || event.defaultPrevented || !event.target.closest) return;
    var row = event.target.closest(".desk-row");
    if (row && row.querySelector(".desk-row__more > *")) return desk.closePanel(row);
    if (event.target.id === "desk-search") {
      var line = current() || document.querySelector(LINES);
      if (line) focus(line);
    }
  });

  keys.add(say("Match desk"), [
    { keys: ["j"], shown: ["J"], what: say("Next match"), run: function () { go(1); } },
    { keys: ["k"], shown: ["K"], what: say("Match before"), run: function () { go(-1); } },
    { keys: ["ArrowDown"], shown: ["ArrowDown", "ArrowUp"], what: say("From match to match, once one has the focus"), run: arrow(1) },
    { keys: ["ArrowUp"], shown: ["Shift+ArrowDown"], what: say("From box to box, and select"), run: arrow(-1) },
    { keys: ["Enter"], what: say("Open or close the match's controls"), run: enter },
    { keys: ["n"], what: say("The match's next step"), run: onRow(next) },
    { keys: ["s"], what: say("Start"), run: act("start") },
    { keys: ["r"], what: say("Result"), run: act("resolve-dispute", "confirm-result", "submit-result") },
    { keys: ["c"], what: say("Check in, or call"), run: act("check-in", "call") },
    { keys: ["t"], what: say("Time"), run: edit("time") },
    { keys: ["p"], what: say("Place: the station"), run: edit("station") },
    { keys: ["a"], what: say("Assign a coordinator"), run: edit("coordinator") },
    { keys: ["l"], what: say("Lobby"), run: edit("lobby") },
    { keys: ["o"], what: say("The match's page"), run: onRow(function (line) { location.assign("/matches/" + line.dataset.matchId + "/"); }) },
    { keys: ["x"], what: say("Select, or not any more"), run: onRow(select) },
    { keys: ["u"], what: say("Take back what was just done"), run: function () { if (!cells.undo()) tell(say("There is nothing to take back.")); } },
    { keys: ["/"], what: say("Find a match"), run: search }
  ]);
})();

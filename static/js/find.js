// Finding on the page: by a name that is typed, and by tournament. What is pushed later is held to it too.
(function () {
  "use strict";

  var live = window.matchdeskLive;
  var SAY_AFTER = 700;
  var texts = new WeakMap();        // by row: what is looked through
  var chosen = "";                  // a tournament's slug
  var wasNarrowed = false;
  var saying = null;

  function tools() { return document.querySelector("[data-find]"); }

  function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }

  function textOf(row) {
    if (!texts.has(row)) {
      var parts = row.querySelectorAll(".side__name, .match-row__tournament");
      texts.set(row, plain(Array.from(parts, function (part) { return part.textContent; }).join("\n")));
    }
    return texts.get(row);
  }

  function fits(row, words) {
    if (chosen && row.dataset.tournament !== chosen) return false;
    return words.every(function (word) { return textOf(row).indexOf(word) >= 0; });
  }

  // Every row of every list is shown or hidden, and lists in which nothing fits say so.
  function apply() {
    var bar = tools();
    if (!bar) return;
    var words = plain(bar.querySelector("[data-find-text]").value).split(/\s+/).filter(Boolean);
    var isNarrowed = words.length > 0 || chosen !== "", shown = {}, present = {};
    chips(bar);
    if (!isNarrowed && !wasNarrowed) return;
    wasNarrowed = isNarrowed;
    document.querySelectorAll("[data-live-section]").forEach(function (section) {
      var rows = live.rowsOf(section), left = 0;
      rows.forEach(function (row) {
        var isIn = !isNarrowed || fits(row, words);
        if (row.hidden === isIn) row.hidden = !isIn;
        present[row.dataset.matchId] = true;
        if (!isIn) return;
        shown[row.dataset.matchId] = true;
        left += 1;
      });
      if (rows.length && !left) section.dataset.nothing = say("No match in this list fits.");
      else delete section.dataset.nothing;
      live.count(section);
    });
    tell(bar, isNarrowed, Object.keys(shown).length, Object.keys(present).length);
  }

  function tell(bar, isNarrowed, shown, present) {
    var text = isNarrowed ? sayN(present, "%(shown)s of %(num)s match", "%(shown)s of %(num)s matches", { shown: shown }) : "";
    var count = bar.querySelector("[data-find-count]");
    if (count.textContent !== text) count.textContent = text;
    var more = bar.querySelector("[data-find-more]");
    if (!more) return;
    more.hidden = !isNarrowed;
    more.href = more.dataset.findMore + encodeURIComponent(bar.querySelector("[data-find-text]").value.trim());
  }

  // Read aloud when the typing has come to rest.
  function sayLater() {
    clearTimeout(saying);
    saying = setTimeout(function () {
      var region = document.getElementById("announcer"), count = tools() && tools().querySelector("[data-find-count]");
      if (region && count && count.textContent) region.textContent = count.textContent;
    }, SAY_AFTER);
  }

  // -- one chip for each tournament that the page shows, once there are several -----------------------------------

  function chips(bar) {
    var group = bar.querySelector("[data-find-tournaments]");
    if (!group) return;
    var known = new Set(Array.from(group.children, function (chip) { return chip.dataset.findTournament; }));
    document.querySelectorAll(".match-row[data-tournament]").forEach(function (row) {
      if (known.has(row.dataset.tournament)) return;
      known.add(row.dataset.tournament);
      var chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      chip.dataset.findTournament = row.dataset.tournament;
      chip.textContent = row.querySelector(".match-row__tournament").textContent;
      group.appendChild(chip);
    });
    // All of them, and each.
    group.hidden = group.children.length < 3;
    Array.from(group.children).forEach(function (chip) { chip.setAttribute("aria-pressed", chip.dataset.findTournament === chosen); });
  }

  document.addEventListener("click", function (event) {
    var chip = event.target.closest("[data-find-tournament]");
    if (!chip) return;
    chosen = chip.dataset.findTournament;
    apply();
    sayLater();
  });
  document.addEventListener("input", function (event) {
    if (!event.target.matches("[data-find-text]")) return;
    apply();
    sayLater();
  });
  ["live:drawn", "live:redrawn", "live:placed"].forEach(function (name) { document.addEventListener(name, apply); });
  apply();
})();

// For organizers: who of the others has a match open. The page says what it has open itself whenever that changes,
// and writes what it is told into the places with data-presence: each stands for the match that it is in, or names.
(function () {
  "use strict";

  var MOST_OPEN = 20;               // as the server takes them
  var MOST_NAMES = 3;
  var live = window.matchdeskLive;
  if (!live || !live.socket) return;

  var names = {};                   // of the others, by match
  var said = null;                  // what the server knows of this page
  var looking = null;

  function opened() {
    var panels = document.querySelectorAll(".desk-row__more > .panel[data-match-id]");
    return Array.from(panels, function (panel) { return Number(panel.dataset.matchId); }).slice(0, MOST_OPEN);
  }

  function report() {
    var now = opened();
    if (!live.socket.connected || said === String(now)) return;
    said = String(now);
    live.socket.emit("presence", { open: now });
  }

  function sentence(people) {
    var shown = people.slice(0, MOST_NAMES), more = people.length - shown.length;
    if (people.length === 1) return say("%(name)s has this match open", { name: people[0] });
    if (more) return sayN(more, "%(names)s and %(num)s other have this match open", "%(names)s and %(num)s others have this match open", { names: shown.join(", ") });
    return say("%(names)s have this match open", { names: new Intl.ListFormat(document.documentElement.lang || "en").format(shown) });
  }

  function draw() {
    document.querySelectorAll("[data-presence]").forEach(function (place) {
      var match = place.dataset.presence || place.closest("[data-match-id]").dataset.matchId;
      var text = names[match] ? sentence(names[match]) : "";
      if (place.textContent !== text) place.textContent = text;
    });
  }

  live.socket.on("presence", function (payload) {
    names = payload.matches;
    draw();
  });
  live.socket.on("connect", report);
  live.socket.on("disconnect", function () {
    // Who is there now is not known.
    said = null;
    names = {};
    draw();
  });

  // Rows are redrawn, and controls open and close, in many ways.
  new MutationObserver(function () {
    clearTimeout(looking);
    looking = setTimeout(function () { report(); draw(); }, 50);
  }).observe(document.body, { childList: true, subtree: true });
  report();
})();

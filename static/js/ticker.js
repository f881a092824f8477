// The clocks of matches: how long one runs, how long until it begins or by how much it is late, how long ago it ended.
// Drawn by the stylesheet from data-clock, so that the page's text, and what is compared of it, stays the server's.
(function () {
  "use strict";

  var EVERY = 5000;
  var MINUTE = 60 * 1000;
  var FAR = 12 * 60;                // minutes; what is further away is told by its day

  function duration(minutes) {
    if (minutes < 60) return say("%(minutes)s min", { minutes: minutes });
    return say("%(hours)s h", { hours: Math.floor(minutes / 60) + ":" + String(minutes % 60).padStart(2, "0") });
  }

  function since(moment) { return Math.max(0, Math.floor((Date.now() - moment) / MINUTE)); }

  function ago(minutes) { return minutes < 1 ? say("just now") : say("%(time)s ago", { time: duration(minutes) }); }

  function coming(planned) {
    var left = Math.ceil((planned - Date.now()) / MINUTE);
    if (left > FAR || left <= -FAR) return "";
    if (left > 0) return say("in %(time)s", { time: duration(left) });
    return left === 0 ? say("due now") : say("%(time)s late", { time: duration(-left) });
  }

  // What the clock of a row or a scoreboard shows; nothing where its day says more.
  function clockOf(match) {
    var started = Date.parse(match.dataset.started || ""), ended = Date.parse(match.dataset.ended || "");
    if (started) return duration(since(started));
    if (ended) return since(ended) < FAR ? ago(since(ended)) : "";
    if (["SCHEDULED", "CHECK_IN", "READY"].indexOf(match.dataset.state) < 0) return "";
    var time = match.querySelector(".match-row__time[datetime], .scoreboard__when[datetime]");
    return time ? coming(Date.parse(time.getAttribute("datetime"))) : "";
  }

  function tick() {
    if (document.visibilityState === "hidden") return;
    document.querySelectorAll(".match-row__when, .scoreboard__clock").forEach(function (clock) {
      var match = clock.closest("[data-match-id]"), text = match ? clockOf(match) : "";
      if ((clock.dataset.clock || "") === text) return;
      clock.dataset.clock = text;
      clock.toggleAttribute("data-late", /^(SCHEDULED|CHECK_IN|READY)$/.test(match.dataset.state) && isPast(match));
    });
  }

  function isPast(match) {
    var time = match.querySelector(".match-row__time[datetime], .scoreboard__when[datetime]");
    return Date.parse(time.getAttribute("datetime")) + MINUTE <= Date.now();
  }

  ["live:drawn", "live:redrawn", "live:placed", "htmx:after:swap", "visibilitychange"].forEach(function (name) {
    document.addEventListener(name, tick);
  });
  setInterval(tick, EVERY);
  tick();
})();

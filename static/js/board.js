// The big screen: a clock in the hall's own zone, and a plain word when what it shows may be out of date.
(function () {
  "use strict";

  var zone = document.querySelector("[data-board]").dataset.zone;
  var time = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  var since = null;

  function tick() {
    // Looked up each time: the content is replaced as a whole after a long absence.
    var clock = document.querySelector("[data-board-clock]");
    var stale = document.querySelector("[data-board-stale]");
    var lost = document.getElementById("live-status");
    var now = new Date();
    clock.textContent = time.format(now);
    var isLost = (lost && !lost.hidden) || !navigator.onLine;
    if (!isLost) since = null;
    else if (!since) since = now;
    stale.hidden = !isLost;
    if (isLost) stale.textContent = "Not up to date: no connection since " + time.format(since) + ". Times and scores may have changed.";
  }

  tick();
  window.setInterval(tick, 1000);
  // A screen that hangs for days starts afresh each night, when nothing is being played.
  window.setInterval(function () {
    if (navigator.onLine && new Date().getHours() === 5) window.location.reload();
  }, 3600 * 1000);
})();

// What the board and the overlays share: they report that they are open, are told what to say, and know when what
// they show may be out of date.
(function () {
  "use strict";

  var BEAT = 30 * 1000;
  var UNANSWERED_AFTER = 10 * 1000;
  var LOST_AFTER = 10 * 1000;
  var live = window.matchdeskLive;
  if (!live) return;

  // -- which screen this is: it made up a key once, and is the same one when it comes back ----------------

  var asked = new URLSearchParams(window.location.search);
  var place = ["view", "match", "station", "screen"].map(function (name) { return asked.get(name) || ""; });
  var key = knownKey("screen:" + window.location.pathname + ":" + place.join(":"));

  function knownKey(name) {
    var known = null;
    try { known = window.localStorage.getItem(name); } catch (error) { /* then it is a new one each time */ }
    if (/^[0-9a-f]{32}$/.test(known || "")) return known;
    // Halls often have no HTTPS, and without that there is no crypto.randomUUID.
    var made = Array.from(window.crypto.getRandomValues(new Uint8Array(16)), function (byte) {
      return byte.toString(16).padStart(2, "0");
    }).join("");
    try { window.localStorage.setItem(name, made); } catch (error) { /* as above */ }
    return made;
  }

  function kind() { return document.querySelector("[data-screen]").dataset.screen; }

  // -- reporting, and what it is told ------------------------------------------------------------------------

  var told = null;
  var isUnanswered = false;

  function report() {
    if (!live.socket.connected) return;
    live.socket.timeout(UNANSWERED_AFTER).emit("alive", { key: key, kind: kind() }, function (error, answer) {
      isUnanswered = Boolean(error) || !answer || !answer.ok;
      if (!isUnanswered) show(answer);
    });
  }

  function show(answer) {
    told = { message: answer.message || "", announcement: answer.announcement || "" };
    put("[data-announcement]", told.announcement);
    var text = document.querySelector("[data-message-text]");
    if (text) {
      text.textContent = told.message;
      document.querySelector("[data-message]").hidden = !told.message;
    }
    document.dispatchEvent(new CustomEvent("screen:told"));
  }

  function put(selector, text) {
    var element = document.querySelector(selector);
    if (!element) return;
    element.textContent = text;
    element.hidden = !text;
  }

  function sign() {
    var code = document.querySelector("[data-screen-code]");
    if (code) code.textContent = key.slice(0, 4).toUpperCase();
  }

  // What the stylesheets say, in the page's language.
  var drawn = { "--called": say("Called"), "--up-next": say("Up next") };
  Object.keys(drawn).forEach(function (name) {
    document.documentElement.style.setProperty(name, JSON.stringify(drawn[name]));
  });

  live.socket.on("connect", report);
  live.socket.on("screen_updated", show);
  window.setInterval(report, BEAT);
  report();

  // -- is what it shows still true? ------------------------------------------------------------------------

  var lostAt = null;

  function tellStale() {
    var isLost = !live.socket.connected || !navigator.onLine || isUnanswered;
    if (!isLost) lostAt = null;
    else if (lostAt === null) lostAt = Date.now();
    var isStale = lostAt !== null && Date.now() - lostAt > LOST_AFTER;
    var ribbon = document.querySelector("[data-board-stale]");
    document.body.toggleAttribute("data-stale", isStale);
    if (!ribbon) return;
    if (isStale) ribbon.textContent = say("Not up to date since %(time)s", { time: clock().format(new Date(live.heardAt())) });
    if (ribbon.hidden !== isStale) return;
    ribbon.hidden = !isStale;
    document.dispatchEvent(new CustomEvent("screen:told"));
  }

  // -- the clock of the hall --------------------------------------------------------------------------------

  var maker = null;

  // The hall's screen keeps the hall's clock.
  function clock() {
    if (maker) return maker;
    var zone = document.querySelector("[data-screen]").dataset.zone || "UTC";
    maker = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    return maker;
  }

  function tick() {
    tellStale();
    sign();
    var now = document.querySelector("[data-board-clock]");
    if (now) now.textContent = clock().format(new Date());
  }

  document.addEventListener("live:happened", tick);
  document.addEventListener("live:redrawn", function () {
    if (told) show(told);
    tick();
  });
  window.setInterval(tick, 1000);
  tick();

  // A screen that hangs for days starts afresh each night, when nothing is being played.
  window.setInterval(function () {
    if (navigator.onLine && new Date().getHours() === 5) window.location.reload();
  }, 3600 * 1000);
})();

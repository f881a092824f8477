// The server writes every time in the tournament's zone. Here it becomes the viewer's, and where the two clocks
// differ the zone is named. Pushed and swapped content is treated as it arrives.
(function () {
  "use strict";

  // Digits as beside them in scores and codes, in every language.
  var language = (document.documentElement.lang || "en") + "-u-nu-latn";
  var isEnglish = /^en\b/.test(language);
  var own = new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  var board = document.documentElement.classList.contains("board-root");
  var makers = {};

  function maker(name, zone) {
    var key = name + zone;
    if (!makers[key]) {
      var options = {
        time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
        day: { weekday: "short", day: "numeric", month: "short" },
        short: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
        "date of short": { day: "numeric", month: "short" },
        date: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
        datetime: { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
        clock: { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
        zone: { timeZoneName: "short" }
      }[name];
      makers[key] = new Intl.DateTimeFormat(isEnglish ? "en-GB" : language, Object.assign({ timeZone: zone }, options));
    }
    return makers[key];
  }

  function zoneName(moment, zone) {
    var part = maker("zone", zone).formatToParts(moment).find(function (p) { return p.type === "timeZoneName"; });
    return part ? part.value : zone;
  }

  function text(format, moment, zone) {
    var parts = {};
    if (format === "time" || !isEnglish && format !== "short") return maker(format, zone).format(moment);
    if (!isEnglish) return maker("date of short", zone).format(moment) + " " + maker("time", zone).format(moment);
    maker(format, zone).formatToParts(moment).forEach(function (p) { parts[p.type] = p.value; });
    if (format === "short") return parts.day + " " + parts.month + " " + parts.hour + ":" + parts.minute;
    var day = parts.weekday + " " + parts.day + " " + parts.month;
    if (format === "date") return day + " " + parts.year;
    return format === "day" ? day : day + " " + parts.year + ", " + parts.hour + ":" + parts.minute;
  }

  function convert(element) {
    var moment = new Date(element.getAttribute("datetime"));
    var zone = element.dataset.zone;
    var format = element.dataset.fmt;
    if (isNaN(moment) || !zone || !format || element.dataset.done) return;
    element.dataset.done = "1";
    var there = text("datetime", moment, zone);
    if (maker("clock", own).format(moment) === maker("clock", zone).format(moment)) return;
    var here = text(format, moment, own);
    if (format === "day" || format === "date") {
      if (here !== text(format, moment, zone)) element.dataset.differs = "1";
      element.textContent = here;
      return;
    }
    element.textContent = here;
    element.title = there + " " + zone.replace(/_/g, " ");
    var name = document.createElement("span");
    name.className = "zone";
    name.textContent = " " + zoneName(moment, own);
    element.appendChild(name);
  }

  function walk(root) {
    if (root.nodeType !== 1) return;
    if (root.matches("time[data-fmt]")) convert(root);
    root.querySelectorAll("time[data-fmt]").forEach(convert);
  }

  // The hall's screen keeps the hall's clock: everyone in front of it stands in that zone.
  if (!board) {
    walk(document.body);
    new MutationObserver(function (changes) {
      changes.forEach(function (change) {
        if (change.type === "attributes") { delete change.target.dataset.done; walk(change.target); }
        change.addedNodes.forEach(walk);
      });
    }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["datetime"] });
  }
  document.querySelectorAll("[data-zone-note]").forEach(function (note) {
    note.textContent = say("Times are in your zone, %(zone)s; forms take the tournament's.", { zone: own.replace(/_/g, " ") });
  });
})();

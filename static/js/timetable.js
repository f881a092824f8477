// The grid of a timetable, drawn by the server: zoom, the line of now, and matches that others move. Without
// scripts the grid stands all the same.
(function () {
  "use strict";

  var MINUTE = 60 * 1000;
  var NOW_EVERY = 15 * 1000;
  var SPECTATORS_WITHIN = 15 * 1000;    // what needs the page anew is fetched by each at a moment of its own
  var ORGANIZERS_AFTER = 300;
  var MOST_LANES = 40;
  var makers = {};
  var newest = {};

  function grid() { return document.querySelector("[data-timetable]"); }
  function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }
  function two(number) { return (number < 10 ? "0" : "") + number; }
  function span(minutes) { return two(Math.floor(minutes / 60)) + ":" + two(Math.floor(minutes) % 60); }
  function minutes(text) { return Number(text.slice(0, 2)) * 60 + Number(text.slice(3)); }
  function moment(text) { return text ? Date.parse(text) : null; }
  function iso(time) { return new Date(time).toISOString().slice(0, 19) + "Z"; }

  function clock(time, zone) {
    var key = zone || "";
    if (!makers[key]) {
      var options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
      if (zone) options.timeZone = zone;
      makers[key] = new Intl.DateTimeFormat("en-GB", options);
    }
    return makers[key].format(time);
  }

  // -- where a match stands ---------------------------------------------------------

  function columns() { return all(".tt-col", grid()); }
  function column(station) {
    return columns().find(function (one) { return one.dataset.station === String(station || ""); }) || null;
  }
  function block(id) { return document.getElementById("block-" + Number(id)); }
  function length() { return (moment(grid().dataset.end) - moment(grid().dataset.start)) / MINUTE; }

  // Puts the block where it belongs. False where the grid does not reach so far, or has no such station.
  function put(element, start, station) {
    var to = column(station);
    var from = element.closest(".tt-col");
    var at = (start - moment(grid().dataset.start)) / MINUTE;
    var lasts = Number(element.dataset.minutes);
    if (!to || at + lasts <= 0 || at >= length()) return false;
    var shown = Math.max(at, 0);
    element.dataset.at = span(shown);
    element.dataset.for = span(Math.min(at + lasts, length()) - shown);
    tell(element, start, to.dataset.elsewhere);
    var list = to.querySelector(".tt-col__matches");
    var next = all(".tt-block", list).find(function (other) {
      return other !== element && minutes(other.dataset.at) > shown;
    });
    if (element.parentElement !== list || element.nextElementSibling !== (next || null)) list.insertBefore(element, next || null);
    if (from && from !== to) layOut(from);
    layOut(to);
    return true;
  }

  function tell(element, start, elsewhere) {
    var when = element.querySelector(".tt-block__when");
    var there = element.querySelector(".tt-block__there");
    var time = element.querySelector(".tt-block__time");
    if (there) there.remove();
    if (start === null) {
      if (time) time.remove();
      return;
    }
    if (!time) {
      time = document.createElement("time");
      time.className = "tt-block__time";
      time.dataset.fmt = "time";
      time.dataset.zone = grid().dataset.zone;
      when.appendChild(time);
    }
    time.textContent = clock(start, time.dataset.zone);
    // The clock of the viewer, where that is another one, follows from this attribute.
    time.setAttribute("datetime", iso(start));
    if (elsewhere) {
      there = document.createElement("span");
      there.className = "tt-block__there";
      there.innerHTML = '(<span></span><span class="visually-hidden"></span>)';
      there.firstElementChild.textContent = clock(start, elsewhere);
      there.lastElementChild.textContent = " " + say("there");
      when.after(there);
    }
  }

  // What was planned before, struck through beside the time; null for nothing.
  function tellWas(element, time) {
    var old = element.querySelector(".tt-block__was");
    if (old) old.remove();
    if (time === null) return;
    var was = document.createElement("s");
    was.className = "tt-block__was";
    was.innerHTML = '<time data-fmt="time"></time>';
    was.firstChild.dataset.zone = grid().dataset.zone;
    was.firstChild.textContent = clock(time, grid().dataset.zone);
    was.firstChild.setAttribute("datetime", iso(time));
    element.querySelector(".tt-block__when").prepend(was);
  }

  // Matches that overlap stand side by side, as the server draws them.
  function layOut(where) {
    var cluster = [], ends = [], until = -1, most = 1;
    function close() {
      var lanes = Math.min(Math.max(ends.length, 1), MOST_LANES);
      cluster.forEach(function (one) { one.dataset.lanes = lanes; });
      most = Math.max(most, lanes);
      cluster = []; ends = [];
    }
    all(".tt-block", where).forEach(function (one) {
      var start = minutes(one.dataset.at), end = start + minutes(one.dataset.for);
      if (start >= until) close();
      var lane = ends.findIndex(function (taken) { return taken <= start; });
      if (lane < 0) lane = ends.length;
      ends[lane] = end;
      one.dataset.lane = lane % MOST_LANES;
      cluster.push(one);
      until = cluster.length === 1 ? end : Math.max(until, end);
    });
    close();
    where.dataset.lanes = most;
  }

  function take(element) {
    var from = element.closest(".tt-col");
    element.remove();
    if (from) layOut(from);
  }

  // -- zoom: kept in the browser -----------------------------------------------------------

  function stored() {
    try { return window.localStorage.getItem("timetable-zoom") || "normal"; } catch (error) { return "normal"; }
  }

  function zoom(level) {
    var scroll = grid().querySelector(".tt__scroll");
    var middle = (scroll.scrollTop + scroll.clientHeight / 2) / scroll.scrollHeight;
    grid().dataset.zoom = level;
    scroll.scrollTop = middle * scroll.scrollHeight - scroll.clientHeight / 2;
    all("[data-zoom-to]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.zoomTo === level));
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-zoom-to]");
    if (!button || !grid()) return;
    try { window.localStorage.setItem("timetable-zoom", button.dataset.zoomTo); } catch (error) { /* for this page only */ }
    zoom(button.dataset.zoomTo);
  });

  // -- the line of now ------------------------------------------------------------------------

  function showNow() {
    if (!grid()) return;
    var at = (Date.now() - moment(grid().dataset.start)) / MINUTE;
    all("[data-now]", grid()).forEach(function (mark) {
      mark.hidden = at < 0 || at >= length();
      if (!mark.hidden) mark.dataset.at = span(at);
    });
  }

  // -- what others do ---------------------------------------------------------------------------

  function isOfTheDay(start, lasts) {
    return start < moment(grid().dataset.dayEnd) && start + lasts * MINUTE > moment(grid().dataset.dayStart);
  }

  function redraw(within) {
    document.dispatchEvent(new CustomEvent("live:redraw", { detail: within }));
  }

  // A spectator's grid takes what changed from the row that came with the event.
  function follow(name, payload) {
    var own = block(payload.match_id);
    if (name === "match_deleted") {
      if (own) take(own);
      return;
    }
    if (!payload.html) return;
    var template = document.createElement("template");
    template.innerHTML = payload.html;
    var time = template.content.querySelector(".match-row__time[datetime]");
    var start = time ? moment(time.getAttribute("datetime")) : null;
    if (start === null || !isOfTheDay(start, own ? Number(own.dataset.minutes) : 1)) {
      if (own) take(own);
      return;
    }
    if (!own) return redraw(SPECTATORS_WITHIN);
    if (name !== "match_scheduled" && name !== "match_updated") return;
    var station = template.content.querySelector(".match-row__station");
    var to = columns().find(function (one) { return one.dataset.name === (station ? station.textContent : ""); });
    if (name === "match_scheduled") tellWas(own, moment(payload.original_time));
    if (!to || !put(own, start, to.dataset.station)) return redraw(SPECTATORS_WITHIN);
    own.dataset.start = iso(start);
    own.dataset.station = to.dataset.station;
  }

  // An organizer's grid has versions in it too, and so asks for the matches themselves: once for many events.
  var asked = new Set();
  var asking = null;

  function ask(ids, after) {
    ids.forEach(function (id) { asked.add(Number(id)); });
    if (asking && after === undefined) return;
    clearTimeout(asking);
    asking = setTimeout(fetchAsked, after === undefined ? ORGANIZERS_AFTER : after);
  }

  function fetchAsked() {
    asking = null;
    var ids = Array.from(asked);
    asked.clear();
    if (!ids.length || !grid()) return;
    if (ids.length > 400) return redraw(ORGANIZERS_AFTER);
    fetch(grid().dataset.timetable + "blocks?ids=" + ids.join(","), { headers: { "HX-Request": "true" }, credentials: "same-origin" })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : Promise.reject(answer); })
      .then(function (html) {
        var template = document.createElement("template");
        template.innerHTML = html;
        ids.forEach(function (id) { replace(id, template.content.getElementById("block-" + id)); });
        document.dispatchEvent(new CustomEvent("timetable:fetched", { detail: ids }));
      }).catch(function () { /* live.js tells when the server is away */ });
  }

  function replace(id, fresh) {
    var old = block(id);
    if (old && fresh && old.contains(document.activeElement)) var focused = document.activeElement.matches("[data-grip]") ? "[data-grip]" : "a";
    var start = fresh ? moment(fresh.dataset.start) : null;
    var tray = document.querySelector("[data-tray] ol");
    if (old) take(old);
    if (!fresh) return countTray();
    if (start === null && tray && fresh.hasAttribute("data-movable")) tray.appendChild(fresh);
    else if (start !== null && isOfTheDay(start, Number(fresh.dataset.minutes)) && !put(fresh, start, fresh.dataset.station)) redraw(ORGANIZERS_AFTER);
    countTray();
    var again = focused && fresh.querySelector(focused);
    if (again) again.focus({ preventScroll: true });
  }

  function countTray() {
    var count = document.querySelector("[data-tray-count]");
    if (count) count.textContent = all("[data-tray] .tt-block").length;
  }

  document.addEventListener("live:happened", function (event) {
    var payload = event.detail.payload;
    if (!grid() || !payload.match_id) return;
    if (newest[payload.match_id] > payload.seq) return;
    newest[payload.match_id] = payload.seq;
    if (grid().hasAttribute("data-plans")) ask([payload.match_id]);
    else follow(event.detail.name, payload);
  });

  // -- to begin with, and whenever the page was drawn anew ------------------------------------------

  function begin() {
    if (!grid()) return;
    newest = {};
    zoom(stored());
    all("[data-zooms]").forEach(function (one) { one.hidden = false; });
    showNow();
    var own = grid().querySelector(".tt-hour .zone");
    var note = grid().querySelector("[data-own-zone]");
    if (own && note) { note.textContent = own.textContent.trim(); note.hidden = false; }
    countTray();
  }

  function goToNow() {
    var line = grid() && grid().querySelector(".tt-now:not([hidden])");
    var scroll = grid() && grid().querySelector(".tt__scroll");
    if (line) scroll.scrollTop = line.offsetTop - scroll.clientHeight / 3;
  }

  window.timetable = {
    all: all, ask: ask, block: block, clock: clock, column: column, columns: columns, countTray: countTray, grid: grid,
    iso: iso, length: length, minutes: minutes, moment: moment, put: put, span: span, take: take, tell: tell, tellWas: tellWas
  };
  begin();
  goToNow();
  setInterval(showNow, NOW_EVERY);
  document.addEventListener("live:redrawn", begin);
})();

// Planning on the grid: matches are moved with the pointer or the keys, what was moved is looked at first, saved as
// one, and can be taken back as one. Nothing is changed before that.
(function () {
  "use strict";

  var tt = window.timetable;
  if (!tt || !tt.grid()) return;

  var MINUTE = 60 * 1000;
  var STEP = 5;                       // minutes
  var FAR = 5;                        // pixels from which on a press is a drag
  var PREVIEW_AFTER = 250;
  var moved = new Map();              // by match: {start (or null), station, version}
  var previewed = [];                 // the matches that the panel tells of
  var carried = null;                 // {id, block, ghost, start, station, ...} while a match is on its way

  function announce(text) {
    var region = document.getElementById("timetable-said");
    if (region) region.textContent = text;
  }

  function origin(block) {
    return { start: tt.moment(block.dataset.start), station: block.dataset.station };
  }
  function place(block) { return moved.get(block.dataset.matchId) || origin(block); }
  function name(block) { return block.querySelector(".tt-block__number").textContent; }
  function tray() { return document.querySelector("[data-tray]"); }

  function words(start, station) {
    if (start === null) return say("without a time");
    var column = tt.column(station);
    var where = column ? column.querySelector(".tt-col__name").textContent : say("no station");
    return say("%(time)s, %(station)s", { time: tt.clock(start), station: where });
  }

  // What is said of a match and the place where it is.
  function standing(block, where) { return { match: name(block), place: words(where.start, where.station) }; }

  // -- a match on its way: a ghost shows where it would stand ------------------------------------

  function pickUp(block, by) {
    if (carried) giveUp();
    var from = place(block);
    carried = { id: block.dataset.matchId, block: block, by: by, start: from.start, station: from.station, from: from };
    carried.ghost = document.createElement("div");
    carried.ghost.className = "tt-ghost";
    carried.ghost.setAttribute("aria-hidden", "true");
    block.classList.add("is-carried");
    if (by === "pointer") document.documentElement.classList.add("is-dragging");
    show();
  }

  function isPast(start) { return start !== null && start <= Date.now() && start !== origin(carried.block).start; }

  function show() {
    var at = carried.start === null ? null : (carried.start - tt.moment(tt.grid().dataset.start)) / MINUTE;
    var home = at === null ? tray().querySelector("ol") : tt.column(carried.station).querySelector(".tt-col__matches");
    var lasts = Math.min(Number(carried.block.dataset.minutes), at === null ? Infinity : tt.length() - at);
    tray().classList.toggle("is-target", at === null);
    carried.ghost.classList.toggle("is-refused", isPast(carried.start));
    carried.ghost.textContent = name(carried.block) + " " + (at === null ? say("no time") : tt.clock(carried.start));
    if (at !== null) {
      carried.ghost.dataset.at = tt.span(Math.max(at, 0));
      carried.ghost.dataset.for = tt.span(lasts);
    }
    if (carried.ghost.parentElement !== home) home.appendChild(carried.ghost);
    if (carried.by === "keys") carried.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function letGo() {
    var what = carried;
    carried = null;
    what.ghost.remove();
    what.block.classList.remove("is-carried");
    tray().classList.remove("is-target");
    document.documentElement.classList.remove("is-dragging");
    return what;
  }

  function giveUp() {
    var what = letGo();
    announce(say("%(match)s stays: %(place)s.", standing(what.block, what.from)));
  }

  function drop() {
    var isLate = isPast(carried.start), what = letGo(), own = origin(what.block), grip = what.block.querySelector("[data-grip]");
    if (isLate) return announce(say("%(match)s stays: that time is past.", { match: name(what.block) }));
    var hadFocus = what.block.contains(document.activeElement);
    if (what.start === null) what.station = "";
    if (what.start === what.from.start && what.station === what.from.station) return announce(say("%(match)s stays: %(place)s.", standing(what.block, what)));
    if (what.start === own.start && what.station === own.station) moved.delete(what.id);
    else moved.set(what.id, { start: what.start, station: what.station, version: what.block.dataset.version });
    apply(what.block);
    if (hadFocus) grip.focus({ preventScroll: true });
    announce(sayN(moved.size, "%(match)s put down: %(place)s. %(num)s change is not saved yet.", "%(match)s put down: %(place)s. %(num)s changes are not saved yet.", standing(what.block, what)));
    preview();
  }

  // Shows the block where it was put, or where the server has it.
  function apply(block) {
    var to = place(block), own = origin(block), is = moved.has(block.dataset.matchId);
    block.classList.toggle("is-moved", is);
    tt.tellWas(block, is && to.start !== null && to.start !== own.start ? own.start : null);
    if (to.start === null) {
      tt.take(block);
      ["at", "for", "lane", "lanes"].forEach(function (key) { delete block.dataset[key]; });
      tt.tell(block, null);
      tray().querySelector("ol").appendChild(block);
    } else {
      tt.put(block, to.start, to.station);
    }
    tt.countTray();
  }

  // -- with the pointer ------------------------------------------------------------------------

  var press = null, wheel = null;

  document.addEventListener("pointerdown", function (event) {
    var block = event.target.closest && event.target.closest(".tt-block[data-movable]");
    if (!block || event.button !== 0 || carried) return;
    // A finger scrolls, unless it is put on the handle.
    if (event.pointerType === "touch" && !event.target.closest("[data-grip]")) return;
    press = { block: block, x: event.clientX, y: event.clientY, id: event.pointerId };
  });

  document.addEventListener("pointermove", function (event) {
    if (!press || event.pointerId !== press.id) return;
    if (!carried) {
      if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < FAR) return;
      var column = press.block.closest(".tt-col");
      press.within = column ? press.y - press.block.getBoundingClientRect().top : 8;
      pickUp(press.block, "pointer");
    }
    press.toX = event.clientX;
    press.toY = event.clientY;
    aim();
    scrollAlong();
  });

  function aim() {
    var box = tray().getBoundingClientRect();
    if (press.toX >= box.left && press.toX <= box.right && press.toY >= box.top && press.toY <= box.bottom) {
      carried.start = null;
      return show();
    }
    var over = tt.columns().find(function (one) {
      var its = one.getBoundingClientRect();
      return press.toX >= its.left && press.toX < its.right;
    });
    if (!over) return;
    var body = over.querySelector(".tt-col__body").getBoundingClientRect();
    var first = tt.moment(tt.grid().dataset.start), from = carried.from.start;
    var at = (press.toY - press.within - body.top) / (body.height / tt.length());
    // To the side alone: it keeps its minute, also where that is none of the steps.
    var stays = from !== null && Math.abs(at - (from - first) / MINUTE) < STEP / 2;
    carried.start = stays ? from : first + Math.min(Math.max(Math.round(at / STEP) * STEP, 0), tt.length() - STEP) * MINUTE;
    carried.station = over.dataset.station;
    show();
  }

  // Near an edge the grid goes along.
  function scrollAlong() {
    var scroll = tt.grid().querySelector(".tt__scroll"), box = scroll.getBoundingClientRect(), edge = 48;
    function pull(at, low, high) { return at < low + edge ? -1 : at > high - edge ? 1 : 0; }
    var x = pull(press.toX, box.left, box.right), y = pull(press.toY, Math.max(box.top, 0), Math.min(box.bottom, window.innerHeight));
    clearInterval(wheel);
    if (!x && !y) return;
    wheel = setInterval(function () {
      if (!carried || !press) return clearInterval(wheel);
      scroll.scrollBy(x * 12, y * 12);
      aim();
    }, 30);
  }

  function released(event) {
    if (!press || event.pointerId !== press.id) return;
    clearInterval(wheel);
    press = null;
    if (!carried || carried.by !== "pointer") return;
    if (event.type === "pointercancel") return giveUp();
    // The click that ends a drag opens nothing.
    document.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(function () { document.removeEventListener("click", swallow, { capture: true }); }, 0);
    drop();
  }
  function swallow(event) { event.preventDefault(); event.stopPropagation(); }
  document.addEventListener("pointerup", released);
  document.addEventListener("pointercancel", released);
  document.addEventListener("dragstart", function (event) {
    if (event.target.closest && event.target.closest(".tt-block")) event.preventDefault();
  });

  // -- with the keys ----------------------------------------------------------------------------

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && carried) {
      event.preventDefault();
      press = null;
      return giveUp();
    }
    var grip = event.target.closest && event.target.closest("[data-grip]");
    if (!grip) return;
    var isCarried = carried && carried.block.contains(grip);
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (isCarried) return drop();
      pickUp(grip.closest(".tt-block"), "keys");
      return announce(say("%(match)s picked up: %(place)s. Arrow keys move it, Enter puts it down, Escape gives up.", standing(carried.block, carried)));
    }
    var keys = { ArrowUp: [-STEP, 0], ArrowDown: [STEP, 0], PageUp: [-60, 0], PageDown: [60, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (!isCarried || !keys[event.key]) return;
    event.preventDefault();
    step(keys[event.key][0], keys[event.key][1]);
  });

  function step(by, aside) {
    var first = tt.moment(tt.grid().dataset.start), last = tt.moment(tt.grid().dataset.end) - STEP * MINUTE;
    var columns = tt.columns();
    if (carried.start === null) {
      // Out of the tray: to what is in view, but not into the past.
      var column = tt.column(carried.from.station) || columns[0];
      carried.start = Math.min(Math.max(first, up(Date.now() + MINUTE), carried.from.start || 0), last);
      carried.station = carried.from.start === null ? columns[0].dataset.station : column.dataset.station;
    } else if (by) {
      var to = by > 0 ? up(carried.start + 1) : up(carried.start) - STEP * MINUTE;
      to += (by - Math.sign(by) * STEP) * MINUTE;
      if (to < first || to > last) return announce(say("The grid ends here. Show the whole day to go on."));
      carried.start = to;
    } else {
      var next = columns.indexOf(tt.column(carried.station)) + aside;
      if (next >= columns.length) return announce(say("There is no further station."));
      if (next < 0) carried.start = null;
      else carried.station = columns[next].dataset.station;
    }
    show();
    var where = standing(carried.block, carried);
    announce(isPast(carried.start) ? say("%(place)s: past.", where) : say("%(place)s.", where));
  }

  function up(time) { return Math.ceil(time / (STEP * MINUTE)) * STEP * MINUTE; }

  document.addEventListener("focusout", function (event) {
    if (carried && carried.by === "keys" && carried.block.contains(event.target)) giveUp();
  });
  // A press of the handle without a drag is for the keys as well.
  document.addEventListener("click", function (event) {
    var grip = event.target.closest && event.target.closest("[data-grip]");
    if (grip) grip.focus();
    if (event.target.closest("[data-discard]")) discard(event);
    if (event.target.closest("[data-close-panel]")) closePanel();
  });

  // -- what was moved: previewed, saved, taken back ---------------------------------------------------

  var timer = null;
  function preview() {
    clearTimeout(timer);
    if (!moved.size) return closePanel();
    timer = setTimeout(function () {
      var form = document.getElementById("timetable-moves");
      if (!form || !moved.size) return;
      var fields = form.querySelector("[data-moves]");
      fields.replaceChildren();
      previewed = Array.from(moved.keys());
      moved.forEach(function (to, id) {
        var input = fields.appendChild(document.createElement("input"));
        input.type = "hidden";
        input.name = "change";
        input.value = [id, to.version, to.start === null ? "" : tt.iso(to.start), to.station].join(",");
      });
      form.requestSubmit();
    }, PREVIEW_AFTER);
  }

  function closePanel() {
    var panel = document.getElementById("timetable-panel");
    if (panel) panel.replaceChildren();
    tt.all(".notice .tt-version").forEach(function (one) { one.closest(".notice").remove(); });
  }

  function discard(event) {
    event.preventDefault();
    var ids = Array.from(moved.keys());
    moved.clear();
    closePanel();
    ids.forEach(function (id) { if (tt.block(id)) apply(tt.block(id)); });
    tt.ask(ids, 0);
    announce(say("Given up: the schedule is as it was."));
  }

  document.addEventListener("htmx:after:swap", function () {
    begin();
    tt.all("[data-saved]").forEach(function (done) {
      var ids = done.dataset.saved ? done.dataset.saved.split(",") : [];
      // What was left out as it can't be moved stands where it stood.
      if (done.matches(".tt-done")) ids = ids.concat(previewed);
      done.removeAttribute("data-saved");
      ids.forEach(function (id) {
        moved.delete(id);
        // Until the server's own block is here, this one stands where it was put.
        if (tt.block(id)) tt.block(id).classList.remove("is-moved");
      });
      tt.ask(ids, 0);
      announce(done.querySelector("p").textContent);
      var next = done.querySelector("button");
      if (next && document.activeElement === document.body) next.focus({ preventScroll: true });
    });
    var shown = document.querySelector("#timetable-panel [data-previewed]");
    if (shown && shown.dataset.told !== "1") {
      shown.dataset.told = "1";
      var found = { changes: shown.dataset.previewed, refused: shown.dataset.refused, conflicts: shown.dataset.conflicts };
      announce(say("%(changes)s to save, %(refused)s refused, %(conflicts)s new conflicts.", found));
    }
  });

  // Fresh blocks of the server: what is still to be saved stays where it was put.
  document.addEventListener("timetable:fetched", function (event) {
    if (carried && !carried.block.isConnected) letGo();
    var again = false;
    event.detail.forEach(function (id) {
      var block = tt.block(id), to = moved.get(String(id));
      if (!to) return;
      var own = block && origin(block);
      if (!block || !block.hasAttribute("data-movable") || (own.start === to.start && own.station === to.station)) moved.delete(String(id));
      else apply(block);
      again = true;
    });
    if (again) preview();
  });

  document.addEventListener("live:redrawn", function () {
    carried = null;
    begin();
    Array.from(moved.keys()).forEach(function (id) { if (tt.block(id)) apply(tt.block(id)); });
    preview();
  });

  window.addEventListener("beforeunload", function (event) {
    if (moved.size) event.preventDefault();
  });

  function begin() {
    tt.all("[data-planning], [data-close-panel]").forEach(function (one) { one.hidden = false; });
    tt.all("[data-timetable], [data-tray]").forEach(function (one) { one.dataset.ready = ""; });
  }
  begin();
})();

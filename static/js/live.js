// Keeps an open page true. What happened comes over the socket with the redrawn public fragment in it, so that a
// spectator's page asks the server for nothing. Only elements with data-refetch, which show more than the public
// sees, are fetched again by those who have them.
(function () {
  "use strict";

  var body = document.body;
  var page = body.dataset.livePage;
  if (!page || !window.io) return;

  var ACROSS = page === "home" || page === "me" || page === "conflicts";
  var MARGIN_SECONDS = 10;          // what may happen between drawing a page and its arrival
  var STALE_AFTER = 30 * 1000;      // without a connection for this long, the page is refreshed now and then
  var TOO_LONG = 30 * 60 * 1000;    // away for longer than this, a page over many tournaments starts anew
  var REFILL_EVERY = 180 * 1000;
  var REFETCH_AFTER = 250;          // several events of one change lead to one request

  var seq = /^\d+$/.test(body.dataset.liveSeq || "") ? Number(body.dataset.liveSeq) : null;
  var aliveAt = Date.now() - performance.now();
  var newest = {};                  // by match: the last event that was drawn
  var lostAt = null;
  var refreshTimer = null;

  // -- the connection ---------------------------------------------------------

  var socket = window.io({
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    // After a restart of the server a whole hall comes back: not all in the same moment.
    reconnectionDelay: 1500,
    reconnectionDelayMax: 10000,
    randomizationFactor: 0.9,
    auth: function (send) {
      var who = { page: page, id: body.dataset.liveId || null };
      if (ACROSS) who.age = (Date.now() - aliveAt) / 1000 + MARGIN_SECONDS;
      else who.seq = seq;
      if (body.dataset.liveKey) who.key = body.dataset.liveKey;
      send(who);
    }
  });

  socket.on("connect", function () {
    var away = Date.now() - aliveAt;
    lostAt = null;
    clearTimeout(refreshTimer);
    show("live");
    alive();
    if (ACROSS && away > TOO_LONG) soon(refresh, 5000);
  });
  socket.on("disconnect", function (reason) {
    lost();
    // The library does not come back by itself where the server closed the connection.
    if (reason === "io server disconnect") soon(function () { socket.connect(); }, 5000);
  });
  socket.on("connect_error", function () {
    lost();
    // Refused by the server itself (signed out, no longer public): asking again at once would not help.
    if (!socket.active) setTimeout(function () { socket.connect(); }, 20000 + Math.random() * 20000);
  });
  socket.io.on("ping", alive);
  socket.onAny(function (name, payload) {
    alive();
    if (name === "reset") soon(refresh, 5000);
    else if (name === "server.restarting") comeBackLater(payload);
    else if (payload && typeof payload.seq === "number") happened(name, payload);
  });

  // The server tells each page another moment, so that not all of them come back in the same one.
  function comeBackLater(payload) {
    var told = payload && payload.retry_in_ms;
    var wait = typeof told === "number" && told >= 0 && told <= 60000 ? told : Math.random() * 10000;
    socket.disconnect();
    setTimeout(function () { socket.connect(); }, wait);
  }

  function alive() { aliveAt = Date.now(); }

  function lost() {
    if (lostAt === null) {
      lostAt = Date.now();
      scheduleRefresh();
    }
    show(Date.now() - lostAt > STALE_AFTER ? "stale" : "reconnecting");
  }

  function soon(action, within) { setTimeout(action, Math.random() * within); }

  // For scripts that say something themselves over the connection, or tell how old the page is.
  window.matchdeskLive = { socket: socket, heardAt: function () { return aliveAt; } };

  // -- what the reader is told of it --------------------------------------------

  function show(state) {
    var note = document.querySelector("[data-live-status]") || document.getElementById("live-status");
    body.dataset.liveState = state;
    if (!note) return;
    note.dataset.liveStatus = state;
    // A connection that comes back within a moment is not worth a word.
    if (state === "reconnecting") setTimeout(function () { note.hidden = body.dataset.liveState === "live"; }, 3000);
    else note.hidden = state === "live";
  }

  function announce(name, payload) {
    var region = document.getElementById("announcer");
    if (!region || !payload.participant1_name) return;
    var sides = payload.participant1_name + " against " + payload.participant2_name;
    if (name === "match_started") region.textContent = sides + " has started.";
    if (name === "match_called") region.textContent = sides + " is called" + (payload.station_name ? " to " + payload.station_name : "") + ".";
  }

  // -- what happened ------------------------------------------------------------

  function happened(name, payload) {
    if (page === "me") refreshSoon();
    if (typeof payload.seq === "number" && (seq === null || payload.seq > seq)) seq = payload.seq;
    var match = payload.match_id;
    if (match && payload.html && !(newest[match] > payload.seq)) {
      var isNews = newest[match] !== payload.seq;
      newest[match] = payload.seq;
      place(parse(payload.html));
      if (isNews) announce(name, payload);
    } else if (name === "match_deleted") {
      ownRows(match).forEach(remove);
    }
    refetch(match);
    document.dispatchEvent(new CustomEvent("live:happened", { detail: { name: name, payload: payload } }));
  }

  function parse(html) {
    var template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  }

  function place(fresh) {
    if (!fresh) return;
    if (fresh.classList.contains("match-row")) placeRow(fresh);
    else replace(document.getElementById(fresh.id), fresh);
    retell(fresh);
  }

  // Boxes and scoreboards that show the match otherwise take from the fragment what they share with it.
  function retell(fresh) {
    var same = '[data-match-id="' + Number(fresh.dataset.matchId) + '"]';
    document.querySelectorAll("[data-live-box]" + same + ", .scoreboard" + same).forEach(function (box) {
      if (box !== fresh && box.id !== fresh.id) fill(box, fresh);
    });
  }

  // Rows of staff are drawn by the server for them alone; the public fragment must not replace those.
  function ownRows(match, root) {
    var rows = (root || document).querySelectorAll('.match-row[data-match-id="' + Number(match) + '"]');
    return Array.from(rows).filter(function (row) { return !row.closest("[data-refetch]"); });
  }

  function placeRow(fresh) {
    var match = fresh.dataset.matchId;
    var sections = Array.from(document.querySelectorAll("[data-live-section]"));
    sections.forEach(function (section) {
      var states = section.dataset.states ? section.dataset.states.split(/\s+/) : null;
      var wanted = section.dataset.where;
      var belongs = (!states || states.indexOf(fresh.dataset.state) >= 0) && (!wanted || fresh.matches(wanted));
      var old = ownRows(match, section)[0];
      if (old && belongs) settle(section, replace(old, fresh.cloneNode(true)));
      else if (old) remove(old);
      // A list without states is a selection of its own (a filter, a day): it gains no rows.
      else if (states && belongs && isWorthARow(fresh)) insert(section, fresh.cloneNode(true));
      count(section);
    });
    ownRows(match).forEach(function (row) {
      if (!row.closest("[data-live-section]")) replace(row, fresh.cloneNode(true));
    });
  }

  // With a side still open, a match is to be told of once it has a time, and not any more once it is over.
  function isWorthARow(row) {
    if (!row.querySelector(".side--open")) return true;
    return Boolean(row.querySelector("time")) && row.dataset.state !== "COMPLETED" && row.dataset.state !== "FORFEIT";
  }

  function count(section) {
    var head = section.closest("section");
    var number = head && !section.dataset.limit && head.querySelector(".section__count");
    if (number) number.textContent = rowsOf(section).length;
  }

  function insert(section, row) {
    settle(section, listOf(section).appendChild(adopt(row)));
    highlight(row);
    var limit = Number(section.dataset.limit) || Infinity;
    var rows = rowsOf(section);
    rows.slice(limit).forEach(remove);
  }

  function settle(section, row) {
    var place = Number(row.dataset.sort);
    var next = rowsOf(section).find(function (other) {
      return other !== row && Number(other.dataset.sort) > place;
    });
    var list = listOf(section);
    var last = rowsOf(section).pop();
    if (next && row.nextElementSibling !== next) list.insertBefore(row, next);
    else if (!next && last !== row) list.appendChild(row);
  }

  function listOf(section) {
    return section.matches("ol, ul, tbody") ? section : section.querySelector("ol, ul, tbody") || section;
  }

  function rowsOf(section) {
    return Array.from(listOf(section).children).filter(function (child) { return child.matches(".match-row"); });
  }

  function remove(row) {
    var list = row.parentElement;
    row.remove();
    // Without so much as a blank, the stylesheet shows what to say of an empty list.
    if (list && !list.children.length) list.replaceChildren();
  }

  function replace(old, fresh) {
    if (!old) return fresh;
    var changed = old.dataset.state !== fresh.dataset.state || text(old) !== text(fresh);
    var focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    old.replaceWith(adopt(fresh));
    if (focused) {
      var again = fresh.querySelector('a[href="' + CSS.escape(focused) + '"]') || fresh.querySelector("a");
      if (again) again.focus({ preventScroll: true });
    }
    if (changed) highlight(fresh);
    return fresh;
  }

  function text(element) { return element.textContent.replace(/\s+/g, " "); }

  function adopt(element) {
    if (window.htmx) window.htmx.process(element);
    return element;
  }

  function highlight(element) {
    element.classList.add("is-new");
    setTimeout(function () { element.classList.remove("is-new"); }, 3000);
  }

  function fill(box, fresh) {
    box.dataset.state = fresh.dataset.state;
    var sides = fresh.querySelectorAll(".side");
    box.querySelectorAll(".side").forEach(function (side, place) {
      if (sides[place]) side.replaceWith(sides[place].cloneNode(true));
    });
    var label = box.querySelector(".state"), now = fresh.querySelector(".state");
    if (label && now) label.replaceWith(now.cloneNode(true));
    retime(box, fresh);
    highlight(box);
  }

  // A box has one line for its time, where a row has two.
  function retime(box, fresh) {
    var head = box.querySelector(".bracket-match__head"), now = fresh.querySelector(".match-row__time[datetime]");
    if (!head) return;
    var old = head.querySelector("time");
    if (old && now && old.getAttribute("datetime") === now.getAttribute("datetime")) return;
    if (old) old.remove();
    if (!now) return;
    var time = now.cloneNode(true), day = fresh.querySelector(".match-row__day");
    time.className = "bracket-match__time";
    time.dataset.fmt = "short";
    time.textContent = day.textContent.replace(/^\S+ /, "") + " " + now.textContent;
    head.appendChild(time);
  }

  // -- what only some see ---------------------------------------------------------

  var waiting = new Set();
  var refetchTimer = null;

  function refetch(match) {
    document.querySelectorAll("[data-refetch]").forEach(function (element) {
      var own = element.dataset.matchId;
      if (!own || !match || own === String(match)) waiting.add(element);
    });
    if (waiting.size && !refetchTimer) refetchTimer = setTimeout(refetchNow, REFETCH_AFTER + Math.random() * 250);
  }

  function refetchNow() {
    refetchTimer = null;
    waiting.forEach(function (element) {
      if (!element.isConnected || !window.htmx) waiting.delete(element);
      // Nobody's typing is thrown away: the server tells at sending what changed meanwhile.
      else if (!isBeingFilledIn(element)) {
        waiting.delete(element);
        window.htmx.ajax("GET", element.dataset.refetch, { target: element, swap: "outerHTML" }).catch(function () {
          element.dataset.outOfDate = "";
        });
      }
    });
  }

  // Other scripts of the page may know that a match shows more now.
  document.addEventListener("live:refetch", function (event) { refetch(event.detail); });

  document.addEventListener("focusout", function () {
    if (waiting.size && !refetchTimer) refetchTimer = setTimeout(refetchNow, REFETCH_AFTER);
  });

  function isBeingFilledIn(element) {
    var at = document.activeElement;
    if (element.contains(at) && at.matches("input:not([type=checkbox]), select, textarea")) return true;
    // What somebody asked for, and looks at before they decide.
    if (element.querySelector("[data-held]")) return true;
    return Array.from(element.querySelectorAll("input, select, textarea")).some(isTouched);
  }

  function isTouched(field) {
    if (field.type === "hidden") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    var options = Array.from(field.options);
    return options.some(function (option) { return option.defaultSelected; }) &&
      options.some(function (option) { return option.selected !== option.defaultSelected; });
  }

  // -- starting anew: after a reset, and slowly while there is no connection -----------

  function scheduleRefresh() {
    clearTimeout(refreshTimer);
    refreshTimer = setTimeout(function () {
      if (lostAt === null) return;
      show("stale");
      refresh();
      scheduleRefresh();
    }, STALE_AFTER + Math.random() * STALE_AFTER);
  }

  // Other scripts of the page may ask for it to be drawn anew within so many milliseconds.
  document.addEventListener("live:redraw", function (event) {
    clearTimeout(redrawing);
    redrawing = setTimeout(refresh, Math.random() * event.detail);
  });

  var refreshing = null;
  var redrawing = null;

  function refreshSoon() {
    clearTimeout(refreshing);
    refreshing = setTimeout(refresh, REFETCH_AFTER + Math.random() * REFETCH_AFTER);
  }

  // A list of what comes next shows the first few. As they begin it runs short; long before it is empty, and
  // seldom, the page is drawn anew.
  document.querySelectorAll("[data-live-section][data-limit]").forEach(function (section) {
    if (rowsOf(section).length >= Number(section.dataset.limit)) section.dataset.full = "";
  });
  setInterval(function () {
    var short = Array.from(document.querySelectorAll("[data-live-section][data-full]")).some(function (section) {
      return rowsOf(section).length < Number(section.dataset.limit) / 2;
    });
    if (short) soon(refresh, REFILL_EVERY / 2);
  }, REFILL_EVERY);

  function refresh() {
    var main = document.querySelector("main");
    if (!main || isBeingFilledIn(main)) return;
    fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok || answer.redirected) throw new Error("not the page");
      return answer.text();
    }).then(function (html) {
      var anew = new DOMParser().parseFromString(html, "text/html");
      var fresh = anew.querySelector("main");
      if (!fresh || isBeingFilledIn(main)) return;
      main.replaceWith(adopt(document.importNode(fresh, true)));
      newest = {};
      alive();
      document.dispatchEvent(new CustomEvent("live:redrawn"));
      if (/^\d+$/.test(anew.body.dataset.liveSeq || "")) seq = Math.max(seq || 0, Number(anew.body.dataset.liveSeq));
    }).catch(function () { show("stale"); });
  }
})();

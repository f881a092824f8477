// Keeps an open page true. What happened comes over the socket with the redrawn public fragment in it, so that a
// spectator's page asks the server for nothing. live-rows.js puts fragments where they belong, live-own.js fetches
// what only some see, announce.js says it.
(function () {
  "use strict";

  var live = window.matchdeskLive;
  var body = document.body;
  var page = body.dataset.livePage;
  if (!page || !window.io) return;

  var ACROSS = page === "home" || page === "me" || page === "conflicts";
  var MARGIN_SECONDS = 10;          // what may happen between drawing a page and its arrival
  var STALE_AFTER = 30 * 1000;      // without a connection for this long, the page is refreshed now and then
  var TOO_LONG = 30 * 60 * 1000;    // away for longer than this, a page over many tournaments starts anew
  var REFILL_EVERY = 180 * 1000;
  var REDRAW_AFTER = 250;           // several events of one change lead to one request
  var DRAW_AFTER = 20;

  var seq = /^\d+$/.test(body.dataset.liveSeq || "") ? Number(body.dataset.liveSeq) : null;
  var aliveAt = Date.now() - performance.now();
  var heard = [];                   // not drawn yet
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
      var who = { page: page, id: body.dataset.liveId || null, language: document.documentElement.lang };
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
  live.socket = socket;
  live.heardAt = function () { return aliveAt; };

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

  // -- what happened ------------------------------------------------------------

  // Messages that come at once are drawn at once: the page is measured, and told of it, one time for all of them.
  function happened(name, payload) {
    if (page === "me") refreshSoon();
    if (typeof payload.seq === "number" && (seq === null || payload.seq > seq)) seq = payload.seq;
    heard.push({ name: name, payload: payload });
    if (heard.length === 1) setTimeout(drawHeard, DRAW_AFTER);
  }

  function drawHeard() {
    var all = heard;
    heard = [];
    live.holdStill(function () {
      all.forEach(function (one) { draw(one.name, one.payload); });
      document.dispatchEvent(new CustomEvent("live:drawn"));
    });
  }

  function draw(name, payload) {
    var match = payload.match_id;
    if (match && payload.html && !(newest[match] > payload.seq)) {
      var isNews = newest[match] !== payload.seq, fresh = live.parse(payload.html);
      newest[match] = payload.seq;
      live.place(fresh);
      if (isNews && fresh) live.announce(name, fresh, payload);
    } else if (name === "match_deleted") {
      live.ownRows(match).forEach(live.remove);
      document.querySelectorAll("[data-live-section]").forEach(live.count);
    }
    live.refetch(match);
    document.dispatchEvent(new CustomEvent("live:happened", { detail: { name: name, payload: payload } }));
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
    refreshing = setTimeout(refresh, REDRAW_AFTER + Math.random() * REDRAW_AFTER);
  }

  // A list of what comes next shows the first few. As they begin it runs short; long before it is empty, and
  // seldom, the page is drawn anew.
  document.querySelectorAll("[data-live-section][data-limit]").forEach(function (section) {
    if (live.rowsOf(section).length >= Number(section.dataset.limit)) section.dataset.full = "";
  });
  setInterval(function () {
    var short = Array.from(document.querySelectorAll("[data-live-section][data-full]")).some(function (section) {
      return live.rowsOf(section).length < Number(section.dataset.limit) / 2;
    });
    if (short) soon(refresh, REFILL_EVERY / 2);
  }, REFILL_EVERY);

  function refresh() {
    var main = document.querySelector("main");
    if (!main || live.isBeingFilledIn(main)) return;
    fetch(location.href, { headers: { Accept: "text/html", "X-Redraw": "1" }, credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok || answer.redirected) throw new Error("not the page");
      return answer.text();
    }).then(function (html) {
      var anew = new DOMParser().parseFromString(html, "text/html");
      var fresh = anew.querySelector("main");
      if (!fresh || live.isBeingFilledIn(main)) return;
      live.holdStill(function () { putAnew(main, document.importNode(fresh, true)); });
      newest = {};
      alive();
      if (/^\d+$/.test(anew.body.dataset.liveSeq || "")) seq = Math.max(seq || 0, Number(anew.body.dataset.liveSeq));
    }).catch(function () { show("stale"); });
  }

  function putAnew(main, fresh) {
    // What the reader has set stays as it is.
    main.querySelectorAll("[data-kept]").forEach(function (kept) {
      var place = fresh.querySelector('[data-kept="' + kept.dataset.kept + '"]');
      if (place) place.replaceWith(kept);
    });
    main.replaceWith(live.adopt(fresh));
    document.dispatchEvent(new CustomEvent("live:redrawn"));
  }
})();

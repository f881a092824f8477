// For whoever plays: the part of the page that is theirs, fetched again when its lobby is shown, and news of their
// matches, in the page and, with leave, by the browser.
(function () {
  "use strict";

  var LONGEST_WAIT = 6 * 3600 * 1000;   // a timer reaches no further than that; then the server is asked anew
  var MOST_SHOWN = 3;

  // -- when the lobby is shown ---------------------------------------------------

  var timers = {};

  function arm() {
    document.querySelectorAll("[data-refetch-in]").forEach(function (element) {
      var match = element.dataset.matchId;
      var wait = Math.min(Number(element.dataset.refetchIn) * 1000 + 500 + Math.random() * 1500, LONGEST_WAIT);
      clearTimeout(timers[match]);
      timers[match] = setTimeout(function () {
        document.dispatchEvent(new CustomEvent("live:refetch", { detail: match }));
      }, wait);
    });
  }

  // -- what happened to one's match ------------------------------------------------

  function sides(payload) {
    return payload.participant1_name && payload.participant2_name
      ? say("%(one)s against %(two)s", { one: payload.participant1_name, two: payload.participant2_name }) : say("Your match");
  }

  function moment(text) {
    var at = new Date(text), today = new Date();
    var time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    var day = at.toDateString() === today.toDateString() ? {} : { weekday: "short", day: "numeric", month: "short" };
    var language = document.documentElement.lang || "en";
    return at.toLocaleString(language === "en" ? "en-GB" : language + "-u-nu-latn", Object.assign(day, time));
  }

  var NEWS = {
    match_ready: function (match) { return say("%(match)s is ready.", match); },
    match_called: function (match, payload) {
      if (!payload.station_name) return say("%(match)s is called.", match);
      return say("%(match)s is called. Go to %(station)s.", { match: match.match, station: payload.station_name });
    },
    match_started: function (match) { return say("%(match)s has started.", match); },
    match_scheduled: function (match, payload) {
      if (!payload.scheduled_time) return say("%(match)s has no time any more.", match);
      var told = { match: match.match, time: moment(payload.scheduled_time) };
      return payload.old_scheduled_time ? say("%(match)s is moved to %(time)s.", told) : say("%(match)s is at %(time)s.", told);
    },
    match_updated: function (match, payload) {
      return (payload.changed || []).indexOf("station_id") >= 0 ? say("%(match)s is at another station now.", match) : "";
    }
  };

  var told = {};                        // by tournament: the last event that was told of

  document.addEventListener("live:happened", function (event) {
    var name = event.detail.name, payload = event.detail.payload;
    if (!NEWS[name] || !payload.match_id || !concerns(payload.match_id)) return;
    if (payload.seq <= (told[payload.tournament_id] || 0)) return;
    told[payload.tournament_id] = payload.seq;
    var text = NEWS[name]({ match: sides(payload) }, payload);
    if (!text) return;
    show(payload.match_id, text);
    notify(payload.match_id, text);
  });

  // The page of one's own matches hears of no others; a match's page is of one's own where one plays.
  function concerns(match) {
    if (document.body.dataset.livePage === "me") return true;
    return Boolean(document.querySelector('[data-plays][data-match-id="' + Number(match) + '"]'));
  }

  // -- in the page -------------------------------------------------------------------

  function show(match, text) {
    var list = document.getElementById("news");
    if (!list) {
      list = document.createElement("ul");
      list.id = "news";
      list.className = "news";
      list.setAttribute("aria-label", say("News of your matches"));
      document.body.appendChild(list);
    }
    var item = document.createElement("li"), link = document.createElement("a"), close = document.createElement("button");
    item.className = "news__item";
    item.dataset.match = match;
    link.href = "/matches/" + Number(match) + "/";
    link.textContent = text;
    close.type = "button";
    close.className = "news__close";
    close.setAttribute("aria-label", say("Close"));
    close.textContent = "×";
    close.addEventListener("click", function () { item.remove(); });
    item.append(link, close);
    Array.from(list.children).forEach(function (older) { if (older.dataset.match === String(match)) older.remove(); });
    list.prepend(item);
    Array.from(list.children).slice(MOST_SHOWN).forEach(function (older) { older.remove(); });
    var region = document.getElementById("announcer");
    if (region) region.textContent = text;
  }

  // -- by the browser, with leave ------------------------------------------------------

  function kept(name) {
    try { return window.localStorage.getItem(name) === "on"; } catch (error) { return false; }
  }

  function keep(name, on) {
    try {
      if (on) window.localStorage.setItem(name, "on");
      else window.localStorage.removeItem(name);
    } catch (error) { /* storage may be off: it then holds for nothing, and is said so by the button */ }
  }

  function isOn() { return "Notification" in window && Notification.permission === "granted" && kept("notify"); }

  function notify(match, text) {
    // Who looks at the page has it before their eyes.
    if (!isOn() || (document.visibilityState === "visible" && document.hasFocus())) return;
    try {
      var note = new Notification(text, { tag: "match-" + match, renotify: true, silent: !kept("notify-sound") });
      note.addEventListener("click", function () {
        window.focus();
        if (location.pathname !== "/matches/" + match + "/") location.assign("/matches/" + Number(match) + "/");
        note.close();
      });
    } catch (error) {
      // Some phones let only installed pages do so.
      keep("notify", false);
      draw(say("This browser can't; the news stays in the page."));
    }
  }

  function draw(note) {
    document.querySelectorAll("[data-notify]").forEach(function (box) {
      var button = box.querySelector("[data-notify-switch]"), sound = box.querySelector("[data-notify-sound]");
      box.hidden = !("Notification" in window);
      button.textContent = isOn() ? say("Notifications are on") : say("Notify me");
      button.setAttribute("aria-pressed", String(isOn()));
      sound.checked = kept("notify-sound");
      sound.closest("label").hidden = !isOn();
      if (note) box.querySelector("[data-notify-note]").textContent = note;
    });
  }

  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-notify-switch]")) return;
    if (isOn()) {
      keep("notify", false);
      draw();
      return;
    }
    Notification.requestPermission().then(function (answer) {
      keep("notify", answer === "granted");
      draw(answer === "denied" ? say("The browser blocks notifications of this site; its settings allow them again.") : "");
    });
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-notify-sound]")) keep("notify-sound", event.target.checked);
  });

  function start() {
    arm();
    draw();
  }
  document.addEventListener("htmx:after:swap", start);
  document.addEventListener("live:redrawn", start);
  start();
})();

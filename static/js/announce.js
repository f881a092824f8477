// Says what happened to who does not see it: in the one region that is read aloud, in few sentences. What the reader
// follows is always told of, of the rest one sentence every few seconds.
(function () {
  "use strict";

  var live = window.matchdeskLive;
  var GATHER = 400;                 // what happens at once is told at once
  var PAUSE = 6000;
  var always = [];
  var others = [];
  var timer = null;
  var due = 0;
  var quietUntil = 0;

  // What to say of an event, from the fragment that came with it; nothing of most.
  function sentence(name, fresh, payload) {
    var sides = Array.from(fresh.querySelectorAll(".side"));
    if (sides.length !== 2 || fresh.querySelector(".side--open")) return "";
    var names = { one: nameOf(sides[0]), two: nameOf(sides[1]) };
    if (name === "match_started") return say("%(one)s against %(two)s has started.", names);
    if (name === "match_called") {
      if (!payload.station_name) return say("%(one)s against %(two)s is called.", names);
      return say("%(one)s against %(two)s is called to %(station)s.", Object.assign(names, { station: payload.station_name }));
    }
    if (name !== "match_completed" && name !== "match_forfeited") return "";
    return result(name, fresh, sides, names);
  }

  function result(name, fresh, sides, names) {
    var winner = fresh.querySelector(".side--won"), loser = fresh.querySelector(".side--lost");
    var scores = sides.map(scoreOf), told = winner === sides[1] ? scores.reverse() : scores;
    if (winner && loser) {
      names = { winner: nameOf(winner), loser: nameOf(loser), score: told.join("–") };
      if (name === "match_forfeited") return say("%(winner)s has won against %(loser)s by forfeit.", names);
      if (told[0] && told[1]) return say("%(winner)s has won against %(loser)s, %(score)s.", names);
      return say("%(winner)s has won against %(loser)s.", names);
    }
    return say("%(one)s against %(two)s has ended.", names);
  }

  function nameOf(side) { return side.querySelector(".side__name").firstChild.textContent.trim(); }

  function scoreOf(side) {
    var score = side.querySelector(".side__score");
    return score ? score.textContent.trim() : "";
  }

  live.announce = function (name, fresh, payload) {
    var text = sentence(name, fresh, payload);
    if (!text) return;
    if (concerns(fresh)) always.push(text);
    else others.push({ text: text, match: fresh.dataset.matchId });
    schedule();
  };

  function concerns(fresh) {
    return document.body.dataset.livePage === "match" ||
      Boolean(window.matchdeskFollow && window.matchdeskFollow.isIn(fresh));
  }

  // What the reader has filtered out is not told of either.
  function isShown(one) {
    var rows = live.ownRows(one.match);
    return !rows.length || rows.some(function (row) { return !row.hidden; });
  }

  function schedule() {
    if (!always.length && !others.length) return;
    var at = Math.max(Date.now() + GATHER, always.length ? 0 : quietUntil);
    if (timer && at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(speak, at - Date.now());
  }

  function speak() {
    timer = null;
    var region = document.getElementById("announcer"), now = Date.now(), texts = always;
    always = [];
    if (others.length && now >= quietUntil) {
      var shown = others.filter(isShown);
      others = [];
      if (shown.length) {
        texts = texts.concat(shown.length === 1 ? shown[0].text : sayN(shown.length, "%(num)s match has started or ended.", "%(num)s matches have started or ended."));
        quietUntil = now + PAUSE;
      }
    }
    if (region && texts.length) region.textContent = texts.join(" ");
    schedule();
  }
})();

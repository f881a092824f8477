// A layer of a broadcast: of all rows that the page holds, the one whose turn it is, as large as it fits.
(function () {
  "use strict";

  var TURN_EVERY = 6 * 1000;
  var SCORE_STAYS = 120 * 1000;     // the score of what has just ended, before the next match takes its place
  var turn = 0;
  var wasLive = {};                 // by match: when it was last seen being played

  function layer() { return document.querySelector("[data-screen]"); }
  function rows(kind) {
    return Array.from(document.querySelectorAll('.overlay__list[data-kind="' + kind + '"] > .match-row'));
  }

  function justEnded() {
    return rows("finished").filter(function (row) {
      return Date.now() - (wasLive[row.dataset.matchId] || 0) < SCORE_STAYS;
    });
  }

  function chosen(kind) {
    var coming = rows("called").concat(rows("next"));
    var choice = {
      scoreboard: rows("only").concat(rows("live"), justEnded(), coming, rows("finished")).slice(0, 1),
      next: rows("only").concat(coming).slice(0, 1),
      ticker: rows("only").concat(rows("live"), coming.slice(0, 4), rows("finished").slice(0, 6))
    }[kind];
    return choice[turn % (choice.length || 1)];
  }

  // With a width and a height the layer is so large, times the scale; without, it fills its source.
  function box(main) {
    var scale = Number(main.dataset.scale) || 1;
    ["width", "height"].forEach(function (side) {
      if (main.dataset[side]) main.style[side] = Number(main.dataset[side]) * scale + "px";
    });
    return main.dataset.width || main.dataset.height ? 1 : Math.min(scale, 1);
  }

  // Measured at the row: what is pushed out at the top is no overflow to the layer.
  function spills(main, row) {
    var room = main.getBoundingClientRect(), taken = row.getBoundingClientRect();
    var parts = Array.from(row.querySelectorAll(".match-row__sides, .side, .match-row__meta"));
    var isCut = parts.concat([row]).some(function (part) { return part.scrollWidth > part.clientWidth + 1; });
    return isCut || row.scrollHeight > row.clientHeight + 1 || taken.height > room.height || taken.width > room.width;
  }

  function draw() {
    var main = layer(), row = chosen(main.dataset.screen), root = document.documentElement.style;
    rows("live").forEach(function (each) { wasLive[each.dataset.matchId] = Date.now(); });
    document.querySelectorAll(".match-row.is-shown").forEach(function (other) {
      if (other !== row) other.classList.remove("is-shown");
    });
    if (!row) return;
    row.classList.add("is-shown");
    var share = box(main), low = 4, high = 120;
    while (high - low > 0.5) {
      var middle = (low + high) / 2;
      root.fontSize = middle + "px";
      if (spills(main, row)) high = middle;
      else low = middle;
    }
    root.fontSize = low * share + "px";
  }

  ["live:happened", "live:redrawn"].forEach(function (name) { document.addEventListener(name, draw); });
  window.addEventListener("resize", draw);
  window.setInterval(function () { turn += 1; draw(); }, TURN_EVERY);
  draw();
})();

// Keeps the conflict inbox true: something happened in these tournaments, or time went by, so the list is fetched
// again, not too often, and put in place row by row: what the reader looks at or stands on stays where it is.
(function () {
  "use strict";

  var AFTER = 700;              // several events of one change lead to one request
  var LEAST = 4000;             // what clashes takes the server some work to find
  var EACH = 60 * 1000;         // conflicts end by themselves
  var timer = null;
  var fetchedAt = 0;
  var posting = false;
  var place = null;

  function list() { return document.getElementById("conflicts"); }

  function soon() {
    if (timer) return;
    timer = setTimeout(refetch, Math.max(AFTER, fetchedAt + LEAST - Date.now()));
  }

  function refetch() {
    timer = null;
    if (!list() || !window.htmx) return;
    if (posting || document.hidden) return soon();
    fetchedAt = Date.now();
    window.htmx.ajax("GET", list().dataset.address, { target: list(), swap: "outerMorph" }).catch(soon);
  }

  document.addEventListener("live:happened", soon);
  setInterval(soon, EACH);

  // Whoever works through the list by keyboard goes on at the row that has moved up to where they were.
  function rows() { return Array.from(document.querySelectorAll(".conflict")); }

  document.addEventListener("submit", function (event) {
    var row = event.target.closest(".conflict");
    place = row ? rows().indexOf(row) : null;
    posting = event.target.hasAttribute("hx-post");
  }, true);

  document.addEventListener("htmx:after:swap", function () {
    posting = false;
    // The answer comes in two parts; the button goes with one of them.
    setTimeout(goOn, 0);
  });

  function goOn() {
    if (place === null || document.activeElement !== document.body) return;
    var row = rows()[Math.min(place, rows().length - 1)];
    var next = (row && row.querySelector("button")) || document.querySelector("#conflicts-outcome button");
    if (next) next.focus({ preventScroll: true });
    place = null;
  }
  document.addEventListener("htmx:error", function () { posting = false; });
})();

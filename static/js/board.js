// The big screen: everything as large as fits, and in turns what does not. Nobody is there to scroll it.
(function () {
  "use strict";

  // Sizes of the root's letters, in hundredths of the screen's height. Names are half as large again: at the
  // smallest they can be read from twenty metres on a screen of three.
  var SMALLEST = 2.3, MIDDLE = 3, LARGEST = 4.6;
  var SMALLEST_DRAWN = 1.7, TINIEST_DRAWN = 1.1, LARGEST_DRAWN = 3.4;
  var TURN_EVERY = 12 * 1000;
  var turn = 0;

  function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }
  function away(element, isAway) { element.classList.toggle("is-away", isAway); }

  function setSize(size) {
    var unit = Math.min(window.innerHeight, window.innerWidth * 9 / 16) / 100;
    document.documentElement.style.fontSize = (size * unit).toFixed(2) + "px";
  }

  // The largest size at which it fits; the smallest one if none does.
  function largest(fits, from, to) {
    setSize(to);
    if (fits(to)) return to;
    var low = from, high = to;
    while (high - low > 0.05) {
      var middle = (low + high) / 2;
      setSize(middle);
      if (fits(middle)) low = middle;
      else high = middle;
    }
    setSize(low);
    return low;
  }

  function spills(element) {
    return element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1;
  }

  // -- the matches ------------------------------------------------------------------------------------------

  // Names are rather smaller than shortened, as long as they stay large; and where one has to go is never short.
  var WHOLE = "[data-page] :is(.side__name, .match-row__meta)";

  function isCut(text) { return text.scrollWidth > text.clientWidth + 1; }

  function fitMatches(view) {
    var columns = all(".board__column", view);
    all(".match-row, [data-spare]", view).forEach(function (element) { away(element, false); });
    all("[data-part]", view).forEach(function (head) { delete head.dataset.part; });

    function fits(size) {
      if (columns.some(spills)) return false;
      return size <= MIDDLE || !all(WHOLE, view).some(isCut);
    }

    largest(fits, SMALLEST, LARGEST);
    columns.forEach(function (column) { if (spills(column)) page(column); });
    all("[data-spare]", view).forEach(trim);
  }

  // What has to be seen takes turns where it does not fit.
  function page(column) {
    var list = column.querySelector("[data-page]"), rows = all(".match-row", list), shown = rows.length;
    while (shown > 1 && spills(column)) {
      shown -= 1;
      rows.forEach(function (row, n) { away(row, n >= shown); });
    }
    var pages = Math.ceil(rows.length / shown), first = (turn % pages) * shown;
    rows.forEach(function (row, n) { away(row, n < first || n >= first + shown); });
    var head = list.closest("section").querySelector(".section__head");
    head.dataset.part = say("%(first)s–%(last)s shown", { first: first + 1, last: Math.min(first + shown, rows.length) });
  }

  // What comes after takes the room that is left.
  function trim(section) {
    var bottom = section.getBoundingClientRect().bottom + 1, rows = all(".match-row", section);
    var cut = rows.findIndex(function (row) { return row.getBoundingClientRect().bottom > bottom; });
    if (cut >= 0) rows.slice(cut).forEach(function (row) { away(row, true); });
    away(section, cut === 0 || section.clientHeight < 8);
  }

  // -- the brackets -----------------------------------------------------------------------------------------

  function roundsToLeaveOut(section) {
    return all(".bracket", section).reduce(function (found, bracket) {
      var rounds = all(":scope > .bracket__round:not(.is-away)", bracket);
      return rounds.length > 1 ? found.concat([rounds[0]]) : found;
    }, []).sort(function (a, b) { return slots(b) - slots(a); });
  }

  function slots(round) { return round.querySelectorAll(".bracket__slot").length; }

  function fitsDrawn(view, section) {
    return !spills(view) && !all(".bracket-board", section).some(spills) && !all(".table-wrap, .standings__name .side__name", section).some(isCut);
  }

  function fitBracket(view, section, groups) {
    all(".bracket-section", view).forEach(function (other) { away(other, other !== section); });
    all(".bracket__round, .standings tr", section).forEach(function (element) { away(element, false); });
    if (groups) pick(section, groups);

    function fits() { return fitsDrawn(view, section); }

    setSize(SMALLEST_DRAWN);
    for (var rounds = roundsToLeaveOut(section); rounds.length && !fits(); rounds = roundsToLeaveOut(section)) {
      // What was played first is left out first; where a lower bracket is longer, there.
      away(rounds[0], true);
    }
    var lines = !groups || groups.length === 1 ? all(".group:not(.is-away) .standings tbody tr", section) : [];
    while (lines.length > 4 && !fits()) away(lines.pop(), true);
    largest(fits, fits() ? SMALLEST_DRAWN : TINIEST_DRAWN, LARGEST_DRAWN);
  }

  function pick(section, groups) {
    all(".group", section).forEach(function (group) { away(group, groups.indexOf(group) < 0); });
    section.querySelector(".groups").dataset.columns = groups.length > 6 ? 4 : groups.length > 4 ? 3 : groups.length > 1 ? 2 : 1;
  }

  // So many tables side by side as can be read.
  function bundles(view, section) {
    var groups = all(".group", section);
    if (!groups.length) return [null];
    all(".standings tr", section).forEach(function (line) { away(line, false); });
    all(".bracket-section", view).forEach(function (other) { away(other, other !== section); });
    var most = [groups.length, 6, 4, 2, 1].find(function (number) {
      if (number > groups.length) return false;
      pick(section, groups.slice(0, number));
      setSize(SMALLEST);
      return number === 1 || fitsDrawn(view, section);
    });
    var found = [];
    for (var start = 0; start < groups.length; start += most) found.push(groups.slice(start, start + most));
    return found;
  }

  // -- one view after the other -----------------------------------------------------------------------------

  function slides() {
    var found = [];
    all("[data-view]").forEach(function (view) {
      var sections = all(".bracket-section", view);
      if (!sections.length) found.push({ view: view });
      else away(view, false);
      sections.forEach(function (section) {
        bundles(view, section).forEach(function (groups) {
          found.push({ view: view, section: section, groups: groups });
        });
      });
    });
    return found;
  }

  var known = [];
  var at = 0;

  function draw() {
    var slide = known[at % known.length];
    all("[data-view]").forEach(function (view) { away(view, view !== slide.view); });
    if (slide.section) fitBracket(slide.view, slide.section, slide.groups);
    else fitMatches(slide.view);
    fitMessage();
  }

  function fitMessage() {
    var box = document.querySelector("[data-message]");
    if (!box || box.hidden) return;
    var text = box.querySelector("[data-message-text]"), low = 3, high = 24;
    while (high - low > 0.25) {
      var middle = (low + high) / 2;
      text.style.fontSize = middle + "vh";
      if (spills(box)) high = middle;
      else low = middle;
    }
    text.style.fontSize = low + "vh";
  }

  var waiting = null;

  function redraw() {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(function () {
      // A pushed bracket, and a page that was fetched anew, bring other elements.
      known = slides();
      draw();
      document.documentElement.classList.add("is-fitted");
    });
  }

  window.setInterval(function () {
    turn += 1;
    at = known.length ? (at + 1) % known.length : 0;
    redraw();
  }, TURN_EVERY);
  ["live:happened", "live:redrawn", "screen:told"].forEach(function (name) { document.addEventListener(name, redraw); });
  window.addEventListener("resize", redraw);
  redraw();
})();

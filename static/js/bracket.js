// The bracket page's comforts: the path of a participant, one round at a time on a phone, tables that follow what
// is pushed. Without it the page shows the same; a reload brings what happened.
(function () {
  "use strict";

  var PHONE = window.matchMedia("(max-width: 47.99rem)");
  var REDRAW_WITHIN = 15000;        // what is too large to be pushed is fetched: not by all readers in the same moment
  var followed = null;              // chosen by the reader, at first one whom they follow; what is under the pointer goes before it
  var shown = [];

  function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }

  // -- the path -------------------------------------------------------------------

  function show(ids) {
    shown = ids;
    all(".is-path, .is-path-in, .has-path").forEach(function (element) {
      element.classList.remove("is-path", "is-path-in", "has-path");
    });
    ids.forEach(function (id) {
      all('.bracket-section [data-side="' + id + '"]').forEach(function (side) { mark(side, id); });
    });
  }

  function mark(side, id) {
    side.classList.add("is-path");
    side.closest(".bracket-section").classList.add("has-path");
    var box = side.closest(".bracket-match, .bracket-bye");
    if (!box) return;
    box.classList.add("is-path");
    var slot = box.closest(".bracket__slot"), next = box.dataset.winnerTo && boxOf(box.dataset.winnerTo);
    var goesOn = slot && (next ? next.querySelector('[data-side="' + id + '"]') : box.matches(".bracket-bye"));
    if (!goesOn) return;
    slot.classList.add("is-path");
    if (next && next.closest(".bracket__slot")) next.closest(".bracket__slot").classList.add("is-path-in");
  }

  function boxOf(match) { return document.querySelector('.bracket-match[data-match-id="' + Number(match) + '"]'); }

  function idsAt(element, isFocused) {
    if (!element.closest || !element.closest(".bracket-section")) return null;
    var side = element.closest("[data-side]");
    if (side) return [side.dataset.side];
    var box = element.closest(".bracket-match");
    if (!box || !isFocused) return null;
    // The keyboard reaches a match, not a side: then it is the winner's path, or that of both.
    var sides = all(".side--won[data-side]", box);
    if (!sides.length) sides = all("[data-side]", box);
    return sides.map(function (one) { return one.dataset.side; });
  }

  function rest() { return followed ? [followed] : []; }

  document.addEventListener("pointerover", function (event) {
    if (event.pointerType === "touch") return;
    var ids = idsAt(event.target, false) || rest();
    if (ids.join() !== shown.join()) show(ids);
    var name = event.target.closest(".bracket-match .side__name, .bracket-bye .side__name");
    if (name && !name.title && name.scrollWidth > name.clientWidth) name.title = name.textContent;
  });
  document.addEventListener("focusin", function (event) {
    if (event.target.matches(":focus-visible")) show(idsAt(event.target, true) || rest());
  });
  document.addEventListener("focusout", function () { show(rest()); });

  // -- one participant, chosen by name ------------------------------------------------

  function offerChoice() {
    var names = {};
    all(".bracket-section [data-side]").forEach(function (side) {
      var name = side.querySelector(".side__name");
      var own = name && name.firstChild;
      if (own) names[side.dataset.side] = own.textContent.trim();
    });
    var ids = Object.keys(names).sort(function (a, b) { return names[a].localeCompare(names[b]); });
    var tools = document.querySelector("[data-tools]");
    if (!tools) return;
    all(".follow", tools).forEach(function (old) { old.remove(); });
    if (ids.length < 3) return;
    var label = document.createElement("label"), select = document.createElement("select");
    label.className = "follow";
    label.textContent = say("Follow");
    select.className = "input";
    select.add(new Option(say("Nobody in particular"), ""));
    ids.forEach(function (id) { select.add(new Option(names[id], id, false, id === followed)); });
    label.appendChild(select);
    tools.appendChild(label);
    select.addEventListener("change", function () {
      followed = select.value || null;
      show(rest());
      var boxes = all(".bracket-match.is-path");
      var open = boxes.filter(function (box) { return !box.querySelector('.side--lost[data-side="' + followed + '"]'); });
      var last = open.pop() || boxes.pop();
      if (last) bringUp(last);
    });
  }

  // -- one part and one round at a time ---------------------------------------------------------------

  // On a phone a double elimination shows its upper bracket, its lower one or the grand final.
  function partTabs(strip) {
    var links = all("a", strip), parts = links.map(function (link) { return document.getElementById(link.hash.slice(1)); });

    function turnTo(part) {
      parts.forEach(function (one, n) {
        one.classList.toggle("is-away", one !== part);
        if (one === part) links[n].setAttribute("aria-current", "true");
        else links[n].removeAttribute("aria-current");
      });
      part.dispatchEvent(new CustomEvent("bracket:shown"));
    }

    links.forEach(function (link, n) {
      parts[n].addEventListener("bracket:wanted", function () { turnTo(parts[n]); });
      link.addEventListener("click", function (event) {
        event.preventDefault();
        turn(strip, function () { turnTo(parts[n]); });
      });
    });
    turnTo(parts.find(isLive) || parts.find(isBeingPlayed) || parts[parts.length - 1]);
  }

  // What is turned to begins at its top, also for who had scrolled far down.
  function turn(strip, action) {
    function aboveStrip() {
      var stuck = parseFloat(getComputedStyle(strip).top) + strip.offsetHeight;
      return strip.nextElementSibling.getBoundingClientRect().top - stuck;
    }
    var wasPast = PHONE.matches && aboveStrip() < 0;
    action();
    if (wasPast) window.scrollBy({ top: aboveStrip(), behavior: "instant" });
  }

  function bringUp(box) {
    var part = box.closest(".bracket-part");
    if (part) part.dispatchEvent(new CustomEvent("bracket:wanted"));
    box.scrollIntoView({ block: "center", inline: "center" });
  }

  function tabs(part) {
    var strip = part.querySelector(".round-tabs"), bracket = part.querySelector(".bracket");
    if (!strip) return;
    var rounds = all(".bracket__round", bracket), links = all("a", strip);

    function settle() {
      var place = Math.round(bracket.scrollLeft / ((bracket.scrollWidth - bracket.clientWidth) / (rounds.length - 1) || 1));
      var here = PHONE.matches ? rounds[Math.min(place, rounds.length - 1)] : null;
      links.forEach(function (link, n) {
        if (here === rounds[n]) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
      // A later round has fewer matches: what follows moves up to it.
      bracket.style.height = here ? here.offsetHeight + 12 + "px" : "";
      var link = strip.querySelector("[aria-current]");
      if (link) strip.scrollLeft = link.offsetLeft - (strip.clientWidth - link.offsetWidth) / 2;
    }

    function go(round, behavior) {
      bracket.scrollTo({ left: round.offsetLeft - rounds[0].offsetLeft, behavior: behavior });
    }

    links.forEach(function (link, n) {
      link.addEventListener("click", function (event) {
        event.preventDefault();
        turn(strip, function () { go(rounds[n], "auto"); });
      });
    });
    var timer = null;
    bracket.addEventListener("scroll", function () {
      clearTimeout(timer);
      timer = setTimeout(settle, 80);
    });
    PHONE.addEventListener("change", settle);
    function start() {
      if (PHONE.matches) go(rounds.find(isLive) || rounds.find(isBeingPlayed) || rounds[rounds.length - 1], "instant");
      settle();
    }

    // Out of sight nothing can be scrolled, so what is shown first is settled when it is seen first.
    part.addEventListener("bracket:shown", start, { once: true });
    part.addEventListener("bracket:shown", settle);
    start();
  }

  function isLive(root) { return Boolean(root.querySelector('.bracket-match[data-state="LIVE"]')); }

  function isBeingPlayed(round) { return Boolean(openBox(round)); }

  function openBox(round) {
    return round.querySelector('.bracket-match:not([data-state="COMPLETED"], [data-state="FORFEIT"], [data-state="CANCELLED"])');
  }

  // A column may be as tall as the whole drawing: a link leads to what is played in it.
  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-jump]");
    var round = link && document.getElementById(link.hash.slice(1));
    if (!round) return;
    event.preventDefault();
    var box = openBox(round) || round.querySelector(".bracket-match");
    bringUp(box);
    box.focus({ preventScroll: true });
  });

  // -- what is pushed -----------------------------------------------------------------------

  document.addEventListener("live:happened", function (event) {
    var name = event.detail.name, payload = event.detail.payload;
    if (name === "bracket_updated") {
      if (typeof payload.html === "string") put(payload.bracket_id, payload.html);
      else if (payload.match_id === null) redraw();
      (payload.tables || []).forEach(function (table) { retell(payload.bracket_id, table); });
      crown(payload);
    } else if (name === "match_created" ? payload.bracket_id : name === "match_deleted" && boxOf(payload.match_id)) redraw();
    if (shown.length) show(shown);
  });

  // A bracket that is new, that changed as a whole, or (without html) that is gone.
  function put(bracket, html) {
    var old = document.getElementById("bracket-" + Number(bracket)), list = document.querySelector("[data-bracket-list]");
    var template = document.createElement("template");
    template.innerHTML = html;
    var fresh = template.content.firstElementChild;
    if (old && fresh && fresh.hasAttribute("data-latest-round")) keepRounds(old, fresh);
    if (!fresh) { if (old) old.remove(); }
    else if (old) old.replaceWith(fresh);
    else list.insertBefore(fresh, all(".bracket-section", list).find(function (one) { return Number(one.dataset.bracket) > Number(bracket); }) || null);
    var chips = document.querySelector("[data-brackets]");
    chips.replaceChildren.apply(chips, all(".bracket-section", list).map(chip));
    offerChoice();
    if (!fresh) return;
    prepare(fresh);
    fresh.classList.add("is-new");
  }

  function keepRounds(old, fresh) {
    var rounds = fresh.querySelector(".group__rounds");
    if (!rounds) return;
    all(".round", old).forEach(function (round) {
      if (rounds.querySelector('[data-round="' + round.dataset.round + '"]')) return;
      round.open = false;
      rounds.appendChild(round);
    });
  }

  function chip(section) {
    var link = document.createElement("a");
    link.className = "chip";
    link.href = "#" + section.id;
    link.textContent = section.querySelector("h2").textContent;
    return link;
  }

  function redraw() { document.dispatchEvent(new CustomEvent("live:redraw", { detail: REDRAW_WITHIN })); }

  function retell(bracket, table) {
    var shownTable = all('[data-standings="' + Number(bracket) + '"]').find(function (one) { return one.dataset.group === table.group; });
    if (!shownTable) return;
    var body = shownTable.tBodies[0], rows = Array.from(body.rows);
    var places = rows.map(function (row) { return row.className.replace(/\s*is-new/, ""); });
    table.rows.forEach(function (values, place) {
      var row = rows.find(function (one) { return one.querySelector("[data-side]").dataset.side === String(values[0]); });
      if (!row) return;
      var changed = false;
      table.columns.forEach(function (column, n) {
        var cell = row.querySelector('[data-cell="' + column + '"]');
        if (!cell || cell.textContent === String(values[n])) return;
        cell.textContent = values[n];
        changed = true;
      });
      body.appendChild(row);
      // What a place leads to belongs to the place, not to who stands there.
      row.className = places[place] || "";
      if (changed) row.classList.add("is-new");
    });
  }

  function crown(payload) {
    var section = document.getElementById("bracket-" + payload.bracket_id);
    var note = section && section.querySelector("[data-champion]");
    if (!note) return;
    var side = payload.champion_id && section.querySelector('[data-side="' + payload.champion_id + '"] .side__name');
    note.hidden = !side;
    if (side) note.querySelector("[data-champion-name]").textContent = side.firstChild.textContent.trim();
  }

  // -- begin -----------------------------------------------------------------------------------

  function prepare(root) {
    all(".bracket-part", root).forEach(tabs);
    all(".part-tabs", root).forEach(partTabs);
  }

  function begin() {
    if (!followed && window.matchdeskFollow) followed = window.matchdeskFollow.firstIn(document.querySelector("[data-bracket-list]"));
    offerChoice();
    prepare(document);
    if (followed) show(rest());
  }

  document.addEventListener("live:redrawn", begin);
  begin();
})();

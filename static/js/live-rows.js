// Puts what is pushed where it belongs: rows into the lists of a page, boxes and scoreboards in their places, and all
// of it without moving what somebody reads or taking away what they have focused.
(function () {
  "use strict";

  var live = window.matchdeskLive = window.matchdeskLive || {};
  var HIGHLIGHT = 3000;

  live.parse = function (html) {
    var template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  };

  live.place = function (fresh) {
    if (!fresh) return;
    if (fresh.classList.contains("match-row")) placeRow(fresh);
    else replace(document.getElementById(fresh.id), fresh);
    retell(fresh);
  };

  live.adopt = function (element) {
    if (window.htmx) window.htmx.process(element);
    return element;
  };

  // Rows of staff are drawn by the server for them alone; the public fragment must not replace those.
  live.ownRows = function (match, root) {
    var rows = (root || document).querySelectorAll('.match-row[data-match-id="' + Number(match) + '"]');
    return Array.from(rows).filter(function (row) { return !row.closest("[data-refetch]"); });
  };

  live.rowsOf = function (section) {
    return Array.from(listOf(section).children).filter(function (child) { return child.matches(".match-row"); });
  };

  // -- rows ---------------------------------------------------------------------

  function placeRow(fresh) {
    document.querySelectorAll("[data-live-section]").forEach(function (section) { live.placeIn(section, fresh); });
    live.ownRows(fresh.dataset.matchId).forEach(function (row) {
      if (!row.closest("[data-live-section]")) replace(row, fresh.cloneNode(true));
    });
  }

  // The row as it is now, in this list: taken in, moved, redrawn or sent away, as the list says.
  live.placeIn = function (section, fresh) {
    var states = section.dataset.states ? section.dataset.states.split(/\s+/) : null;
    var wanted = section.dataset.where;
    var belongs = (!states || states.indexOf(fresh.dataset.state) >= 0) && (!wanted || fresh.matches(wanted));
    var old = live.ownRows(fresh.dataset.matchId, section)[0];
    if (old && belongs) settle(section, replace(old, copy(section, fresh)));
    else if (old) live.remove(old);
    // A list without states is a selection of its own (a filter, a day): it gains no rows.
    else if (states && belongs && isWorthARow(fresh)) insert(section, copy(section, fresh));
    live.count(section);
  };

  // A list of rows that stand elsewhere on the page as well leaves them their ids.
  function copy(section, fresh) {
    var row = fresh.cloneNode(true);
    if (section.hasAttribute("data-copies")) row.removeAttribute("id");
    return row;
  }

  // With a side still open, a match is to be told of once it has a time, and not any more once it is over.
  function isWorthARow(row) {
    if (!row.querySelector(".side--open")) return true;
    return Boolean(row.querySelector("time")) && row.dataset.state !== "COMPLETED" && row.dataset.state !== "FORFEIT";
  }

  live.count = function (section) {
    var head = section.closest("section");
    var number = head && !section.dataset.limit && head.querySelector(".section__count");
    if (number) number.textContent = live.rowsOf(section).filter(function (row) { return !row.hidden; }).length;
  };

  function insert(section, row) {
    settle(section, listOf(section).appendChild(live.adopt(row)));
    highlight(row);
    live.rowsOf(section).slice(Number(section.dataset.limit) || Infinity).forEach(live.remove);
  }

  function settle(section, row) {
    var place = Number(row.dataset.sort), rows = live.rowsOf(section), list = listOf(section);
    var next = rows.find(function (other) { return other !== row && Number(other.dataset.sort) > place; });
    if (next && row.nextElementSibling !== next) list.insertBefore(row, next);
    else if (!next && rows[rows.length - 1] !== row) list.appendChild(row);
  }

  function listOf(section) {
    return section.matches("ol, ul, tbody") ? section : section.querySelector("ol, ul, tbody") || section;
  }

  live.remove = function (row) {
    var list = row.parentElement;
    row.remove();
    // Without so much as a blank, the stylesheet shows what to say of an empty list.
    if (list && !list.children.length) list.replaceChildren();
  };

  function replace(old, fresh) {
    if (!old) return fresh;
    var changed = look(old) !== look(fresh);
    old.replaceWith(live.adopt(fresh));
    if (changed) highlight(fresh);
    return fresh;
  }

  // What would be news to the eye: not the clock of the reader's zone, and no estimate that was made anew.
  function look(element) {
    var text = Array.from(element.querySelectorAll(".side, .state, .called, .match-row__station, .stream-link, .games"));
    var times = Array.from(element.querySelectorAll("time")).filter(function (time) { return !time.closest(".expected"); });
    return text.map(function (part) { return part.textContent.replace(/\s+/g, " ").trim(); })
      .concat(times.map(function (time) { return time.getAttribute("datetime"); })).join("|");
  }

  function highlight(element) {
    element.classList.add("is-new");
    setTimeout(function () { element.classList.remove("is-new"); }, HIGHLIGHT);
  }

  // -- boxes and scoreboards that show the match otherwise take from the fragment what they share with it ---------

  function retell(fresh) {
    var same = '[data-match-id="' + Number(fresh.dataset.matchId) + '"]';
    document.querySelectorAll("[data-live-box]" + same + ", .scoreboard" + same).forEach(function (box) {
      if (box !== fresh && box.id !== fresh.id) fill(box, fresh);
    });
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

  // -- what somebody reads stays where it is, and what they have focused stays focused ------------------------------

  var READ_FROM = 150;              // below what sticks to the top of the window
  var EVERY = 60;

  // Make the change. Whoever stands at the top of the page sees what comes in there, unless it is they who ask for it.
  live.holdStill = function (change, isAsked) {
    var focus = focused();
    var seen = window.scrollY > 0 || isAsked ? inSight(focus) : [];
    change();
    if (focus) refocus(focus);
    for (var place = 0; place < seen.length; place += 1) {
      var now = again(seen[place]);
      if (now) {
        var moved = now.getBoundingClientRect().top - seen[place].top;
        if (Math.abs(moved) >= 1) window.scrollBy({ top: moved, behavior: "instant" });
        return;
      }
    }
  };

  // What is focused comes first, then what stands in the middle of the window, from top to bottom.
  function inSight(focus) {
    var seen = focus ? [mark(focus.element)] : [];
    for (var y = READ_FROM; y < window.innerHeight; y += EVERY) {
      var element = document.elementFromPoint(window.innerWidth * 0.3, y);
      if (element && element.closest("main") && !element.closest(".section__head--sticky")) seen.push(mark(element));
    }
    return seen.filter(function (one) {
      return one && one.top < window.innerHeight && one.bottom > 0;
    });
  }

  function mark(element) {
    var row = element.closest(".match-row"), kept = row || element;
    // What holds lists stays where it is while they move in it.
    if (!row && element.querySelector("[data-live-section]")) return null;
    if (element.matches("main, [data-live-section]")) return null;
    var box = kept.getBoundingClientRect();
    return { element: kept, list: row && listName(row), match: row && row.dataset.matchId, top: box.top, bottom: box.bottom };
  }

  function listName(row) {
    var section = row.closest("section[aria-labelledby]");
    return section ? section.getAttribute("aria-labelledby") : null;
  }

  // The same, or in the same list the same match as it is drawn now; a row that went elsewhere is not followed.
  function again(seen) {
    var found = seen.element;
    if (seen.match && !found.isConnected) {
      found = live.ownRows(seen.match).find(function (row) { return listName(row) === seen.list; });
    } else if (seen.match && listName(found) !== seen.list) return null;
    return found && found.isConnected && found.getClientRects().length ? found : null;
  }

  function focused() {
    var element = document.activeElement;
    if (!element || element === document.body || !element.closest("main")) return null;
    var holder = element.closest("[data-match-id]");
    if (!holder) return { element: element };
    var rows = holder.matches(".match-row") && holder.parentElement ? Array.from(holder.parentElement.children) : [];
    return { element: element, match: holder.dataset.matchId, list: listName(holder), at: rows.indexOf(holder), key: keyOf(element), among: holder.parentElement };
  }

  function keyOf(element) {
    return ["href", "data-follow", "data-follow-row", "name", "id"].map(function (name) {
      return element.hasAttribute(name) ? "[" + name + '="' + CSS.escape(element.getAttribute(name)) + '"]' : "";
    }).join("") || element.localName;
  }

  // On the match as it is drawn now, where that is; where it is shown no more, on its neighbour.
  function refocus(focus) {
    if (focus.element.isConnected || !focus.match) {
      if (focus.element.isConnected && document.activeElement !== focus.element) focus.element.focus({ preventScroll: true });
      return;
    }
    var holders = Array.from(document.querySelectorAll('[data-match-id="' + Number(focus.match) + '"]'));
    holders.sort(function (one, other) { return (listName(other) === focus.list) - (listName(one) === focus.list); });
    var found = null;
    holders.forEach(function (holder) { found = found || holder.querySelector(focus.key); });
    if (!found && focus.among && focus.among.isConnected) {
      var rows = focus.among.children;
      var next = rows[Math.min(focus.at, rows.length - 1)];
      found = next && next.querySelector("a");
    }
    if (found) found.focus({ preventScroll: true });
  }
})();

// Participants whom the reader follows: kept in this browser, marked wherever they stand, their matches gathered in a
// list of their own. Nothing of it is known to the server, but for the ids when their matches are asked for.
(function () {
  "use strict";

  var KEY = "following";            // read by theme.js as well
  var MOST = 50;
  var ASK_AFTER = 300;
  var live = window.matchdeskLive;
  var followed = read();
  // One rule marks them everywhere, also in what is pushed later. The screens in the hall are nobody's own.
  var marks = "adoptedStyleSheets" in document ? new CSSStyleSheet() : null;
  if (marks) document.adoptedStyleSheets = document.adoptedStyleSheets.concat(marks);

  function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }

  // -- who ------------------------------------------------------------------------

  // By participant's id: name, and the tournament's slug and title.
  function read() {
    try { return JSON.parse(window.localStorage.getItem(KEY)) || {}; } catch (error) { return {}; }
  }

  function write() {
    try { window.localStorage.setItem(KEY, JSON.stringify(followed)); } catch (error) { /* then for this page only */ }
  }

  function isIn(element) {
    return all("[data-side]", element).some(function (side) { return followed[side.dataset.side]; });
  }

  function firstIn(element) {
    var side = element && all("[data-side]", element).find(function (one) { return followed[one.dataset.side]; });
    return side ? side.dataset.side : null;
  }

  window.matchdeskFollow = { isIn: isIn, firstIn: firstIn };

  function toggle(id, who) {
    var name = who.name;
    if (followed[id]) delete followed[id];
    else if (Object.keys(followed).length < MOST) followed[id] = who;
    else return tell(say("You follow %(num)s participants already, and that is as many as there may be.", { num: MOST }));
    write();
    show(true);
    tell(followed[id] ? say("You follow %(name)s now.", { name: name }) : say("You do not follow %(name)s any more.", { name: name }));
  }

  function tell(text) {
    var region = document.getElementById("announcer");
    if (region) region.textContent = text;
  }

  // -- what of it shows ---------------------------------------------------------------

  function show(isAsked) {
    document.documentElement.toggleAttribute("data-follows", Object.keys(followed).length > 0);
    mark();
    press(document);
    list();
    var still = live && live.holdStill || function (change) { change(); };
    still(function () { all("[data-following]").forEach(gather); }, isAsked);
  }

  function mark() {
    var sides = Object.keys(followed).filter(function (id) { return /^\d+$/.test(id); }).map(function (id) { return '[data-side="' + id + '"]'; });
    var star = '"★ "', spoken = star + " / " + JSON.stringify(say("followed:") + " ");
    if (marks) marks.replaceSync(!sides.length ? "" : ":root:not(.board-root) :is(" + sides.join() + "):not(.scoreboard *) > .side__name::before { content: " + star + "; content: " + spoken + "; }");
    all("[data-follow-count]").forEach(function (count) { count.textContent = sides.length || ""; });
  }

  // Stars come from the server as not pressed: with long lists, only those that differ are looked at.
  function press(root) {
    all('.star[aria-pressed="true"]', root).forEach(function (button) { button.setAttribute("aria-pressed", isPressed(button)); });
    Object.keys(followed).forEach(function (id) {
      all('[data-follow="' + Number(id) + '"]', root).forEach(function (button) { button.setAttribute("aria-pressed", "true"); });
      all('.match-row [data-side="' + Number(id) + '"]', root).forEach(function (side) {
        var button = side.closest(".match-row").querySelector("[data-follow-row]");
        if (button) button.setAttribute("aria-pressed", "true");
      });
    });
  }

  function isPressed(button) {
    return button.dataset.follow ? Boolean(followed[button.dataset.follow]) : isIn(button.closest(".match-row"));
  }

  // -- their matches -------------------------------------------------------------------

  function ids(section) {
    var slug = section.dataset.following;
    return Object.keys(followed).filter(function (id) { return !slug || followed[id].slug === slug; });
  }

  function gather(section) {
    var wanted = ids(section), rows = section.querySelector("[data-live-section]");
    rows.dataset.where = wanted.length
      ? ":has(" + wanted.map(function (id) { return '[data-side="' + Number(id) + '"]'; }).join() + ")" : ":not(*)";
    section.hidden = !wanted.length;
    live.rowsOf(rows).forEach(function (row) { live.placeIn(rows, row.cloneNode(true)); });
    all(".match-row[id]").forEach(function (row) { if (isIn(row)) live.placeIn(rows, row); });
    settled(rows);
    if (!wanted.length) return;
    clearTimeout(section.asking);
    section.asking = setTimeout(function () { ask(section, rows, wanted); }, section.asking ? ASK_AFTER : 0);
  }

  // Those that the page does not have: later today, or over since a while.
  function ask(section, rows, wanted) {
    var query = wanted.slice(0, MOST).map(function (id) { return "participant=" + Number(id); });
    fetch("/following/rows?" + query.join("&"), { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) throw new Error("no rows");
      return answer.text();
    }).then(function (html) {
      var template = document.createElement("template");
      template.innerHTML = html;
      live.holdStill(function () {
        all(".match-row", template.content).forEach(function (row) {
          // What was pushed meanwhile is newer.
          if (!live.ownRows(row.dataset.matchId, rows).length) live.placeIn(rows, row);
        });
        settled(rows);
      });
    }).catch(function () { /* the page has its own rows, and what is pushed comes in */ });
  }

  function settled(rows) {
    all(".is-new", rows).forEach(function (row) { row.classList.remove("is-new"); });
    press(rows);
    document.dispatchEvent(new CustomEvent("live:placed"));
  }

  // -- the page that tells whom one follows: who is unfollowed there stays in sight until it is left -----------

  var listed = {};

  function list() {
    var place = document.querySelector("[data-followed]");
    if (!place) return;
    Object.assign(listed, followed);
    Object.keys(listed).sort(function (one, other) { return listed[one].name.localeCompare(listed[other].name); }).forEach(function (id) {
      if (!all("[data-follow]", place).some(function (button) { return button.dataset.follow === id; })) place.appendChild(entry(id));
    });
    place.hidden = !place.children.length;
    press(place);
    document.querySelector("[data-followed-none]").hidden = Boolean(place.children.length);
  }

  function entry(id) {
    var who = listed[id], item = document.createElement("li");
    item.className = "followed__one";
    item.appendChild(star(id, who));
    var name = document.createElement("span");
    name.className = "followed__name";
    name.textContent = who.name;
    var link = document.createElement("a");
    link.href = "/tournaments/" + encodeURIComponent(who.slug) + "/";
    link.textContent = who.title;
    item.append(name, link);
    return item;
  }

  function star(id, who) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "star";
    Object.assign(button.dataset, { follow: id, name: who.name, slug: who.slug, title: who.title });
    button.title = say("Follow %(name)s", { name: who.name });
    button.setAttribute("aria-pressed", Boolean(followed[id]));
    return button;
  }

  // -- pressing a star ---------------------------------------------------------------------------

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-follow], [data-follow-row]");
    if (!button) return;
    if (button.dataset.follow) toggle(button.dataset.follow, { name: button.dataset.name, slug: button.dataset.slug, title: button.dataset.title });
    else ofRow(button.closest(".match-row"));
  });

  // A row has one star for two sides: which one is asked where both are known.
  function ofRow(row) {
    var title = row.querySelector(".match-row__tournament").textContent, slug = row.dataset.tournament;
    var sides = all("[data-side]", row).map(function (side) {
      return { id: side.dataset.side, name: side.querySelector(".side__name").firstChild.textContent.trim(), slug: slug, title: title };
    });
    if (sides.length === 1) toggle(sides[0].id, sides[0]);
    else if (sides.length) choose(sides);
  }

  function choose(sides) {
    var dialog = document.createElement("dialog");
    dialog.className = "follow-choice";
    dialog.setAttribute("aria-label", say("Whom do you want to follow?"));
    sides.forEach(function (side) {
      var button = star(side.id, side), name = document.createElement("span");
      button.removeAttribute("title");
      name.textContent = say("Follow %(name)s", { name: side.name });
      button.appendChild(name);
      dialog.appendChild(button);
    });
    var done = document.createElement("button");
    done.type = "button";
    done.className = "button button--primary";
    done.textContent = say("Done");
    done.addEventListener("click", function () { dialog.close(); });
    dialog.appendChild(done);
    dialog.addEventListener("click", function (event) { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", function () { dialog.remove(); });
    document.body.appendChild(dialog);
    dialog.showModal();
  }

  // -- begin ------------------------------------------------------------------------------------------

  ["live:drawn", "htmx:after:swap"].forEach(function (name) {
    document.addEventListener(name, function () { press(document); });
  });
  document.addEventListener("live:redrawn", function () { show(false); });
  window.addEventListener("storage", function (event) {
    if (event.key !== KEY) return;
    followed = read();
    show(false);
  });
  show(false);
})();

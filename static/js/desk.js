// The desk with scripts: rows move to the section that they belong to, selections reach over many rows, and what
// was opened closes again. Without scripts every link and form of the desk still works.
(function () {
  "use strict";

  var REFRESH_EVERY = 60 * 1000;    // lateness comes with time alone, without any event
  var selected = new Set();
  var lastBox = null;               // where a selection with Shift begins

  function desk() { return document.querySelector("[data-desk]"); }
  function boxes(root) { return Array.from((root || document).querySelectorAll('input[name="match_ids"][type="checkbox"]')); }

  // -- the time zone of a new tournament -----------------------------------------

  document.querySelectorAll("select[data-own-zone]").forEach(function (select) {
    var own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (select.value === "UTC" && select.querySelector('option[value="' + CSS.escape(own) + '"]')) select.value = own;
  });
  if (!desk()) return;

  // -- selection --------------------------------------------------------------------

  function mark(box, on) {
    box.checked = on;
    // A selection is no typing that a redrawn row would lose: it is put back below.
    box.defaultChecked = on;
    if (on) selected.add(box.value); else selected.delete(box.value);
  }

  function showSelection() {
    boxes().forEach(function (box) { if (box.checked !== selected.has(box.value)) mark(box, !box.checked); });
    document.querySelectorAll("[data-select-section]").forEach(function (all) {
      var own = boxes(all.closest(".desk-section"));
      var on = own.filter(function (box) { return box.checked; }).length;
      all.closest("label").hidden = !own.length;
      all.checked = own.length > 0 && on === own.length;
      all.indeterminate = on > 0 && on < own.length;
    });
    var count = boxes().filter(function (box) { return box.checked; }).length;
    document.querySelectorAll("[data-selected-count]").forEach(function (place) { place.textContent = count; });
    document.querySelectorAll("[data-clear-selection]").forEach(function (button) { button.hidden = !count; });
    preview();
  }

  // -- what scheduling the selection would change, shown before it is done ---------------

  var PREVIEW_AFTER = 250;
  var previewTimer = null;
  var previewNumber = 0;

  function preview() {
    clearTimeout(previewTimer);
    previewTimer = setTimeout(loadPreview, PREVIEW_AFTER);
  }

  function loadPreview() {
    var form = document.getElementById("bulk");
    var place = document.getElementById("bulk-preview");
    if (!form || !place) return;
    var number = ++previewNumber;
    var data = new FormData(form);
    if (!data.getAll("match_ids").length || !data.get("scheduled_time")) {
      place.hidden = true;
      place.textContent = "";
      return;
    }
    data.append("preview", "1");
    fetch(form.action, { method: "POST", body: data, headers: { "HX-Request": "true" } })
      .then(function (response) { return response.ok && !response.redirected ? response.text() : ""; })
      .then(function (html) {
        if (number !== previewNumber) return;
        place.innerHTML = html;
        place.hidden = !html;
        document.dispatchEvent(new CustomEvent("desk:previewed"));
      })
      .catch(function () { place.hidden = true; });
  }

  document.addEventListener("input", function (event) {
    if (event.target.form && event.target.form.id === "bulk") preview();
  });

  function selectRange(from, to, on) {
    var all = boxes();
    var ends = [all.indexOf(from), all.indexOf(to)].sort(function (a, b) { return a - b; });
    if (ends[0] < 0) return;
    all.slice(ends[0], ends[1] + 1).forEach(function (box) { mark(box, on); });
  }

  document.addEventListener("click", function (event) {
    var box = event.target.closest('input[name="match_ids"][type="checkbox"]');
    if (box) {
      if (event.shiftKey && lastBox && lastBox.isConnected) selectRange(lastBox, box, box.checked);
      mark(box, box.checked);
      lastBox = box;
      showSelection();
    }
    if (event.target.closest("[data-clear-selection]")) {
      selected.clear();
      showSelection();
    }
    var close = event.target.closest("[data-close-panel]");
    if (close) closePanel(close.closest(".desk-row"));
  });

  document.addEventListener("change", function (event) {
    var all = event.target.closest("[data-select-section]");
    if (!all) return;
    boxes(all.closest(".desk-section")).forEach(function (box) { mark(box, all.checked); });
    showSelection();
  });

  // -- rows find their section ------------------------------------------------------

  function settle(row) {
    var line = row.querySelector(".match-row--desk");
    var list = line && document.querySelector('[data-desk-list="' + line.dataset.section + '"]');
    if (!list) return;
    var from = row.closest("[data-desk-list]");
    var after = Array.from(list.children).find(function (other) {
      var its = other !== row && other.querySelector(".match-row--desk");
      return its && its.dataset.sort > line.dataset.sort;
    });
    if (from === list && (after ? row.nextElementSibling === after : row === list.lastElementChild)) return;
    list.insertBefore(row, after || null);
    if (from !== list) {
      if (from) count(from, -1);
      count(list, 1);
      line.classList.add("is-new");
    }
  }

  function count(list, by) {
    list.dataset.total = Math.max(0, Number(list.dataset.total) + by);
    showCount(list);
  }

  function showCount(list) {
    var total = Number(list.dataset.total);
    list.closest(".desk-section").toggleAttribute("data-empty", !total);
    document.querySelectorAll('[data-count="' + list.dataset.deskList + '"]').forEach(function (place) {
      place.textContent = total;
      place.toggleAttribute("data-zero", !total);
    });
  }

  function closePanel(row) {
    if (!row) return;
    row.querySelector(".desk-row__more").replaceChildren();
    var again = row.querySelector(".match-row--desk");
    if (again) again.focus({ preventScroll: true });
  }

  function tidy() {
    document.querySelectorAll(".desk-row").forEach(settle);
    showSelection();
  }

  // -- what has the focus keeps it when its row is redrawn -------------------------------

  var focused = null;               // { row, part }: which row, and how to find the same thing in it again

  document.addEventListener("focusin", function (event) {
    var row = event.target.closest(".desk-row");
    focused = row && { row: row.id, part: partOf(event.target) };
  });

  function partOf(element) {
    if (element.matches("[data-cell]")) return '[data-cell="' + element.dataset.cell + '"]';
    if (element.matches('input[name="match_ids"]')) return 'input[name="match_ids"]';
    if (element.matches(".match-row__sides")) return ".match-row__sides";
    var cell = element.closest("[data-cell-form]"), form = element.closest("[data-verb]");
    if (cell) return '[data-cell="' + cell.dataset.cellForm + '"]';
    var inPanel = form && form.closest(".desk-row__more");
    return inPanel ? '.desk-row__more [data-verb="' + form.dataset.verb + '"] button:not(:disabled)' : null;
  }

  function focusAgain() {
    if (!focused || document.activeElement !== document.body || document.querySelector("dialog[open]")) return;
    var row = document.getElementById(focused.row);
    if (row) (focused.part && row.querySelector(focused.part) || row.querySelector(".match-row--desk")).focus({ preventScroll: true });
  }

  document.addEventListener("htmx:after:swap", function (event) {
    var target = event.target;
    var row = target.closest && target.closest(".desk-row");
    // What is swapped by its place is out of the page by now: then all rows are looked at.
    if (row) settle(row); else tidy();
    showSelection();
    var panel = target.matches && target.matches(".desk-row__more") && target.querySelector(".panel");
    if (panel) {
      var first = panel.querySelector(".panel__parts input:not([type=hidden]), .panel__parts select, .panel__parts button:not(:disabled)");
      if (first) first.focus({ preventScroll: true });
    }
    focusAgain();
  });

  // -- a match that was not shown comes in when something happens to it -------------------

  document.addEventListener("live:happened", function (event) {
    var root = desk();
    var match = event.detail.payload.match_id;
    if (!root || !match || root.querySelector("[data-narrowed]")) return;
    var row = document.getElementById("desk-row-" + match);
    if (event.detail.name === "match_deleted") {
      if (row) { count(row.closest("[data-desk-list]"), -1); row.remove(); }
      return;
    }
    if (row) return;
    fetch(root.dataset.desk + "rows/" + match + "?whole=1", { headers: { "HX-Request": "true" }, credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : ""; })
      .then(function (html) {
        var template = document.createElement("template");
        template.innerHTML = html;
        var fresh = template.content.firstElementChild;
        if (!fresh || document.getElementById(fresh.id)) return;
        var hidden = Array.from(document.querySelectorAll("[data-desk-list]")).find(function (list) {
          return Number(list.dataset.total) > list.children.length;
        });
        if (hidden && event.detail.name !== "match_created") count(hidden, -1);
        document.createElement("div").appendChild(fresh);
        settle(fresh);
        if (window.htmx) window.htmx.process(fresh);
        showSelection();
      }).catch(function () { /* the next refresh brings it */ });
  });

  // -- now and then the whole desk is drawn anew, while nobody is at work in it ------------

  function isIdle() {
    var at = document.activeElement;
    return document.visibilityState === "visible" && !selected.size && !document.querySelector(".desk-row__more > *, .cell-form, dialog[open]") &&
      !(at && at.matches("input, select, textarea")) && !document.querySelector(".desk .error-summary");
  }

  setInterval(function () {
    if (!desk() || !isIdle() || !window.htmx) return;
    window.htmx.ajax("GET", location.pathname + location.search, { target: "[data-desk]", select: "[data-desk]", swap: "outerHTML" })
      .catch(function () { /* live.js tells when the server is away */ });
  }, REFRESH_EVERY);

  // -- what is typed into the search narrows the desk without a press --------------------------

  var FIND_AFTER = 220;
  var findTimer = null, finding = null;

  function find() {
    clearTimeout(findTimer);
    var form = document.getElementById("desk-filter");
    var query = new URLSearchParams(new FormData(form));
    Array.from(query.keys()).forEach(function (name) { if (!query.get(name)) query.delete(name); });
    var address = form.getAttribute("action") + (query.size ? "?" + query : "");
    if (finding) finding.abort();
    finding = new AbortController();
    fetch(address, { headers: { Accept: "text/html", "X-Redraw": "1" }, credentials: "same-origin", signal: finding.signal })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : Promise.reject(new Error("not the desk")); })
      .then(function (html) {
        var fresh = new DOMParser().parseFromString(html, "text/html").getElementById("desk-sections");
        var old = document.getElementById("desk-sections");
        if (!fresh || !old) return;
        old.replaceWith(document.adoptNode(fresh));
        if (window.htmx) window.htmx.process(fresh);
        form.querySelector("[data-show-all]").hidden = !fresh.hasAttribute("data-searched");
        history.replaceState(history.state, "", address);
        showCounts();
        showSelection();
      })
      // What cannot be fetched quietly is asked for as a page, which says why.
      .catch(function (error) { if (error.name !== "AbortError") form.requestSubmit(); });
  }

  document.addEventListener("input", function (event) {
    if (event.target.id !== "desk-search") return;
    clearTimeout(findTimer);
    findTimer = setTimeout(find, FIND_AFTER);
  });
  document.addEventListener("change", function (event) {
    if (event.target.closest("#desk-filter select")) find();
  });
  document.addEventListener("submit", function (event) {
    if (event.target.id !== "desk-filter" || !event.isTrusted) return;
    event.preventDefault();
    find();
  });

  function showCounts() { document.querySelectorAll("[data-desk-list]").forEach(showCount); }

  // For the scripts of the desk's keys.
  window.matchdeskDesk = { boxes: boxes, mark: mark, showSelection: showSelection, closePanel: closePanel, from: function (box) { lastBox = box; } };

  boxes().forEach(function (box) { if (box.checked) selected.add(box.value); });
  showCounts();
  tidy();
})();

// A value in a row of the desk becomes a field in its place, and what was just done can be taken back for a moment.
// Without scripts the value is a link to the form that changes it, and a match's controls take back what can be.
(function () {
  "use strict";

  var root = document.querySelector("[data-desk]");
  if (!root) return;

  // -- a value becomes a field ----------------------------------------------------------

  function open(link) {
    var row = link.closest(".match-row--desk"), cell = link.closest(".cell");
    if (!row || !window.htmx) return;
    closeAll();
    var slot = document.createElement("div");
    slot.className = "cell__slot";
    // Until it is closed, live.js leaves the row as it is.
    slot.setAttribute("data-held", "");
    cell.append(slot);
    var address = "/matches/" + row.dataset.matchId + "/panel?view=cell&cell=" + link.dataset.cell;
    window.htmx.ajax("GET", address, { target: slot, swap: "innerHTML" }).catch(function () { location.assign(link.href); });
  }

  function close(slot, isGivenUp) {
    var link = slot.parentElement.querySelector("[data-cell]");
    slot.remove();
    if (isGivenUp && link) link.focus({ preventScroll: true });
    // What came meanwhile was held back for the sake of what was typed.
    if (isGivenUp && link) document.dispatchEvent(new CustomEvent("live:refetch", { detail: Number(link.closest(".match-row--desk").dataset.matchId) }));
  }

  function closeAll() { document.querySelectorAll(".cell__slot").forEach(function (slot) { close(slot, false); }); }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-cell]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(link);
    }
    var cancel = event.target.closest("[data-close-cell]");
    if (cancel) close(cancel.closest(".cell__slot"), true);
  });

  document.addEventListener("keydown", function (event) {
    var slot = event.key === "Escape" && event.target.closest && event.target.closest(".cell__slot");
    if (!slot) return;
    event.preventDefault();
    close(slot, true);
  });

  document.addEventListener("htmx:after:swap", function (event) {
    var target = event.target;
    var slot = target.closest && target.closest(".cell__slot") || document.querySelector(".cell__slot");
    if (!slot || slot.dataset.seen === slot.innerHTML) return;
    slot.dataset.seen = slot.innerHTML;
    // After a refusal the reasons are read first; page.js leads there.
    if (slot.querySelector(".error-summary[tabindex]")) return;
    var first = slot.querySelector(".input, button");
    if (!first) return;
    first.focus();
    if (first.select && first.type === "text") first.select();
    keepInView(slot);
  });

  // A field that opens at the end of a row, or of the screen, is moved to where it can be seen.
  function keepInView(slot) {
    slot.classList.remove("cell__slot--end");
    var box = slot.getBoundingClientRect();
    if (box.right > document.documentElement.clientWidth - 8) slot.classList.add("cell__slot--end");
    slot.firstElementChild.scrollIntoView({ block: "nearest" });
  }

  // -- what was done is told, and taken back ------------------------------------------------

  var STAYS = 10, STAYS_LONG = 30, MOST = 3, TICK = 500;

  function toasts() { return Array.from(document.querySelectorAll("#notices [data-toast]")); }

  setInterval(function () {
    var all = toasts();
    // Whoever points at one, or has come to it with the keys, has all the time they want.
    var isHeld = all.some(function (toast) { return toast.matches(":hover, :focus-within"); });
    if (isHeld || document.visibilityState !== "visible") return;
    all.forEach(function (toast) {
      var left = Number(toast.dataset.left || (toast.hasAttribute("data-long") ? STAYS_LONG : STAYS)) - TICK / 1000;
      if (left <= 0 && !toast.querySelector(".htmx-request")) leave(toast);
      else toast.dataset.left = left;
    });
    toasts().slice(0, -MOST).forEach(leave);
  }, TICK);

  function leave(toast) {
    var hadFocus = toast.contains(document.activeElement);
    toast.remove();
    // With nothing in it, not even blanks, the place is not drawn.
    var place = document.getElementById("notices");
    if (place && !place.children.length) place.replaceChildren();
    if (hadFocus) document.dispatchEvent(new CustomEvent("desk:back"));
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-close-toast]");
    if (button) leave(button.closest("[data-toast]"));
  });
  document.addEventListener("keydown", function (event) {
    var toast = event.key === "Escape" && event.target.closest && event.target.closest("[data-toast]");
    if (toast) leave(toast);
  });

  window.matchdeskCells = {
    open: open,
    // The last thing that can be taken back, as if its button were pressed; false where there is none.
    undo: function () {
      var last = toasts().filter(function (toast) { return toast.querySelector("[data-undo]"); }).pop();
      if (!last) return false;
      last.querySelector("[data-undo]").requestSubmit();
      return true;
    }
  };
})();

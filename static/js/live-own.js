// What only some see of a page, such as staff and sides, they fetch again when it changed: never while they type.
(function () {
  "use strict";

  var REFETCH_AFTER = 250;          // several events of one change lead to one request
  var live = window.matchdeskLive;
  var waiting = new Set();
  var timer = null;

  live.refetch = function (match) {
    document.querySelectorAll("[data-refetch]").forEach(function (element) {
      var own = element.dataset.matchId;
      if (!own || !match || own === String(match)) waiting.add(element);
    });
    if (waiting.size && !timer) timer = setTimeout(refetchNow, REFETCH_AFTER + Math.random() * 250);
  };

  function refetchNow() {
    timer = null;
    waiting.forEach(function (element) {
      if (!element.isConnected || !window.htmx) waiting.delete(element);
      // Nobody's typing is thrown away: the server tells at sending what changed meanwhile.
      else if (!live.isBeingFilledIn(element)) {
        waiting.delete(element);
        window.htmx.ajax("GET", element.dataset.refetch, { target: element, swap: "outerHTML" }).catch(function () {
          element.dataset.outOfDate = "";
        });
      }
    });
  }

  // Other scripts of the page may know that a match shows more now.
  document.addEventListener("live:refetch", function (event) { live.refetch(event.detail); });

  document.addEventListener("focusout", function () {
    if (waiting.size && !timer) timer = setTimeout(refetchNow, REFETCH_AFTER);
  });

  live.isBeingFilledIn = function (element) {
    var at = document.activeElement;
    if (element.contains(at) && at.matches("input:not([type=checkbox]), select, textarea") && !isKept(at)) return true;
    // What somebody asked for, and looks at before they decide.
    if (element.querySelector("[data-held]")) return true;
    return Array.from(element.querySelectorAll("input, select, textarea")).some(isTouched);
  };

  // What stays when the page is drawn anew is not lost by that.
  function isKept(field) { return Boolean(field.closest("[data-kept]")); }

  function isTouched(field) {
    if (field.type === "hidden" || isKept(field)) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    var options = Array.from(field.options);
    return options.some(function (option) { return option.defaultSelected; }) &&
      options.some(function (option) { return option.selected !== option.defaultSelected; });
  }
})();

// A file that is too large is told of before it is sent; the server says the same without scripts.
(function () {
  "use strict";

  document.querySelectorAll("[data-upload] input[type=file]").forEach(function (input) {
    input.addEventListener("change", function () {
      var most = Number(input.dataset.maxBytes);
      var isTooLarge = Array.from(input.files).some(function (file) { return file.size > most; });
      input.setCustomValidity(isTooLarge ? say("This file is larger than %(megabytes)s MB.", { megabytes: most / 1024 / 1024 }) : "");
      if (isTooLarge) input.reportValidity();
    });
  });
  document.querySelectorAll("[data-upload]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      form.querySelectorAll("input[type=file]").forEach(function (input) {
        if (!input.validity.customError) return;
        event.preventDefault();
        input.reportValidity();
      });
    });
  });
})();

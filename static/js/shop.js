/* The product page's sheet: back closes it, a variant shows its price, the number steps. */
(function () {
  "use strict";
  var opened = false;

  window.addEventListener("hashchange", function () {
    if (location.hash === "#spec") { opened = true; }
  });

  document.addEventListener("click", function (event) {
    var close = event.target.closest("[data-close]");
    if (close && opened) {
      event.preventDefault();
      opened = false;
      history.back();
    }
  });

  document.querySelectorAll("[data-spec]").forEach(function (form) {
    var price = form.querySelector("[data-price]");
    var number = form.querySelector("input[name=n]");
    form.addEventListener("change", function (event) {
      var shown = event.target.getAttribute("data-price");
      if (event.target.name === "sku" && shown) { price.textContent = shown; }
    });
    form.addEventListener("click", function (event) {
      var step = event.target.getAttribute("data-step");
      if (!step) { return; }
      var wanted = (parseInt(number.value, 10) || 1) + parseInt(step, 10);
      number.value = Math.min(99, Math.max(1, wanted));
    });
  });
})();

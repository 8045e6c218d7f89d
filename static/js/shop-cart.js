/* The cart's sum follows the ticks; without script it is the sum of all that can be bought. */
(function () {
  "use strict";
  var bar = document.querySelector("[data-cart]");
  if (!bar) { return; }
  var total = bar.querySelector("[data-total]");
  var button = bar.querySelector("button[type=submit]");

  function sum() {
    var fen = 0;
    document.querySelectorAll("input[form=pick]:checked").forEach(function (tick) {
      fen += parseInt(tick.getAttribute("data-fen"), 10);
    });
    var yuan = (fen / 100).toFixed(2).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    total.textContent = "¥" + yuan;
    button.disabled = !document.querySelector("input[form=pick]:checked");
  }

  document.addEventListener("change", function (event) {
    if (event.target.getAttribute("form") === "pick") { sum(); }
  });
  sum();
})();

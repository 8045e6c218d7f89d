/* Counts down from the seconds that the server told, by this page's own steady clock. */
(function () {
  "use strict";

  function two(number) { return (number < 10 ? "0" : "") + number; }

  function words(seconds) {
    var days = Math.floor(seconds / 86400);
    var rest = two(Math.floor(seconds / 3600) % 24) + ":" + two(Math.floor(seconds / 60) % 60) + ":" + two(seconds % 60);
    return days ? days + " 天 " + rest : rest;
  }

  function tick() {
    document.querySelectorAll("[data-countdown]").forEach(function (place) {
      if (place.endsAt === undefined) {
        place.endsAt = performance.now() + 1000 * parseInt(place.getAttribute("data-countdown"), 10);
      }
      var left = Math.max(0, Math.ceil((place.endsAt - performance.now()) / 1000));
      place.textContent = words(left);
      if (left === 0 && !place.isOver) {
        place.isOver = true;
        setTimeout(function () { location.reload(); }, 1500);
      }
    });
  }

  setInterval(tick, 500);
  tick();
})();

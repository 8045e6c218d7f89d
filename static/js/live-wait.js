/* A room that has not begun: look again every half minute while somebody looks at the page. */
(function () {
  "use strict";
  setInterval(function () {
    if (document.visibilityState === "visible") { location.reload(); }
  }, 30000);
})();

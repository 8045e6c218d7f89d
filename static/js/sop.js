/* Drag a slot to another quarter of an hour: the same plain form, filled in and sent. */
(function () {
  "use strict";
  var day = document.querySelector(".day[data-move]");
  var form = document.getElementById("move");
  if (!day || !form) { return; }

  function cellOf(event) { return event.target.closest ? event.target.closest("td[data-minute]") : null; }

  day.addEventListener("dragstart", function (event) {
    var slot = event.target.closest("[data-key]");
    if (!slot) { return; }
    event.dataTransfer.setData("text/plain", slot.dataset.key);
    event.dataTransfer.effectAllowed = "move";
  });
  day.addEventListener("dragover", function (event) {
    var cell = cellOf(event);
    if (!cell) { return; }
    event.preventDefault();
    cell.classList.add("day__target");
  });
  day.addEventListener("dragleave", function (event) {
    var cell = cellOf(event);
    if (cell) { cell.classList.remove("day__target"); }
  });
  day.addEventListener("drop", function (event) {
    var cell = cellOf(event), key = event.dataTransfer.getData("text/plain");
    if (!cell || !/^[0-9a-z]{26}$/.test(key)) { return; }
    event.preventDefault();
    form.action = day.dataset.move + key + "/move";
    form.elements.minute.value = cell.dataset.minute;
    form.submit();
  });
})();

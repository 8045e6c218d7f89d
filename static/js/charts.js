/* Draws every [data-chart] from the JSON beside it; one theme, a table behind each. */
(function () {
  "use strict";
  var colours = ["#206bc4", "#2fb344", "#f59f00", "#d63939", "#6574cd", "#0ca678", "#868e96"];

  function money(fen) {
    return "¥" + (fen / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  }

  function reader(unit) {
    if (unit === "fen") { return money; }
    if (unit === "seconds") { return function (s) { return Math.floor(s / 60) + " 分 " + (s % 60) + " 秒"; }; }
    if (unit === "count") { return function (n) { return n.toLocaleString("zh-CN"); }; }
    if (unit === "rate") { return function (ppm) { return (ppm / 10000).toFixed(1) + "%"; }; }
    return function (ppm) { return (ppm / 1000000).toFixed(2); };
  }

  function option(data, small) {
    var read = reader(data.unit);
    return {
      color: colours,
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: small ? { left: 0, right: 0, top: 4, bottom: 4 } : { left: 88, right: 24, top: 36, bottom: 32 },
      tooltip: { trigger: "axis", confine: true, valueFormatter: function (v) { return v === null || v === undefined ? "—" : read(v); } },
      legend: small || data.series.length < 2 ? undefined : { top: 4 },
      xAxis: { type: "category", data: data.days, show: !small, boundaryGap: data.kind === "bar" },
      yAxis: { type: "value", show: !small, minInterval: data.unit === "count" ? 1 : undefined, min: data.kind === "bar" ? 0 : undefined, axisLabel: { formatter: read } },
      series: data.series.map(function (one) {
        return {
          name: one.name, type: data.kind || "line", data: one.values, showSymbol: one.values.length < 2, connectNulls: true,
          lineStyle: { width: 2 }, areaStyle: small ? { opacity: 0.08 } : undefined,
          markLine: one.benchmark === undefined || small ? undefined : {
            symbol: "none", lineStyle: { type: "dashed" }, label: { formatter: one.benchmark_name },
            data: [{ yAxis: one.benchmark }]
          }
        };
      })
    };
  }

  function draw(node) {
    var source = document.getElementById(node.dataset.chart);
    if (!source || node.dataset.drawn) { return; }
    node.dataset.drawn = "1";
    var chart = window.echarts.init(node, null, { renderer: "svg" });
    chart.setOption(option(JSON.parse(source.textContent), node.dataset.small !== undefined));
    window.addEventListener("resize", function () { chart.resize(); });
  }

  function all() { document.querySelectorAll("[data-chart]").forEach(draw); }
  document.addEventListener("DOMContentLoaded", all);
  document.addEventListener("htmx:afterSwap", all);
})();

/* Opens WeChat's pay sheet, then asks the server: only the server knows what was paid. */
(function () {
  "use strict";
  var box = document.querySelector("[data-pay]");
  if (!box) { return; }
  var parameters = JSON.parse(document.getElementById("pay-parameters").textContent);
  var start = box.querySelector("[data-start]");
  var said = box.querySelector("[data-said]");
  var claimed = "";
  var busy = false;

  function say(text) {
    said.hidden = !text;
    said.textContent = text;
  }

  function open() {
    if (busy) { return; }
    busy = true;
    start.disabled = true;
    window.WeixinJSBridge.invoke("getBrandWCPayRequest", parameters, function (answer) {
      busy = false;
      start.disabled = false;
      if (/:ok$/.test(answer.err_msg)) {
        claimed = "ok";
        start.hidden = true;
        say("正在确认付款结果，请稍候");
      } else if (/:cancel$/.test(answer.err_msg)) {
        say("您还没有付款");
      } else {
        say("没有付成功" + (answer.err_desc ? "：" + answer.err_desc : "，请再试一次"));
      }
    });
  }

  function whenInWeChat(run) {
    if (window.WeixinJSBridge) { run(); return; }
    document.addEventListener("WeixinJSBridgeReady", run, { once: true });
  }

  function ask() {
    if (!document.body.contains(box)) { return; }
    var url = box.getAttribute("data-state") + (claimed ? "?said=" + claimed : "");
    window.htmx.ajax("GET", url, { target: "#standing", swap: "outerHTML" });
  }

  start.addEventListener("click", function () {
    if (!window.WeixinJSBridge) { say("请在微信里打开这个页面付款"); return; }
    open();
  });
  whenInWeChat(open);
  setInterval(ask, 2000);
})();

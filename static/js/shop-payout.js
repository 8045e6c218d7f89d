/* Opens WeChat's own confirmation of a transfer, then asks the server what came of it. */
(function () {
  "use strict";
  var box = document.querySelector("[data-payout]");
  if (!box) { return; }
  var start = box.querySelector("[data-start]");
  var said = box.querySelector("[data-said]");
  var claimed = "";
  var busy = false;

  function read(id) {
    var found = document.getElementById(id);
    return found ? JSON.parse(found.textContent) : null;
  }

  function say(text) {
    said.hidden = !text;
    said.textContent = text;
  }

  function settled(answer) {
    var told = String((answer && (answer.errMsg || answer.err_msg)) || "");
    busy = false;
    start.disabled = false;
    if (/:ok$/.test(told)) {
      claimed = "ok";
      start.hidden = true;
      say("正在确认到账，请稍候");
    } else if (/:cancel$/.test(told)) {
      say("您还没有确认收款");
    } else {
      say("没有打开收款，请再试一次");
    }
  }

  function open(parameters) {
    var bridge = window.WeixinJSBridge;
    if (busy) { return; }
    if (!(window.wx && window.wx.requestMerchantTransfer) && !bridge) {
      say("请在微信里打开这个页面");
      return;
    }
    busy = true;
    start.disabled = true;
    if (window.wx && window.wx.requestMerchantTransfer) {
      window.wx.requestMerchantTransfer({
        mchId: parameters.mchId,
        appId: parameters.appId,
        package: parameters["package"],
        success: settled,
        cancel: settled,
        fail: settled
      });
      return;
    }
    bridge.invoke("requestMerchantTransfer", parameters, settled);
  }

  function ask() {
    var url = box.getAttribute("data-state") + "?was=" + box.getAttribute("data-was");
    window.htmx.ajax("GET", url + (claimed ? "&said=" + claimed : ""), { target: box, swap: "none" });
  }

  var config = read("page-config");
  var parameters = read("transfer-parameters");
  if (config && window.wx) { window.wx.config(config); }
  if (start) { start.addEventListener("click", function () { open(parameters); }); }
  setInterval(ask, 2000);
})();

/* The twin's stand-in for WeChat's JS-SDK and the WebView's bridge: pay sheet only. */
(function () {
  "use strict";
  var TWIN = "__TWIN__";
  var readyCallbacks = [];
  var errorCallbacks = [];
  var configured = null;

  function later(run, argument) {
    setTimeout(function () { run(argument); }, 0);
  }

  function missing(config) {
    return ["appId", "timestamp", "nonceStr", "signature"].filter(function (name) {
      return !config[name];
    });
  }

  function ask(path, order) {
    return fetch(TWIN + path, {
      method: "POST",
      credentials: "include",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(order)
    }).then(function (response) { return response.json(); });
  }

  function yuan(fen) {
    return "¥" + Math.floor(fen / 100) + "." + ("0" + (fen % 100)).slice(-2);
  }

  function element(tag, style, text) {
    var made = document.createElement(tag);
    made.style.cssText = style;
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  function button(label, style, name) {
    var made = element("button", "width:100%;min-height:48px;border:0;border-radius:8px;" +
      "font-size:17px;margin-top:12px;" + style, label);
    made.type = "button";
    made.setAttribute("data-twin", name);
    return made;
  }

  /* Covers the page, as WeChat's own sheet does; settles once. */
  function showSheet(order, view, settle) {
    var shade = element("div", "position:fixed;inset:0;background:rgba(0,0,0,.5);z-index:2147483647;" +
      "font-family:-apple-system,'PingFang SC',sans-serif");
    var sheet = element("div", "position:absolute;left:0;right:0;bottom:0;background:#fff;color:#191919;" +
      "border-radius:12px 12px 0 0;padding:24px 16px 32px;text-align:center");
    sheet.setAttribute("role", "dialog");
    sheet.setAttribute("aria-label", "微信支付");
    sheet.appendChild(element("div", "font-size:15px;color:#737373", view.merchant));
    sheet.appendChild(element("div", "font-size:40px;font-weight:600;margin:8px 0", yuan(view.amount)));
    sheet.appendChild(element("div", "font-size:15px;color:#737373", view.description));
    var confirm = button("确认支付", "background:#07c160;color:#fff", "pay-confirm");
    var cancel = button("取消", "background:#f2f2f2;color:#191919", "pay-cancel");
    sheet.appendChild(confirm);
    sheet.appendChild(cancel);
    shade.appendChild(sheet);
    cancel.onclick = function () { shade.remove(); settle("cancel"); };
    confirm.onclick = function () {
      confirm.disabled = cancel.disabled = true;
      ask("/_twin/phone/pay", order).then(function (answer) {
        shade.remove();
        settle(answer.result === "ok" ? "ok" : "fail", answer.message);
      }, function () { shade.remove(); settle("fail", "网络异常"); });
    };
    document.body.appendChild(shade);
  }

  function pay(order, settle) {
    ask("/_twin/phone/pay/preview", order).then(function (view) {
      if (view.result !== "ok") { settle("fail", view.message); return; }
      showSheet(order, view, settle);
    }, function () { settle("fail", "网络异常"); });
  }

  function invoke(name, parameters, callback) {
    if (name !== "getBrandWCPayRequest") {
      later(callback, { err_msg: name + ":fail not supported" });
      return;
    }
    pay(parameters, function (result, reason) {
      var answer = { err_msg: "get_brand_wcpay_request:" + result };
      if (reason) { answer.err_desc = reason; }
      later(callback, answer);
    });
  }

  function chooseWXPay(options) {
    var order = {
      appId: configured && configured.appId,
      timeStamp: String(options.timestamp),
      nonceStr: options.nonceStr,
      package: options.package,
      signType: options.signType,
      paySign: options.paySign
    };
    pay(order, function (result, reason) {
      var answer = { errMsg: "chooseWXPay:" + result, err_desc: reason };
      var callback = { ok: options.success, cancel: options.cancel, fail: options.fail }[result];
      if (callback) { later(callback, answer); }
      if (options.complete) { later(options.complete, answer); }
    });
  }

  window.wx = {
    config: function (config) {
      var absent = missing(config);
      configured = config;
      if (absent.length) {
        errorCallbacks.forEach(function (run) {
          later(run, { errMsg: "config:fail, missing " + absent.join(", ") });
        });
        return;
      }
      ask("/_twin/phone/config", {
        appId: config.appId, timestamp: String(config.timestamp), nonceStr: config.nonceStr,
        signature: config.signature, url: location.href.split("#")[0]
      }).then(function (answer) {
        var list = answer.result === "ok" ? readyCallbacks : errorCallbacks;
        configured.checked = answer.result;
        list.forEach(function (run) { later(run, { errMsg: "config:" + answer.message }); });
      });
    },
    ready: function (run) {
      readyCallbacks.push(run);
      if (configured && configured.checked === "ok") { later(run, { errMsg: "config:ok" }); }
    },
    error: function (run) {
      errorCallbacks.push(run);
      if (configured && configured.checked === "fail") {
        later(run, { errMsg: "config:invalid signature" });
      }
    },
    checkJsApi: function (options) {
      var result = {};
      (options.jsApiList || []).forEach(function (name) { result[name] = name === "chooseWXPay"; });
      if (options.success) { later(options.success, { checkResult: result, errMsg: "checkJsApi:ok" }); }
    },
    chooseWXPay: chooseWXPay
  };
  window.WeixinJSBridge = { invoke: invoke, on: function () {}, call: function () {} };
  later(function () { document.dispatchEvent(new Event("WeixinJSBridgeReady")); });
})();

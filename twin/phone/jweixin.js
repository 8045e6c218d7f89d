/* The twin's stand-in for WeChat's JS-SDK and the WebView's bridge: paying and taking money. */
(function () {
  "use strict";
  var TWIN = "__TWIN__";
  var KNOWN = ["chooseWXPay", "requestMerchantTransfer"];
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

  var PAYING = { path: "/_twin/phone/pay", title: "微信支付", yes: "确认支付", mark: "pay" };
  var TAKING = { path: "/_twin/phone/transfer", title: "收款确认", yes: "确认收款", mark: "transfer" };

  /* Covers the page, as WeChat's own sheet does; settles once. */
  function showSheet(kind, order, view, settle) {
    var shade = element("div", "position:fixed;inset:0;background:rgba(0,0,0,.5);z-index:2147483647;" +
      "font-family:-apple-system,'PingFang SC',sans-serif");
    var sheet = element("div", "position:absolute;left:0;right:0;bottom:0;background:#fff;color:#191919;" +
      "border-radius:12px 12px 0 0;padding:24px 16px 32px;text-align:center");
    sheet.setAttribute("role", "dialog");
    sheet.setAttribute("aria-label", kind.title);
    if (kind === TAKING) { sheet.appendChild(element("div", "font-size:17px;font-weight:600", kind.title)); }
    sheet.appendChild(element("div", "font-size:15px;color:#737373", view.merchant));
    sheet.appendChild(element("div", "font-size:40px;font-weight:600;margin:8px 0", yuan(view.amount)));
    sheet.appendChild(element("div", "font-size:15px;color:#737373", view.description));
    var confirm = button(kind.yes, "background:#07c160;color:#fff", kind.mark + "-confirm");
    var cancel = button("取消", "background:#f2f2f2;color:#191919", kind.mark + "-cancel");
    sheet.appendChild(confirm);
    sheet.appendChild(cancel);
    shade.appendChild(sheet);
    cancel.onclick = function () { shade.remove(); settle("cancel"); };
    confirm.onclick = function () {
      confirm.disabled = cancel.disabled = true;
      ask(kind.path, order).then(function (answer) {
        shade.remove();
        settle(answer.result === "ok" ? "ok" : "fail", answer.message);
      }, function () { shade.remove(); settle("fail", "网络异常"); });
    };
    document.body.appendChild(shade);
  }

  function open(kind, order, settle) {
    ask(kind.path + "/preview", order).then(function (view) {
      if (view.result !== "ok") { settle("fail", view.message); return; }
      showSheet(kind, order, view, settle);
    }, function () { settle("fail", "网络异常"); });
  }

  function invoke(name, parameters, callback) {
    var kinds = { getBrandWCPayRequest: PAYING, requestMerchantTransfer: TAKING };
    if (!kinds[name]) {
      later(callback, { err_msg: name + ":fail not supported" });
      return;
    }
    open(kinds[name], parameters, function (result, reason) {
      var word = name === "getBrandWCPayRequest" ? "get_brand_wcpay_request" : name;
      var answer = { err_msg: word + ":" + result };
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
    open(PAYING, order, function (result, reason) {
      settled(options, result, { errMsg: "chooseWXPay:" + result, err_desc: reason });
    });
  }

  function settled(options, result, answer) {
    var callback = { ok: options.success, cancel: options.cancel, fail: options.fail }[result];
    if (callback) { later(callback, answer); }
    if (options.complete) { later(options.complete, answer); }
  }

  /* 商家转账: package is the package_info of the transfer; who refuses has failed to receive. */
  function requestMerchantTransfer(options) {
    var order = { mchId: options.mchId, appId: options.appId, package: options.package };
    if (options.openId) { order.openId = options.openId; }
    if (configured && configured.appId !== options.appId) {
      settled(options, "fail", { errMsg: "requestMerchantTransfer:fail appId not configured" });
      return;
    }
    open(TAKING, order, function (result, reason) {
      var answer = { errMsg: "requestMerchantTransfer:" + result, err_desc: reason };
      settled(options, result === "cancel" && !options.cancel ? "fail" : result, answer);
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
      (options.jsApiList || []).forEach(function (name) { result[name] = KNOWN.indexOf(name) >= 0; });
      if (options.success) { later(options.success, { checkResult: result, errMsg: "checkJsApi:ok" }); }
    },
    chooseWXPay: chooseWXPay,
    requestMerchantTransfer: requestMerchantTransfer
  };
  window.WeixinJSBridge = { invoke: invoke, on: function () {}, call: function () {} };
  later(function () { document.dispatchEvent(new Event("WeixinJSBridgeReady")); });
})();

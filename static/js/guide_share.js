/* Sharing a product: copying always works; sending needs WeCom and shows up only there. */
(function () {
  "use strict";
  var share = document.getElementById("share");
  var copy = document.getElementById("share-copy");
  var send = document.getElementById("share-send");
  var hint = document.getElementById("share-hint");
  var text = document.getElementById("share-text");

  function say(words) { hint.textContent = words; }

  function select() {
    var range = document.createRange();
    range.selectNodeContents(text);
    var selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  function copied(done) {
    say(done ? "已复制，粘贴到和客户的聊天里发出" : "已选中，请长按复制");
  }

  copy.addEventListener("click", function () {
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text.textContent).then(function () { copied(true); }, function () {
        select();
        copied(false);
      });
      return;
    }
    select();
    copied(document.execCommand("copy"));
  });

  function offer() {
    send.hidden = false;
    send.addEventListener("click", function () {
      var link = { title: share.dataset.title, desc: share.dataset.text, imgUrl: "", link: share.dataset.url };
      window.wx.invoke("shareToExternalContact", { msgtype: "link", link: link }, function (answer) {
        var done = answer && /:ok$/.test(answer.err_msg || "");
        say(done ? "已交给企业微信，请在企业微信里确认发送" : "没有发出，可以复制后粘贴发送");
      });
    });
  }

  function configure(signed) {
    window.wx.config({
      beta: true,
      appId: signed.page.appid,
      timestamp: signed.page.timestamp,
      nonceStr: signed.page.nonce,
      signature: signed.page.signature,
      jsApiList: ["shareToExternalContact"]
    });
    window.wx.ready(function () {
      if (!window.wx.agentConfig) { return; }
      window.wx.agentConfig({
        corpid: signed.agent.appid,
        agentid: signed.agent.agent_id,
        timestamp: signed.agent.timestamp,
        nonceStr: signed.agent.nonce,
        signature: signed.agent.signature,
        jsApiList: ["shareToExternalContact"],
        success: offer
      });
    });
  }

  if (window.wx && window.wx.config && /wxwork/i.test(navigator.userAgent)) {
    var page = location.href.split("#")[0];
    fetch("/g/jssdk?url=" + encodeURIComponent(page), { headers: { Accept: "application/json" } })
      .then(function (response) { return response.ok ? response.json() : null; })
      .then(function (signed) { if (signed) { configure(signed); } }, function () {});
  }
})();

/* The picture of a live room: HLS by the browser itself where it can, else by hls.js. */
(function () {
  "use strict";
  var box = document.getElementById("live");
  var video = document.getElementById("live-video");
  var sound = document.getElementById("live-sound");
  var line = document.getElementById("live-line");
  var url = box.dataset.media;
  var retries = 0;

  function tell(words) {
    line.textContent = words;
    line.hidden = !words;
  }

  function again(start) {
    retries += 1;
    tell("画面暂时没有接上，正在重连");
    setTimeout(start, Math.min(15000, 1000 * retries));
  }

  function byBrowser() {
    video.src = url;
    video.onerror = function () { again(byBrowser); };
  }

  function byScript() {
    var player = new window.Hls({ enableWorker: false, liveSyncDurationCount: 2, manifestLoadingMaxRetry: 0 });
    player.on(window.Hls.Events.ERROR, function (event, fault) {
      if (!fault.fatal) { return; }
      player.destroy();
      again(byScript);
    });
    player.loadSource(url);
    player.attachMedia(video);
  }

  video.addEventListener("playing", function () {
    retries = 0;
    tell("");
    sound.hidden = !video.muted;
  });
  sound.addEventListener("click", function () {
    video.muted = false;
    sound.hidden = true;
  });
  document.addEventListener("WeixinJSBridgeReady", function () { video.play(); });

  if (window.Hls && window.Hls.isSupported()) {
    byScript();
  } else if (video.canPlayType("application/vnd.apple.mpegurl")) {
    byBrowser();
  } else {
    tell("这个浏览器放不了直播，请用微信打开");
  }
})();

/* A live room's news: a socket that knows where it left off, and a sign of life every 20 s. */
(function () {
  "use strict";
  var box = document.getElementById("live");
  var home = "/live/" + box.dataset.room;
  var chat = document.getElementById("live-chat");
  var say = document.getElementById("live-say");
  var liking = document.getElementById("live-like");
  var likes = document.getElementById("live-likes");
  var draws = document.getElementById("live-draws");
  var socketUrl = box.dataset.socket;
  var position = { epoch: "", seq: 0 };
  var shown = {};
  var tapped = 0;
  var failures = 0;
  var ahead = 0;
  var asked = "";
  window.siyuLive = { position: position, missed: 0, frames: 0 };

  function post(path, fields) {
    return fetch(home + path, {
      method: "POST",
      body: new URLSearchParams(fields || {}),
      headers: { "X-CSRFToken": box.dataset.token, Accept: "application/json" }
    });
  }

  function put(comment) {
    if (shown[comment.id]) { return; }
    var row = document.createElement("li");
    var name = document.createElement("b");
    shown[comment.id] = row;
    name.textContent = comment.name;
    row.append(name, " " + comment.text);
    chat.append(row);
    while (chat.children.length > 40) { chat.firstChild.remove(); }
    chat.scrollTop = chat.scrollHeight;
  }

  function short(n) { return n >= 10000 ? (n / 10000).toFixed(1) + "万" : String(n); }

  function shelf(items) {
    items.forEach(function (item) {
      var card = document.querySelector('[data-pinned="' + item.id + '"]');
      var row = document.querySelector('[data-item="' + item.id + '"]');
      if (!card || !row) { return; }
      card.hidden = !item.pinned;
      row.querySelector("[data-free]").textContent = item.free;
      [[card, "去抢购"], [row, "购买"]].forEach(function (place) {
        place[0].querySelector("[data-price]").textContent = item.price;
        place[0].querySelector("[data-buy]").textContent = item.free > 0 ? place[1] : "已售罄";
      });
    });
  }

  function chip(draw) {
    var link = document.createElement("a");
    var kind = document.createElement("b");
    var prize = document.createElement("span");
    var left = document.createElement("span");
    link.className = "live-draw";
    link.href = home + "/draws/" + draw.id;
    kind.textContent = draw.kind;
    prize.className = "live-prize";
    prize.textContent = draw.prize + " × " + draw.prizes;
    left.className = "live-countdown";
    left.dataset.state = draw.state;
    left.dataset.until = draw.closes_at;
    link.append(kind, prize, left);
    return link;
  }

  function two(n) { return ("0" + n).slice(-2); }

  function clockOf(seconds) {
    var minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
    var head = hours ? hours + ":" + two(minutes % 60) : String(minutes);
    return head + ":" + two(seconds % 60);
  }

  function count() {
    draws.querySelectorAll(".live-countdown").forEach(function (place) {
      var left = Math.ceil((Date.parse(place.dataset.until) - Date.now() - ahead) / 1000);
      if (place.dataset.state === "drawn") { place.textContent = "看结果"; return; }
      if (left <= 0) { place.textContent = "开奖中"; return; }
      place.textContent = clockOf(left);
    });
  }

  var take = {
    room: function (room) { if (room.state === "ended") { location.replace(home); } },
    shelf: shelf,
    likes: function (total) { likes.textContent = short(total); },
    draws: function (all) { draws.replaceChildren.apply(draws, all.map(chip)); count(); },
    chat: put,
    hide: function (id) { if (shown[id]) { shown[id].remove(); } }
  };

  /* Draws end by the shop's clock, whatever the phone's says. */
  function all(state) {
    if (state.now) {
      ahead = Date.parse(state.now) - Date.now();
      asked = JSON.stringify(state.shelf);
    }
    ["room", "shelf", "likes", "draws"].forEach(function (kind) {
      if (kind in state) { take[kind](state[kind]); }
    });
    (state.chat || []).forEach(put);
  }

  function hear(frame) {
    window.siyuLive.frames += 1;
    if ("viewers" in frame) { document.getElementById("live-viewers").textContent = short(frame.viewers); }
    if (frame.snapshot) {
      position.epoch = frame.snapshot.head.epoch;
      position.seq = frame.snapshot.head.seq;
      all(frame.snapshot.kept);
      /* A sale or an order elsewhere changes the shelf without news: then the shop knows better. */
      if (JSON.stringify(frame.snapshot.kept.shelf) !== asked) { beat().catch(quietly); }
      frame.snapshot.chat.forEach(function (message) { put(message.body); });
    }
    (frame.messages || []).forEach(function (message) {
      if (message.epoch !== position.epoch || message.seq !== position.seq + 1) { window.siyuLive.missed += 1; }
      position.epoch = message.epoch;
      position.seq = message.seq;
      if (take[message.kind]) { take[message.kind](message.body); }
    });
  }

  function connect() {
    var after = position.epoch ? "&after=" + position.epoch + "." + position.seq : "";
    var socket = new WebSocket(socketUrl + after);
    socket.onopen = function () { failures = 0; };
    socket.onmessage = function (event) { hear(JSON.parse(event.data)); };
    socket.onclose = function () {
      failures += 1;
      setTimeout(function () { beat().then(connect, connect); }, Math.min(30000, 500 * Math.pow(2, failures)) * (0.5 + Math.random()));
    };
  }

  function beat() {
    return post("/beat").then(function (answer) { return answer.json(); }).then(function (fresh) {
      socketUrl = fresh.socket;
      all(fresh.state);
    });
  }

  function quietly() { return null; }

  say.addEventListener("submit", function (event) {
    var field = say.elements.text;
    event.preventDefault();
    if (!field.value.trim()) { return; }
    post("/say", { text: field.value }).then(function (answer) {
      if (answer.ok) { field.value = ""; }
      return answer.json();
    }).then(function (said) {
      if (said.text) { tell(said.text); }
    }, function () { tell("没有发出去，请再试一次"); });
  });

  function tell(words) {
    var row = document.createElement("li");
    row.className = "live-note";
    row.textContent = words;
    chat.append(row);
    chat.scrollTop = chat.scrollHeight;
  }

  liking.addEventListener("submit", function (event) {
    event.preventDefault();
    tapped += 1;
    liking.classList.remove("is-tapped");
    void liking.offsetWidth;
    liking.classList.add("is-tapped");
  });

  setInterval(function () {
    if (!tapped) { return; }
    var n = Math.min(10, tapped);
    tapped = 0;
    post("/like", { n: n }).catch(quietly);
  }, 1100);
  setInterval(function () { beat().catch(quietly); }, 20000);
  setInterval(count, 1000);
  window.addEventListener("pagehide", function () {
    navigator.sendBeacon(home + "/leave", new URLSearchParams({ csrfmiddlewaretoken: box.dataset.token }));
  });

  all(JSON.parse(document.getElementById("live-state").textContent));
  connect();
})();

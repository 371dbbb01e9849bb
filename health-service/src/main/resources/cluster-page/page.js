// Keeps the page up to date: the cluster's state by server-sent events, the gateway's requests by asking.
import { h, patch } from "./dom.js";
import { hosts } from "./hosts.js";
import { loaded, stored } from "./models.js";
import { requestList, summary } from "./requests.js";
import { clock } from "./words.js";

const SILENCE = 12_000; // the service sends a heartbeat each 5 s
const RECONNECT = 3_000;
const REQUESTS_EVERY = 1_000;
const PATIENCE = 4_000;

const page = { state: null, heardAt: null, live: false, requests: null, gateway: true };
let source = null;
let reconnect = 0;
let silence = 0;

function connect() {
  disconnect();
  source = new EventSource("events");
  source.addEventListener("open", heard);
  source.addEventListener("beat", heard);
  source.addEventListener("state", (event) => {
    page.state = JSON.parse(event.data);
    heard();
  });
  source.addEventListener("error", lost);
}

function disconnect() {
  source?.close();
  source = null;
  clearTimeout(reconnect);
  clearTimeout(silence);
}

function heard() {
  page.live = true;
  page.heardAt = Date.now();
  clearTimeout(silence);
  silence = setTimeout(lost, SILENCE);
  draw();
}

/** A browser gives up by itself after an answer that is no stream, and never on a silent one. */
function lost() {
  page.live = false;
  disconnect();
  reconnect = setTimeout(connect, RECONNECT);
  draw();
}

async function askForRequests() {
  if (document.visibilityState === "visible") {
    try {
      const answer = await fetch("../api/distributed/requests", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      page.gateway = true;
      page.requests = answer.ok ? (await answer.json()).requests : null;
    } catch {
      page.gateway = false;
      page.requests = null;
    }
    draw();
  }
  setTimeout(askForRequests, REQUESTS_EVERY);
}

function draw() {
  const connection = document.getElementById("connection");
  const word = page.live ? "live" : page.heardAt == null && page.gateway ? "connecting" : "lost";
  connection.dataset.connection = word;
  patch(connection, [{ live: "Live", connecting: "Connecting…", lost: "Disconnected" }[word]]);
  patch(document.getElementById("notices"), notices(word));
  if (page.state != null) {
    document.body.classList.toggle("stale", !page.live);
    patch(document.getElementById("summary"), summary(page.state, page.requests));
    patch(document.getElementById("loaded"), loaded(page.state));
    patch(document.getElementById("requests"), requestList(page.requests, page.state));
    patch(document.getElementById("hosts"), hosts(page.state));
    patch(document.getElementById("stored"), stored(page.state));
  }
}

function notices(word) {
  const list = [];
  if (word === "lost") {
    const who = page.gateway ? "The health service" : "The gateway";
    const since = page.heardAt == null ? "" : ` What you see is as of ${clock(page.heardAt)}.`;
    list.push(h("p", { class: "notice bad", key: "lost", "data-notice": "disconnected" }, `${who} does not answer; trying again.${since}`));
  }
  if (page.state?.frozen != null) {
    list.push(h("p", { class: "notice warn", key: "frozen", "data-notice": "frozen" },
      h("strong", {}, "Membership is frozen: "), page.state.frozen, ". Nobody is taken for dead until this is over."));
  }
  return list;
}

/** A page that nobody sees costs nothing. */
function visibilityChanged() {
  if (document.visibilityState === "visible") {
    connect();
  } else {
    disconnect();
  }
}

document.addEventListener("visibilitychange", visibilityChanged);
visibilityChanged();
askForRequests();

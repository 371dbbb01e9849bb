// The requests this page's gateway is working on, and the numbers at the top.
import { h } from "./dom.js";
import { agentNames, bytes, count, seconds } from "./words.js";

/** @param requests null where the gateway did not say */
export function requestList(requests, state) {
  if (requests == null) {
    return [h("p", { class: "empty" }, "The gateway does not say which requests run.")];
  }
  if (requests.length === 0) {
    return [h("p", { class: "empty" }, "No request is running at this gateway.")];
  }
  const name = agentNames(state);
  return [h("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "requests-title" }, h("table", {},
    h("thead", {}, h("tr", {}, ["Model", "Answered by", "Age", "Tokens", "Request id"].map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, requests.map((request, index) =>
      h("tr", { key: `${request.id} ${index}`, "data-request": request.id },
        h("th", { scope: "row" }, request.model),
        h("td", {}, request.node == null ? h("span", { class: "quiet" }, "waits") : name(request.node).label),
        h("td", {}, seconds(request.age_ms)),
        h("td", {}, request.tokens.toLocaleString("en")),
        h("td", {}, h("code", {}, request.id)))))))];
}

export function summary(state, requests) {
  const agents = state.hosts.flatMap((host) => host.agents);
  const ready = agents.filter((agent) => agent.verdict === "READY");
  const replicas = state.models.flatMap((model) => model.replicas);
  const answering = replicas.filter((replica) => replica.state === "READY" && !replica.segments.some((segment) => segment.verdict === "DOWN"));
  const names = new Set(state.models.map((model) => model.name));
  const inUse = new Set(state.models.filter((model) => model.replicas.some((replica) => answering.includes(replica))).map((model) => model.name));
  return [
    tile("Hosts", String(state.hosts.length), ready.length === agents.length ? `${count(agents.length, "agent")}, all ready` : `${ready.length} of ${count(agents.length, "agent")} ready`),
    tile("Models loaded", String(inUse.size), `of ${names.size} known`),
    tile("Slots busy", String(sum(answering, "busy")), `of ${sum(answering, "slots")}`),
    tile("Memory in use", bytes(sum(ready, "used")), `of ${bytes(offered(state))} offered`),
    tile("Requests", requests == null ? "–" : String(requests.length), "at this gateway"),
  ];
}

/** Agents of one host offer the same memory; it is counted once. */
function offered(state) {
  return state.hosts
    .map((host) => Math.min(host.memory, sum(host.agents.filter((agent) => agent.verdict === "READY"), "budget")))
    .reduce((total, memory) => total + memory, 0);
}

function sum(list, field) {
  return list.reduce((total, entry) => total + entry[field], 0);
}

function tile(title, value, detail) {
  return h("div", { class: "tile", key: title },
    h("p", { class: "quiet small" }, title), h("p", { class: "value" }, value), h("p", { class: "quiet small" }, detail));
}

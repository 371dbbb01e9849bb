// Hosts with their agents, memory, engines and processes.
import { h } from "./dom.js";
import { agentNames, bytes, clock, count, layerRange, lower, percent, shortId } from "./words.js";

const VERDICTS = {
  READY: ["good", "ready"],
  SUSPECT: ["warn", "suspect"],
  DOWN: ["bad", "down"],
};

export function hosts(state) {
  if (state.hosts.length === 0) {
    return [h("p", { class: "empty" }, "No agent has joined yet. On each machine that should take part: ", h("code", {}, "./caravan agent --join HOST"))];
  }
  const name = agentNames(state);
  return state.hosts.map((host) =>
    h("article", { class: "card", key: host.id, "data-host": host.id },
      h("h3", {}, host.name, " ", h("span", { class: "quiet small", title: `host id ${host.id}` }, `${bytes(host.memory)} memory, ${bytes(host.available)} available`)),
      host.agents.map((agent) => agentView(host, agent, name(agent.id)))));
}

function agentView(host, agent, { label, colour }) {
  const [tone, verdict] = VERDICTS[agent.verdict] ?? ["warn", lower(agent.verdict)];
  return h("div", { class: "agent", key: agent.id, "data-agent": agent.id },
    h("p", { class: "line" },
      h("span", { class: `dot agent-${colour}`, "aria-hidden": "true" }),
      h("strong", {}, label),
      h("span", { class: `badge ${tone}`, "data-verdict": agent.verdict }, verdict),
      h("span", { class: "quiet small" }, `agent ${shortId(agent.id)} · ${agent.version} · ${count(agent.cores, "core")}`)),
    agent.reason !== "" && h("p", { class: `reason ${tone}` }, agent.reason, agent.seenAt != null && ` Last answer at ${clock(agent.seenAt)}.`),
    memoryBar(host, agent),
    h("p", { class: "small" }, h("span", { class: "quiet" }, "Engine "), engineText(agent)),
    h("p", { class: "small" }, h("span", { class: "quiet" }, "Models on disk "), `${bytes(agent.storeUsed)}, ${bytes(agent.storeFree)} free`),
    agent.held.length > 0 && h("ul", { class: "held" }, agent.held.map(heldView)));
}

function memoryBar(host, agent) {
  const words = `${bytes(agent.used)} used of ${bytes(agent.budget)} offered, host ${bytes(host.memory)}`;
  return h("div", { class: "memory" },
    h("div", { class: "bar", role: "img", "aria-label": `Memory: ${words}` },
      h("span", { class: "offered", "--part": percent(agent.budget, host.memory) }),
      h("span", { class: agent.used > agent.budget ? "used over" : "used", "--part": percent(agent.used, host.memory) })),
    h("p", { class: "small" }, h("span", { class: "quiet" }, "Memory "), words));
}

function engineText(agent) {
  if (agent.engine == null) {
    return h("span", { class: "bad-text" }, agent.engineFault ?? "none");
  }
  const { kind, build, rpcProtocol, backends } = agent.engine;
  return `${kind} ${build}${rpcProtocol === "" ? "" : `, RPC ${rpcProtocol}`}${backends.length > 0 ? ` · ${backends.join(", ")}` : ""}`;
}

const ROLES = { whole: "", head: "head, ", member: "lends memory, " };

function heldView(held) {
  const layers = held.role === "whole" ? "whole model" : layerRange(held);
  return h("li", { class: "small" },
    h("strong", {}, held.model), ` ${ROLES[held.role] ?? ""}${layers} · ${bytes(held.memory)} · ${lower(held.state)}`,
    held.fault != null && h("span", { class: "bad-text" }, ` ${held.fault}`));
}

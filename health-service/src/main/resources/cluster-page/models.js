// Loaded models with their replicas and layer maps, and the models on disk.
import { h } from "./dom.js";
import { agentNames, bytes, clock, count, layerRange, lower } from "./words.js";

const STATES = { READY: "good", LOADING: "busy", DRAINING: "busy", EXITED: "bad", FAILED: "bad" };

export function loaded(state) {
  const models = state.models.filter((model) => model.replicas.length > 0);
  if (models.length === 0) {
    return [h("p", { class: "empty" }, "No model is loaded. The first request for one loads it.")];
  }
  const name = agentNames(state);
  return models.map((model) =>
    h("article", { class: "card", key: `${model.name} ${model.digest}`, "data-model": model.name },
      h("h3", {}, model.name, " ", h("span", { class: "quiet small" }, facts(model))),
      model.faults.map((fault) => h("p", { class: "reason bad" }, fault)),
      model.replicas.map((replica) => replicaView(replica, name))));
}

function facts(model) {
  return [model.parameters, model.quantization, model.layers > 0 && count(model.layers, "layer"), model.size > 0 && bytes(model.size)]
    .filter((fact) => fact).join(" · ");
}

function replicaView(replica, name) {
  const split = replica.segments.length > 1;
  const gone = replica.segments.some((segment) => segment.verdict === "DOWN");
  return h("div", { class: gone ? "replica gone" : "replica", key: replica.id, "data-replica": replica.id, "data-split": String(split) },
    h("p", { class: "line" },
      h("span", { class: `badge ${STATES[replica.state] ?? "warn"}`, "data-state": replica.state }, lower(replica.state)),
      gone && h("span", { class: "badge bad" }, "a host is down"),
      h("strong", {}, split ? `split over ${count(replica.segments.length, "process", "processes")}` : `on ${name(replica.agent).label}`),
      slots(replica)),
    layerMap(replica, name),
    h("p", { class: "small quiet" }, `${replica.contextLength.toLocaleString("en")} tokens of context a slot · ${bytes(replica.memory)} memory · continuation ${replica.continuation}${leaving(replica)}`),
    replica.fault != null && h("p", { class: "reason bad fault" }, replica.fault));
}

function slots({ busy, slots: total }) {
  const dots = total <= 16 ? Array.from({ length: total }, (_, index) => h("i", { class: index < busy ? "slot taken" : "slot" })) : [];
  return h("span", { class: "slots" },
    h("span", { class: "slot-dots", "aria-hidden": "true" }, dots),
    h("span", { class: "small", "data-busy": String(busy) }, `${busy} of ${count(total, "slot")} busy`));
}

function leaving({ expiresAt }) {
  if (expiresAt == null) {
    return "";
  }
  return expiresAt < 0 ? " · stays" : ` · leaves at ${clock(expiresAt)} if unused`;
}

/** One bar a replica, a segment a stage; the list below says the same in words. */
function layerMap(replica, name) {
  const named = replica.segments.map((segment) => ({ ...segment, ...name(segment.agent) }));
  const words = named.map((segment) => `${segment.label}: ${rangeOf(segment, named)}`);
  return h("div", { class: "map" },
    h("div", { class: "layers", role: "img", "aria-label": `Layer map. ${words.join("; ")}` },
      named.map((segment, index) =>
        h("span", { class: `segment agent-${segment.colour}${segment.verdict === "DOWN" ? " down" : ""}`, "--weight": String(weight(segment)), title: words[index] },
          h("b", {}, segment.label), h("span", {}, rangeOf(segment, named))))),
    named.length > 1 && h("ul", { class: "stages" }, named.map(stageView)));
}

function weight({ layers, output }) {
  return Math.max(1, layers + (output ? 1 : 0));
}

function rangeOf(segment, all) {
  return all.length === 1 && segment.layers === 0 ? "all layers" : layerRange(segment);
}

function stageView(segment) {
  return h("li", { class: "small", "data-stage": segment.agent },
    h("span", { class: `dot agent-${segment.colour}`, "aria-hidden": "true" }),
    h("strong", {}, segment.label), ` ${layerRange(segment)} · ${segment.head ? "head" : "member"} · ${bytes(segment.memory)} · ${lower(segment.state)}`,
    segment.verdict !== "READY" && h("span", { class: "bad-text" }, ` host ${lower(segment.verdict)}`),
    segment.fault != null && h("span", { class: "bad-text" }, ` ${segment.fault}`));
}

export function stored(state) {
  const models = state.models.filter((model) => model.holders.length > 0);
  if (models.length === 0) {
    return [h("p", { class: "empty" }, "No model is on any disk. Bring one: ", h("code", {}, "./caravan import NAME FILE.gguf"))];
  }
  const name = agentNames(state);
  return [h("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "stored-title" }, h("table", {},
    h("thead", {}, h("tr", {}, ["Model", "Size", "Parameters", "Quantization", "Layers", "On"].map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, models.map((model) =>
      h("tr", { key: `${model.name} ${model.digest}`, "data-stored": model.name },
        h("th", { scope: "row" }, model.name, model.faults.map((fault) => h("p", { class: "bad-text small" }, fault))),
        h("td", {}, bytes(model.size)),
        h("td", {}, model.parameters),
        h("td", {}, model.quantization),
        h("td", {}, model.layers > 0 ? String(model.layers) : "unknown"),
        h("td", {}, model.holders.map((agent) => name(agent).label).join(", ")))))))];
}

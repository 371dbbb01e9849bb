// Numbers and facts as words.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function bytes(count) {
  let unit = 0;
  let value = count;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

export function percent(part, whole) {
  return `${whole > 0 ? Math.min(100, Math.max(0, (part / whole) * 100)).toFixed(2) : 0}%`;
}

/** "layers 0–11 + output"; ranges include their last layer. */
export function layerRange({ firstLayer, layers, output }) {
  if (layers === 0) {
    return output ? "output" : "no layers";
  }
  const last = firstLayer + layers - 1;
  const range = layers === 1 ? `layer ${firstLayer}` : `layers ${firstLayer}–${last}`;
  return output ? `${range} + output` : range;
}

export function clock(millis) {
  return new Date(millis).toLocaleTimeString("en-GB");
}

export function seconds(millis) {
  return millis < 60_000 ? `${(millis / 1000).toFixed(1)} s` : `${Math.floor(millis / 60_000)} min ${Math.floor((millis % 60_000) / 1000)} s`;
}

/** Agents draw ids of 32 hex digits; the first eight tell them apart. */
export function shortId(id) {
  return /^[0-9a-f]{32}$/.test(id) ? id.slice(0, 8) : id;
}

export function lower(word) {
  return word.toLowerCase();
}

/**
 * How agents are called and coloured: by their host, with the port where the host has several.
 * The colour is by place in the list, and never the only sign.
 */
export function agentNames(state) {
  const names = new Map();
  for (const host of state.hosts) {
    for (const agent of host.agents) {
      const address = agent.address.replace(/^https?:\/\//, "");
      names.set(agent.id, { label: host.agents.length > 1 ? address : host.name, colour: names.size % 8 });
    }
  }
  return (id) => names.get(id) ?? { label: shortId(id), colour: 0 };
}

// Elements from descriptions. Text is only ever set as text: names come from strangers.

/** Describes an element. Children are descriptions, texts, or lists of them; null is left out. */
export function h(tag, attributes, ...children) {
  return { tag, attributes: attributes ?? {}, children: children.flat(Infinity).filter((child) => child != null && child !== false) };
}

const known = new WeakMap(); // element -> what it was made of

/**
 * Makes the children of an element as described, and leaves alone what is so already: a
 * selection, the focus and a running transition outlive an update. A description with a "key"
 * keeps its element when others come or go before it.
 */
export function patch(parent, wanted) {
  const there = new Map();
  for (const node of parent.childNodes) {
    there.set(known.get(node)?.id ?? node, node);
  }
  wanted.forEach((child, index) => {
    const id = identity(child, index);
    const node = there.get(id) ?? create(child, id);
    there.delete(id);
    if (typeof child === "object") {
      update(node, child);
    } else if (node.nodeValue !== String(child)) {
      node.nodeValue = String(child);
    }
    const place = parent.childNodes[index] ?? null;
    if (place !== node) {
      parent.insertBefore(node, place);
    }
  });
  there.forEach((node) => node.remove());
}

function identity(child, index) {
  return typeof child === "object" ? `${child.tag}:${child.attributes.key ?? index}` : `text:${index}`;
}

function create(child, id) {
  const node = typeof child === "object" ? document.createElement(child.tag) : document.createTextNode("");
  known.set(node, { id, attributes: {} });
  return node;
}

function update(node, { attributes, children }) {
  const before = known.get(node);
  for (const name of Object.keys(before.attributes)) {
    if (!(name in attributes)) {
      set(node, name, null);
    }
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (before.attributes[name] !== value) {
      set(node, name, value);
    }
  }
  before.attributes = attributes;
  patch(node, children);
}

function set(node, name, value) {
  if (name === "key") {
    return;
  }
  if (name.startsWith("--")) {
    node.style.setProperty(name, value ?? "");
  } else if (value == null || value === false) {
    node.removeAttribute(name);
  } else {
    node.setAttribute(name, value);
  }
}

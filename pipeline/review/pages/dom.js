// Small things that every part of the page needs: elements, ids, what is read aloud.

/** Make an element; texts are always text, never markup. */
export function h(tag, props = {}, ...kids) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "onclick") node.addEventListener("click", value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...kids.flat(Infinity).filter((kid) => kid !== null && kid !== undefined && kid !== false));
  return node;
}

/** A random UUID; crypto.randomUUID is missing where a page is not a secure context. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Say something in the one live region. */
export function say(text) {
  document.getElementById("said").textContent = text;
}

export const data = JSON.parse(document.getElementById("data").textContent);

/** A place in this browser's storage that belongs to this log and coder. */
export function storageKey(...parts) {
  return ["glossator", data.log_id, data.coder, ...parts].join(":");
}

/** Read from or write to storage; a blocked or full one is no reason to stop. */
export function stored(key, value) {
  try {
    if (value === undefined) return JSON.parse(localStorage.getItem(key));
    localStorage.setItem(key, JSON.stringify(value));
    return value;
  } catch {
    return null;
  }
}

/** A colour bar that stands beside a code's name; it never speaks alone. */
export function swatch(color) {
  const node = h("span", { class: "swatch", "aria-hidden": "true" });
  if (color) node.style.setProperty("--swatch", color);
  return node;
}

/** When the next frame is due; at once where the page is hidden and has none. */
export function nextFrame() {
  return new Promise((resolve) => (document.hidden ? resolve() : requestAnimationFrame(resolve)));
}

export function kbd(text) {
  return text ? h("kbd", { "aria-hidden": "true" }, text) : null;
}

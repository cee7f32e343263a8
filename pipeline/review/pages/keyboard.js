// Keys to acts, from the same table that the help is printed from.
import { data, storageKey, stored } from "./dom.js";

const TABLE = new Map();
for (const { act, keys, repeats } of data.keys ?? []) {
  for (const key of keys) TABLE.set(key.toLowerCase(), { act, repeats });
}

export function isSingle() {
  return stored(storageKey("single")) !== false;
}

export function setSingle(value) {
  stored(storageKey("single"), value);
}

/** Which act a key asks for, and which number; null where it is none of ours. */
export function wanted(event) {
  if (event.isComposing || event.altKey || event.defaultPrevented) return null;
  const hasModifier = event.ctrlKey || event.metaKey;
  if (!hasModifier && !isSingle() && event.key !== "Escape") return null;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  if (digit && !hasModifier) return found(event.shiftKey ? "shift+1-9" : "1-9", event, Number(digit[1]));
  const isLetter = /^\p{L}$/u.test(event.key);
  const name = `${hasModifier ? "ctrl+" : ""}${event.shiftKey && isLetter ? "shift+" : ""}${event.key}`.toLowerCase();
  return found(name, event, null);
}

function found(name, event, number) {
  const entry = TABLE.get(name);
  if (!entry || (event.repeat && !entry.repeats)) return null;
  return { act: entry.act, number };
}

/** Whether keys belong to the field or button that has the focus. */
export function isTaken(event) {
  const node = event.target;
  if (document.querySelector("dialog[open]")) return true; // also where the focus was lost in it
  if (node.closest("input, textarea, select, [contenteditable]")) return true;
  return (event.key === "Enter" || event.key === " ") && node.closest("button, a[href], summary") !== null;
}

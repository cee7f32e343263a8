// Any code by a few letters: a combobox with the codes used last on top.
import { data, h, storageKey, stored, swatch } from "./dom.js";

const MOST = 40;
const RECENT = 8;

export class Combo {
  constructor({ onChoose, onLeave }) {
    this.onChoose = onChoose;
    this.onLeave = onLeave;
    this.codes = data.codes.filter((code) => code.codable);
    this.list = h("ul", { role: "listbox", id: "codes-listbox", "aria-label": "Codes", hidden: true });
    this.input = h("input", {
      id: "codes-input", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
      "aria-expanded": "false", "aria-controls": "codes-listbox", "aria-autocomplete": "list", "data-focus": "combo",
    });
    this.words = h("span", {}, "Add a code ");
    this.node = h("div", { class: "combo" }, h("label", { for: "codes-input" }, this.words, h("kbd", { "aria-hidden": "true" }, data.printed.add)), this.input, this.list);
    this.input.addEventListener("input", () => this.open());
    this.input.addEventListener("focus", () => this.open());
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  label(words) {
    this.words.textContent = words;
  }

  recent() {
    return stored(storageKey("recent")) || [];
  }

  /** Codes that hold every word typed: those whose name or path begins with them first, those that only say so last. */
  found() {
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const recent = this.recent();
    const rank = (code) => {
      const text = `${code.name} ${code.path}`.toLowerCase();
      const used = recent.indexOf(code.path);
      const place = used < 0 ? 100 : used;
      if (!words.every((word) => text.includes(word))) {
        const more = `${text} ${code.definition} ${code.include.join(" ")}`.toLowerCase();
        return words.every((word) => more.includes(word)) ? 2000 + place : null;
      }
      const starts = words.every((word) => new RegExp(`(^|[\\s.-])${word.replace(/[^\p{L}\p{N}]/gu, "\\$&")}`, "u").test(text));
      return (starts ? 0 : 1000) + place;
    };
    const ranked = this.codes.map((code) => [rank(code), code]).filter(([number]) => number !== null);
    return ranked.sort((one, other) => one[0] - other[0]).map(([, code]) => code).slice(0, MOST);
  }

  open() {
    this.options = this.found();
    this.at = 0;
    const nodes = this.options.map((code, number) => {
      const node = h("li", { role: "option", id: `code-option-${number}` }, swatch(code.color), h("span", {}, code.name), h("span", { class: "path" }, code.path));
      node.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.choose(number);
      });
      return node;
    });
    this.list.replaceChildren(...(nodes.length ? nodes : [h("li", { class: "quiet" }, "No code has these words.")]));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  mark() {
    this.list.querySelectorAll("[role=option]").forEach((node, number) => node.setAttribute("aria-selected", String(number === this.at)));
    const node = document.getElementById(`code-option-${this.at}`);
    if (!node) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", node.id);
    node.scrollIntoView({ block: "nearest" });
  }

  choose(number) {
    const code = this.options[number];
    if (!code) return;
    stored(storageKey("recent"), [code.path, ...this.recent().filter((path) => path !== code.path)].slice(0, RECENT));
    this.input.value = "";
    this.close();
    this.onChoose(code.path);
  }

  key(event) {
    if (event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      if (this.list.hidden) this.open();
      else this.at = Math.max(0, Math.min(this.options.length - 1, this.at + steps[event.key]));
      this.mark();
    } else if (event.key === "Enter" && !this.list.hidden && !event.repeat) this.choose(this.at);
    else if (event.key === "Escape") {
      this.input.value = "";
      this.close();
      this.onLeave();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

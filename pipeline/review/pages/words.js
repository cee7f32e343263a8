// A part of a segment, chosen with the mouse, a finger or by words with the keyboard; the same thing for all of them.
import { data, h, kbd, say } from "./dom.js";

const SETTLE_MS = 200; // a selection that moved less long ago is still being made

/** How many code points stand before a place that the browser counts in UTF-16. */
export function points(text, unit) {
  return [...text.slice(0, unit)].length;
}

/** Where the browser counts a place that stands behind so many code points. */
export function units(text, point) {
  return [...text].slice(0, point).join("").length;
}

/** Never half a sign, never white space around it; null if nothing is left. */
export function tidy(text, start, end) {
  const isTail = (at) => /[\uDC00-\uDFFF]/.test(text[at] ?? "") && /[\uD800-\uDBFF]/.test(text[at - 1] ?? "");
  let [from, to] = [isTail(start) ? start - 1 : start, isTail(end) ? end + 1 : end];
  while (from < to && /\s/.test(text[from])) from += 1;
  while (to > from && /\s/.test(text[to - 1])) to -= 1;
  return from < to ? [from, to] : null;
}

function pieces(text, granularity) {
  if (!Intl.Segmenter) return [...text.matchAll(/\S+/g)].map((found) => [found.index, found.index + found[0].length]);
  const found = [...new Intl.Segmenter(data.language, { granularity }).segment(text)];
  const wanted = granularity === "word" ? found.filter((item) => item.isWordLike || /\p{Extended_Pictographic}/u.test(item.segment)) : found;
  return wanted.map((item) => tidy(text, item.index, item.index + item.segment.length)).filter(Boolean);
}

export class Chooser {
  constructor(page) {
    this.page = page;
    this.span = null;
    this.quote = h("q", { dir: "auto" });
    const button = (name, label, key, act) => h("button", { type: "button", "data-focus": `chosen:${name}`, "aria-label": label, onclick: act }, key);
    this.node = h("div", { class: "chosen-box", role: "group", "aria-label": "Chosen words", hidden: true },
      h("p", {}, h("strong", {}, "Chosen words "), this.quote),
      h("p", { class: "quiet" }, "A code now goes to these words only: any code ", kbd("Enter"), ", or a suggested one by its number."),
      h("p", { class: "acts" },
        button("back", "Previous word", "←", () => this.move(-1, false)), button("on", "Next word", "→", () => this.move(1, false)),
        button("shorter", "One word less", "⇧←", () => this.move(-1, true)), button("longer", "One word more", "⇧→", () => this.move(1, true)),
        h("button", { type: "button", "data-focus": "chosen:code", class: "primary", onclick: () => page.panel.combo.input.focus() }, "Choose code ", kbd("Enter")),
        h("button", { type: "button", "data-focus": "chosen:drop", onclick: () => this.drop(true) }, "Leave ", kbd("Esc"))));
    this.isDown = false;
    document.addEventListener("pointerdown", (event) => { this.isDown = event.pointerType === "mouse"; });
    document.addEventListener("pointerup", () => {
      this.isDown = false;
      this.later();
    });
    document.addEventListener("selectionchange", () => this.later());
  }

  text() {
    return this.page.text(this.page.id);
  }

  words() {
    return pieces(this.text(), "word");
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => !this.isDown && this.fromSelection(), SETTLE_MS);
  }

  /** Take what is selected in the text, if it is more than what is chosen already. */
  fromSelection() {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return;
    const range = selection.getRangeAt(0);
    const holder = (range.startContainer.parentElement ?? range.startContainer).closest?.(".segment .text");
    const id = holder?.closest(".segment").dataset.id;
    if (!id || !this.page.model.byId.get(id).target) return;
    const before = document.createRange();
    before.selectNodeContents(holder);
    before.setEnd(range.startContainer, range.startOffset);
    const start = before.toString().length;
    const whole = document.createRange();
    whole.selectNodeContents(holder);
    if (range.comparePoint(holder, holder.childNodes.length) > 0) whole.setEnd(range.endContainer, range.endOffset);
    const found = tidy(holder.textContent, start, whole.toString().length);
    if (!found || (id === this.page.id && String(found) === String(this.span))) return;
    if (id !== this.page.id) this.page.select(id);
    this.choose(found);
  }

  choose(span) {
    this.span = span;
    const words = this.text().slice(...span);
    this.quote.textContent = words.length > 120 ? `${words.slice(0, 90)} … ${words.slice(-25)}` : words;
    this.node.hidden = false;
    this.page.render();
    this.showSelection();
    say(`Chosen: ${words}`);
  }

  /** The browser's own selection, so that the words can be copied; painting made new nodes of them. */
  showSelection() {
    if (document.activeElement?.closest("input, textarea")) return;
    const node = this.page.nodes.get(this.page.id).querySelector(".text");
    const found = node.querySelectorAll(".chosen");
    if (found.length) getSelection().setBaseAndExtent(found[0], 0, found[found.length - 1], found[found.length - 1].childNodes.length);
  }

  drop(isFocused = false) {
    if (!this.span) return;
    this.span = null;
    this.node.hidden = true;
    getSelection().removeAllRanges();
    this.page.render();
    if (isFocused) this.page.focusSegment();
  }

  start() {
    const words = this.words();
    if (!words.length) return say("There are no words here to choose.");
    this.page.focusSegment();
    this.isBackward = false;
    this.choose(this.span ?? words[0]);
  }

  /** Move by a word, or with `isLonger` move the end that was moved last. */
  move(by, isLonger, granularity = "word") {
    const found = pieces(this.text(), granularity);
    const inside = found.flatMap(([start, end], at) => (start < this.span[1] && end > this.span[0] ? [at] : []));
    if (!inside.length) return;
    const [first, last] = [inside[0], inside[inside.length - 1]];
    const bound = (at) => Math.max(0, Math.min(found.length - 1, at));
    if (!isLonger) {
      this.isBackward = false;
      const isWithin = granularity === "sentence" && String(found[first]) !== String(this.span);
      const to = bound(isWithin && by > 0 ? first : by > 0 ? last + by : first + by);
      return this.choose(found[to]);
    }
    if (first === last) this.isBackward = by < 0;
    this.choose(this.isBackward ? [found[bound(first + by)][0], this.span[1]] : [this.span[0], found[bound(last + by)][1]]);
  }

  /** Whether a key was ours: only while words are chosen. */
  key(event) {
    if (!this.span || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
    const isRightToLeft = getComputedStyle(this.page.nodes.get(this.page.id).querySelector(".text")).direction === "rtl";
    const steps = { ArrowRight: isRightToLeft ? -1 : 1, ArrowLeft: isRightToLeft ? 1 : -1 };
    if (event.key in steps) this.move(steps[event.key], event.shiftKey);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.move(event.key === "ArrowDown" ? 1 : -1, event.shiftKey, "sentence");
    else if (event.key === "Home" || event.key === "End") this.jump(event.key === "Home", event.shiftKey);
    else if (event.key === "Enter" && !event.repeat) this.page.panel.combo.input.focus();
    else if (event.key === "Escape") this.drop(true);
    else return event.key === "Enter";
    event.preventDefault();
    return true;
  }

  jump(isHome, isLonger) {
    const words = this.words();
    const to = isHome ? words[0] : words[words.length - 1];
    if (!isLonger) return this.choose(to);
    this.isBackward = isHome;
    this.choose(isHome ? [to[0], this.span[1]] : [this.span[0], to[1]]);
  }

  /** Where a decision on the chosen words stands, null if none are chosen. */
  place() {
    if (!this.span) return null;
    const text = this.text();
    const { start } = this.page.model.byId.get(this.page.id);
    return { start: start + points(text, this.span[0]), end: start + points(text, this.span[1]), quote: text.slice(...this.span) };
  }
}

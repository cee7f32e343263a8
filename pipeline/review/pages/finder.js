// Search in the transcript, and filters: what does not match stays readable but is stepped over.
import { data, h, say } from "./dom.js";

const byId = (id) => document.getElementById(id);
const STATES = {
  open: (view) => view.span.verdict !== "done", done: (view) => view.span.verdict === "done", skipped: (view) => view.span.verdict === "skipped",
  coded: (view, model) => model.yes(view).length > 0 || model.parts(view).some((part) => part.verdict === "yes"),
  unsure: (view) => Object.values(view.codes).some((item) => item.verdict === "unsure"),
  conflict: (view) => Object.values(view.codes).some((item) => item.verdict === "conflict") || view.span.verdict === "conflict",
  memo: (view) => Boolean(view.span.memo),
};

export class Finder {
  constructor(page) {
    this.page = page;
    this.node = byId("finder");
    this.input = byId("find-words");
    this.hits = [];
    this.at = -1;
    this.fill();
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("keydown", (event) => this.key(event));
    for (const name of ["code", "speaker", "state"]) byId(`filter-${name}`).addEventListener("change", () => this.filter());
    byId("filter-transcript").addEventListener("change", (event) => { location.href = event.target.value; });
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      this.close();
    });
  }

  fill() {
    const option = (value, text) => h("option", { value }, text);
    byId("filter-code").append(...data.codes.filter((code) => code.codable).map((code) => option(code.path, code.name)));
    byId("filter-speaker").append(...[...new Set(this.page.model.segments.map((segment) => segment.speaker))].sort().map((name) => option(name, name || "nobody named")));
    byId("filter-transcript").append(...data.transcripts.map(({ name, url }) => h("option", { value: url, selected: name === data.transcript }, name)));
  }

  open(name) {
    this.node.hidden = false;
    byId(name).focus();
    if (name === "find-words") this.input.select();
  }

  close() {
    this.input.value = "";
    for (const name of ["code", "speaker", "state"]) byId(`filter-${name}`).value = "";
    this.search();
    this.filter();
    this.node.hidden = true;
    this.page.focusSegment();
  }

  isOn() {
    return ["code", "speaker", "state"].some((name) => byId(`filter-${name}`).value);
  }

  /** Whether a segment passes the filters. */
  passes(segment) {
    const [code, speaker, state] = ["code", "speaker", "state"].map((name) => byId(`filter-${name}`).value);
    if (!code && !speaker && !state) return true;
    const { model } = this.page;
    const view = model.peek(segment.id);
    const named = byId("filter-speaker").selectedIndex > 0;
    if (named && segment.speaker !== speaker) return false;
    if (code && model.verdict(view, code) === "open" && !model.parts(view).some((part) => part.code === code)) return false;
    return !state || STATES[state](view, model);
  }

  filter() {
    const found = this.page.queue();
    this.page.showFiltered();
    byId("filter-count").textContent = this.isOn() ? `${found.length} of ${this.page.model.targets.length} segments` : "";
    if (this.isOn()) say(`${found.length} segments pass the filter.`);
    if (found.length && !found.some((segment) => segment.id === this.page.id)) this.page.select(found[0].id, false);
  }

  search() {
    const words = this.input.value.trim();
    this.hits = [];
    this.at = -1;
    if (words) {
      const pattern = new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+"), "giu");
      for (const node of document.querySelectorAll("#talk .text")) {
        for (const hit of node.textContent.matchAll(pattern)) this.hits.push({ node, start: hit.index, end: hit.index + hit[0].length });
      }
    }
    this.count();
    this.paint();
  }

  count() {
    const words = this.input.value.trim();
    const place = this.at < 0 ? "" : `${this.at + 1} of `;
    byId("find-count").textContent = words ? `${place}${this.hits.length} found` : "";
  }

  step(by) {
    if (!this.hits.length) return say("Nothing was found.");
    this.at = this.at < 0 && by < 0 ? this.hits.length - 1 : (this.at + by + this.hits.length) % this.hits.length;
    const { node } = this.hits[this.at];
    const id = node.closest(".segment")?.dataset.id;
    if (id && this.page.model.byId.get(id).target && id !== this.page.id) this.page.select(id, false);
    this.count();
    this.paint();
    this.page.settle(() => this.bring(this.hits[this.at]));
    say(`${byId("find-count").textContent}: ${node.textContent.slice(Math.max(0, this.hits[this.at].start - 30), this.hits[this.at].end + 30)}`);
  }

  bring(hit) {
    if (!hit) return;
    const box = this.range(hit).getBoundingClientRect();
    if (box.top < document.querySelector(".top").offsetHeight + 20 || box.bottom > innerHeight - 20) scrollBy({ top: box.top - innerHeight / 3, behavior: "instant" });
  }

  /** The hit as it lies in the text now: marks cut the text into nodes. */
  range({ node, start, end }) {
    const range = document.createRange();
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    let seen = 0;
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      const { length } = text.data;
      if (seen <= start && start <= seen + length) range.setStart(text, start - seen);
      if (seen < end && end <= seen + length) range.setEnd(text, end - seen);
      seen += length;
    }
    return range;
  }

  /** Show the hits without touching the text. */
  paint() {
    if (!globalThis.CSS?.highlights || !globalThis.Highlight) return;
    CSS.highlights.set("found", new Highlight(...this.hits.map((hit) => this.range(hit))));
    CSS.highlights.set("found-now", new Highlight(...this.hits.slice(this.at, this.at + 1).map((hit) => this.range(hit))));
  }

  key(event) {
    if (event.isComposing || event.key !== "Enter") return;
    event.preventDefault();
    this.step(event.shiftKey ? -1 : 1);
  }
}

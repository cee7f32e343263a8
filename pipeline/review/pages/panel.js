// The panel beside the segment in hand: suggestions, own codes, memo and acts; and the marks in the text.
import { data, h, kbd, swatch } from "./dom.js";
import { Combo } from "./combo.js";
import { idOf } from "./model.js";

const WORDS = { yes: "accepted", no: "rejected", unsure: "unsure", conflict: "conflict" };
const ACTS = [
  ["done", "Done and next", "primary"], ["skip", "Skip"], ["rejectAll", "Reject all open"], ["unsure", "Unsure"],
  ["reveal", "Show suggestions"], ["undo", "Undo"], ["redo", "Redo"], ["history", "History"], ["undecided", "Next not done"],
];
const MOVES = [["previous", "Previous segment", "↑"], ["next", "Next segment", "↓"]];

export class Panel {
  constructor(page) {
    this.page = page;
    this.title = h("p", { class: "panel-title" });
    this.head = h("div", { class: "panel-head" }, this.title, MOVES.map(([act, label, sign]) => h("button", { type: "button", "data-act": act, "data-focus": act, "aria-label": label }, sign, " ", kbd(data.printed[act]))));
    this.refused = h("div", { class: "refused" });
    this.suggestions = h("div", { class: "suggestions" });
    this.own = h("div", { class: "own" });
    this.combo = new Combo({ onChoose: (code) => page.add(code), onLeave: () => page.focusSegment() });
    this.memo = h("textarea", { id: "memo", rows: 2, maxlength: 10000, dir: "auto", "data-focus": "memo" });
    this.memoNote = h("p", { class: "quiet", id: "memo-note" });
    this.memo.addEventListener("change", () => page.saveMemo());
    this.memo.addEventListener("keydown", (event) => this.memoKey(event));
    this.memo.addEventListener("input", () => this.noteMemo());
    this.buttons = new Map(ACTS.map(([act, label, kind]) => [act, h("button", { type: "button", class: kind, "data-act": act, "data-focus": act }, `${label} `, kbd(data.printed[act]))]));
    this.node = h("aside", { class: "panel", "aria-label": "Coding" },
      this.head,
      h("div", { class: "panel-body" }, this.refused, this.combo.node, this.suggestions, this.own,
        h("div", { class: "memo" }, h("label", { for: "memo" }, "Memo ", kbd(data.printed.memo)), this.memo, this.memoNote)),
      h("div", { class: "acts" }, [...this.buttons.values()]));
  }

  memoKey(event) {
    if (event.isComposing) return;
    if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      event.stopPropagation();
      this.page.saveMemo();
      this.page.focusSegment();
    }
  }

  noteMemo() {
    const text = this.memo.value.trim();
    const saved = this.page.state().span.memo ?? "";
    this.memoNote.textContent = text === saved.trim() ? "" : text ? "Kept when you leave the field (Esc)." : "A memo that was written is taken back with Undo.";
  }

  /** Show the segment in hand; the focus stays where it was. */
  render() {
    const { model, id } = this.page;
    const state = model.view(id);
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    const number = model.segments.findIndex((segment) => segment.id === id) + 1;
    this.title.replaceChildren(`Segment ${number} of ${model.segments.length}`, ...[badge(state), model.byId.get(id).audit && h("span", { class: "badge" }, "audit, blind")].filter(Boolean));
    this.suggestions.replaceChildren(...this.suggestionNodes(state));
    this.own.replaceChildren(...this.ownNodes(state));
    this.refused.replaceChildren(...this.refusedNodes());
    if (document.activeElement !== this.memo) this.memo.value = state.span.memo ?? "";
    this.noteMemo();
    const isWithheld = model.isWithheld(id);
    this.buttons.get("reveal").hidden = !isWithheld || model.byId.get(id).audit;
    this.buttons.get("rejectAll").hidden = isWithheld;
    this.buttons.get("undo").disabled = !model.past.length;
    this.buttons.get("redo").disabled = !model.future.length;
    if (focused && !this.node.contains(document.activeElement)) this.refocus(focused);
  }

  refocus(name) {
    const node = [...this.node.querySelectorAll("[data-focus]")].find((item) => item.dataset.focus === name && !item.hidden && !item.disabled);
    if (node) node.focus({ preventScroll: true });
    else this.page.focusSegment();
  }

  suggestionNodes(state) {
    const { model, id } = this.page;
    const found = model.suggestions.get(id);
    if (model.byId.get(id).audit) return [h("p", { class: "quiet" }, "Audit sample: decide by your own reading. No suggestions here.")];
    if (model.isWithheld(id)) return [h("p", { class: "quiet" }, "Your own reading first; then show the suggestions.")];
    if (found === "failed") return [h("p", { class: "quiet" }, "Suggestions cannot be fetched now. Your own codes work.")];
    if (!Array.isArray(found)) return [h("p", { class: "quiet" }, "Suggestions are on their way.")];
    if (!found.length) return [h("h3", {}, "Suggestions"), h("p", { class: "quiet" }, "None for this segment.")];
    return [h("h3", {}, "Suggestions"), h("ol", {}, found.map((item, at) => this.suggestion(item, at + 1, state)))];
  }

  suggestion(item, n, state) {
    const code = this.page.model.codes.get(item.code);
    const verdict = this.page.model.verdict(state, item.code);
    const text = document.getElementById(`segment-${this.page.number()}`).querySelector(".text").textContent;
    const words = [...new Set(item.words.map(([start, end]) => text.slice(start, end).toLowerCase()))];
    const press = (act, label, sign, is) =>
      h("button", { type: "button", "aria-pressed": String(is), "data-focus": `${act}:${item.code}`, "data-code": item.code, onclick: () => this.page[act](n) },
        `${sign} ${label} `, n < 10 && kbd(act === "accept" ? String(n) : `⇧${n}`), h("span", { class: "visually-hidden" }, ` ${code?.name ?? item.code}`));
    return h("li", { class: `suggestion ${verdict}`, "data-code": item.code },
      h("p", { class: "name" }, h("span", { class: "n", "aria-hidden": "true" }, n), swatch(code?.color), h("strong", {}, code?.name ?? item.code), WORDS[verdict] && h("span", { class: "badge" }, WORDS[verdict])),
      code?.definition && h("p", { class: "definition" }, code.definition),
      words.length > 0 && h("p", { class: "because" }, "Words: ", words.map((word, at) => [at ? ", " : "", h("q", {}, word)])),
      h("p", { class: "pair" }, press("accept", "Accept", "✓", verdict === "yes"), press("reject", "Reject", "✗", verdict === "no")));
  }

  ownNodes(state) {
    const { model, id } = this.page;
    const suggested = new Set(model.shown(id).map((item) => item.code));
    const codes = Object.keys(state.codes).filter((code) => !suggested.has(code) && state.codes[code].verdict !== "open");
    const rows = codes.sort().map((code) => {
      const verdict = state.codes[code].verdict;
      const name = model.codes.get(code)?.name ?? code;
      return h("li", { class: verdict, "data-code": code }, swatch(model.codes.get(code)?.color), h("span", {}, name),
        verdict !== "yes" && h("span", { class: "badge" }, WORDS[verdict]),
        verdict !== "yes" && h("button", { type: "button", "data-code": code, "data-focus": `yes:${code}`, onclick: () => this.page.add(code) }, "Yes", h("span", { class: "visually-hidden" }, ` to ${name}`)),
        h("button", { type: "button", "data-code": code, "data-focus": `clear:${code}`, "aria-label": `Take ${name} away`, onclick: () => this.page.clear(code) }, "✕"));
    });
    const partly = state.parts.map((code) => model.codes.get(code)?.name ?? code);
    return [h("h3", {}, "Your codes"),
      rows.length ? h("ul", {}, rows) : h("p", { class: "quiet" }, "None of your own yet."),
      partly.length > 0 && h("p", { class: "quiet" }, `On other bounds here: ${partly.join(", ")}`)].filter(Boolean);
  }

  refusedNodes() {
    const here = this.page.outbox.refused().filter((op) => idOf(op) === this.page.id);
    return here.map((op) => {
      const code = op.code ? (this.page.model.codes.get(op.code)?.name ?? op.code) : "this segment";
      return h("div", { class: "banner", role: "group", "aria-label": "Refused decision" },
        h("p", {}, `You chose “${op.act}” for ${code}. ${op.message}`),
        h("p", {}, op.act !== "undo" && h("button", { type: "button", "data-focus": `again:${op.decision_id}`, onclick: () => this.page.again(op) }, "Apply again"), " ",
          h("button", { type: "button", "data-focus": `dismiss:${op.decision_id}`, onclick: () => this.page.dismiss(op) }, "Leave it")));
    });
  }
}

export function badge(state) {
  const words = { done: "✓ done", skipped: "skipped", reopened: "open again", conflict: "conflict" };
  const found = words[state.span.verdict];
  return found ? h("span", { class: `badge ${state.span.verdict}` }, found) : null;
}

/** Mark the words that speak for suggestions; the text itself stays as it is. */
export function mark(node, suggestions) {
  const text = node.textContent;
  const cuts = new Set([0, text.length]);
  suggestions.forEach((item) => item.words.forEach(([start, end]) => cuts.add(start).add(end)));
  const at = [...cuts].sort((one, other) => one - other);
  const pieces = at.slice(0, -1).map((start, number) => {
    const piece = text.slice(start, at[number + 1]);
    const numbers = suggestions.flatMap((item, n) => (item.words.some(([from, to]) => from <= start && start < to) ? [n + 1] : []));
    return numbers.length ? h("mark", { "data-n": numbers.join(" ") }, piece) : piece;
  });
  node.replaceChildren(...pieces);
}

/** The chips in the margin of one segment. */
export function chips(model, id, state, hasRefused) {
  const name = (code) => model.codes.get(code)?.name ?? code;
  const signs = { yes: "", unsure: "? ", conflict: "⚠ " };
  const found = Object.keys(state.codes).filter((code) => state.codes[code].verdict in signs).sort();
  return [
    badge(state) && h("li", {}, badge(state)),
    model.byId.get(id).audit && h("li", {}, h("span", { class: "badge" }, "audit")),
    hasRefused && h("li", {}, h("span", { class: "badge conflict" }, "⚠ refused")),
    ...found.map((code) => h("li", { class: `chip ${state.codes[code].verdict}` }, swatch(model.codes.get(code)?.color), `${signs[state.codes[code].verdict]}${name(code)}`)),
    ...state.parts.map((code) => h("li", { class: "chip part" }, swatch(model.codes.get(code)?.color), `part: ${name(code)}`)),
    state.span.memo && h("li", {}, h("span", { class: "badge" }, "✎ memo")),
  ].filter(Boolean);
}

// The panel beside the segment in hand: suggestions, own codes, memo and acts; and the marks in the text.
import { data, h, kbd, swatch } from "./dom.js";
import { Combo } from "./combo.js";
import { idOf } from "./model.js";

const WORDS = { yes: "accepted", no: "rejected", unsure: "unsure", conflict: "conflict" };
const ACTS = [
  ["done", "Done and next", "primary"], ["skip", "Skip"], ["rejectAll", "Reject all open"], ["unsure", "Unsure"],
  ["words", "Choose words"], ["evidence", "Evidence"],
  ["reveal", "Show suggestions"], ["undo", "Undo"], ["redo", "Redo"], ["history", "History"], ["undecided", "Next not done"],
];
export const LETTERS = [...Array(702).keys()].map((at) => (at < 26 ? "" : String.fromCharCode(96 + Math.floor(at / 26))) + String.fromCharCode(97 + (at % 26)));
const signs = { yes: "", unsure: "? ", conflict: "⚠ " };
const MOVES = [["previous", "Previous segment", "↑"], ["next", "Next segment", "↓"]];

export class Panel {
  constructor(page) {
    this.page = page;
    this.title = h("h2", { class: "panel-title" });
    this.head = h("div", { class: "panel-head" }, this.title, MOVES.map(([act, label, sign]) => h("button", { type: "button", "data-act": act, "data-focus": act, "aria-label": label }, sign, " ", kbd(data.printed[act]))));
    this.refused = h("div", { class: "refused" });
    this.suggestions = h("div", { class: "suggestions" });
    this.own = h("div", { class: "own" });
    this.combo = new Combo({ onChoose: (code) => page.add(code), onLeave: () => page.focusSegment() });
    this.memo = h("textarea", { id: "memo", rows: 2, maxlength: 10000, dir: "auto", "data-focus": "memo" });
    this.memoNote = h("p", { class: "quiet", id: "memo-note" });
    this.memo.addEventListener("change", () => page.saveMemo());
    this.memo.addEventListener("keydown", (event) => this.memoKey(event));
    this.isEdited = false; // the memo, since it was shown or kept
    this.memo.addEventListener("input", () => {
      this.isEdited = true;
      this.noteMemo();
    });
    this.buttons = new Map(ACTS.map(([act, label, kind]) => [act, h("button", { type: "button", class: kind, "data-act": act, "data-focus": act }, `${label} `, kbd(data.printed[act]))]));
    this.node = h("aside", { class: "panel", "aria-label": "Coding" },
      this.head,
      h("div", { class: "panel-body" }, this.refused, page.chooser.node, this.combo.node, this.suggestions, this.own,
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
    const saved = this.page.model.peek(this.page.id).span.memo ?? "";
    this.memoNote.textContent = text === saved.trim() ? "" : text ? "Kept when you leave the field (Esc)." : "A memo that was written is taken back with Undo.";
  }

  /** Show the segment in hand; the focus stays where it was. */
  render() {
    const { model, id } = this.page;
    const state = model.peek(id);
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    this.title.replaceChildren(`Segment ${this.page.number()} of ${model.segments.length}`, ...[badge(state), model.byId.get(id).audit && h("span", { class: "badge" }, "audit, blind")].filter(Boolean));
    this.suggestions.replaceChildren(...this.suggestionNodes(state));
    this.own.replaceChildren(...this.ownNodes(state));
    this.refused.replaceChildren(...this.refusedNodes());
    if (document.activeElement !== this.memo) this.memo.value = state.span.memo ?? "";
    this.noteMemo();
    const isWithheld = model.isWithheld(id);
    this.buttons.get("reveal").hidden = !isWithheld || model.isBlind(id);
    this.buttons.get("rejectAll").hidden = this.buttons.get("evidence").hidden = isWithheld;
    this.buttons.get("evidence").setAttribute("aria-pressed", String(model.evidence.has(id)));
    this.combo.label(this.page.chooser.span ? "Code for the chosen words " : "Add a code ");
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
    if (model.isBlind(id)) return [h("p", { class: "quiet" }, "Two coders read this segment, each alone. Suggestions come once you are done with it.")];
    if (model.isWithheld(id)) return [h("p", { class: "quiet" }, "Your own reading first; then show the suggestions.")];
    if (found === "failed") return [h("p", { class: "quiet" }, "Suggestions cannot be fetched now. Your own codes work.")];
    if (!Array.isArray(found)) return [h("p", { class: "quiet" }, "Suggestions are on their way.")];
    if (!found.length) return [h("h3", {}, "Suggestions"), h("p", { class: "quiet" }, "None for this segment.")];
    return [h("h3", {}, "Suggestions"), h("ol", {}, found.map((item, at) => this.suggestion(item, at + 1, state)))];
  }

  suggestion(item, n, state) {
    const code = this.page.model.codes.get(item.code);
    const verdict = this.page.model.verdict(state, item.code);
    const text = this.page.text(this.page.id);
    const isOnPart = this.page.model.parts(state).some((part) => part.code === item.code && part.verdict === "yes");
    const words = [...new Set(item.words.map(([start, end]) => text.slice(start, end).toLowerCase()))];
    const press = (act, label, sign, is) =>
      h("button", { type: "button", "aria-pressed": String(is), "data-focus": `${act}:${item.code}`, "data-code": item.code, onclick: () => this.page[act](n) },
        `${sign} ${label} `, n < 10 && kbd(act === "accept" ? String(n) : `⇧${n}`), h("span", { class: "visually-hidden" }, ` ${code?.name ?? item.code}`));
    return h("li", { class: `suggestion ${verdict}`, "data-code": item.code },
      h("p", { class: "name" }, h("span", { class: "n", "aria-hidden": "true" }, n), swatch(code?.color), h("strong", {}, code?.name ?? item.code), WORDS[verdict] && h("span", { class: "badge" }, WORDS[verdict])),
      code?.definition && h("p", { class: "definition" }, code.definition),
      isOnPart && h("p", { class: "because" }, "You gave this code to a part."),
      words.length > 0 && h("p", { class: "because" }, "Words: ", words.map((word, at) => [at ? ", " : "", h("q", {}, word)])),
      this.reasons(item.code, text),
      h("p", { class: "pair" }, press("accept", "Accept", "✓", verdict === "yes"), press("reject", "Reject", "✗", verdict === "no")));
  }

  /** What was asked for on top: words against, and texts like this one. */
  reasons(code, text) {
    const found = this.page.model.evidence.get(this.page.id)?.[code];
    if (!found) return null;
    const against = [...new Set(found.against.map(([start, end]) => text.slice(start, end).toLowerCase()))];
    const lines = [
      against.length > 0 && h("li", {}, "Words against: ", against.map((word, at) => [at ? ", " : "", h("q", {}, word)])),
      ...found.like.map(({ kind, text: words }) => h("li", {}, `Like the codebook (${kind}): `, h("q", { dir: "auto" }, words))),
      ...found.accepted.map(({ where, url, text: words }) => h("li", {}, "Like what you accepted: ", h("q", { dir: "auto" }, words), " ", h("a", { href: url }, where))),
    ].filter(Boolean);
    return h("ul", { class: "reasons" }, lines.length ? lines : h("li", { class: "quiet" }, "Nothing more speaks for or against it."));
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
    const parts = model.parts(state).map((part, at) => this.part(part, LETTERS[at]));
    const around = state.around.map((code) => model.codes.get(code)?.name ?? code);
    return [h("h3", {}, "Your codes"),
      rows.length + parts.length ? h("ul", {}, rows, parts) : h("p", { class: "quiet" }, "None of your own yet."),
      around.length > 0 && h("p", { class: "quiet" }, `On other bounds here: ${around.join(", ")}`)].filter(Boolean);
  }

  /** A code on a part: a letter that stands in the text too, the words, and the way to take it away. */
  part(part, letter) {
    const code = this.page.model.codes.get(part.code);
    const name = code?.name ?? part.code;
    const words = this.page.words(part);
    return h("li", { class: `${part.verdict} on-part`, "data-part": `${part.start}-${part.end}` }, h("b", { class: "letter", "aria-hidden": "true" }, letter), swatch(code?.color),
      h("span", {}, `${signs[part.verdict] ?? ""}${name}`, " ", h("q", { class: "quiet", dir: "auto" }, words.length > 60 ? `${words.slice(0, 40)} … ${words.slice(-15)}` : words)),
      h("button", { type: "button", "data-focus": `part:${part.start}-${part.end}:${part.code}`, "aria-label": `Take ${name} away from “${words.slice(0, 80)}”`, onclick: () => this.page.clear(part.code, part) }, "✕"));
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

/** The chips in the margin of one segment. */
export function chips(model, id, state, hasRefused) {
  const name = (code) => model.codes.get(code)?.name ?? code;
  const found = Object.keys(state.codes).filter((code) => state.codes[code].verdict in signs).sort();
  return [
    badge(state) && h("li", {}, badge(state)),
    model.byId.get(id).audit && h("li", {}, h("span", { class: "badge" }, "audit")),
    hasRefused && h("li", {}, h("span", { class: "badge conflict" }, "⚠ refused")),
    ...found.map((code) => h("li", { class: `chip ${state.codes[code].verdict}` }, swatch(model.codes.get(code)?.color), `${signs[state.codes[code].verdict]}${name(code)}`)),
    ...model.parts(state).map((part, at) => h("li", { class: "chip on-part" }, h("b", { class: "letter" }, LETTERS[at], " "), swatch(model.codes.get(part.code)?.color), `${signs[part.verdict] ?? ""}${name(part.code)}`)),
    ...state.around.map((code) => h("li", { class: "chip around" }, swatch(model.codes.get(code)?.color), `beyond: ${name(code)}`)),
    state.span.memo && h("li", {}, h("span", { class: "badge" }, "✎ memo")),
  ].filter(Boolean);
}

// What the review page draws: margins, marks in the text, the panel and the counter. It decides nothing.
import { showStatus } from "./outbox.js";
import { idOf } from "./model.js";
import { LETTERS, chips } from "./panel.js";
import { paint } from "./marks.js";
import { units } from "./words.js";

const PLAIN = JSON.stringify({ words: [], against: [], parts: [], chosen: null });

export class Screen {
  render() {
    showStatus(this.outbox);
    if (!this.id) return;
    this.renderMargin(this.id);
    this.panel.render();
    this.renderMarks();
    const done = this.model.targets.filter((segment) => this.model.isDone(segment.id)).length;
    document.getElementById("count").textContent = `${done} of ${this.model.targets.length} done`;
  }

  /** Marking anew takes away what the coder has selected, so only where there is something new. */
  renderMarks(id = this.id, state = this.model.peek(id)) {
    const [text, from, isHere] = [this.text(id), this.model.byId.get(id).start, id === this.id];
    const shown = isHere ? this.model.shown(id) : [];
    const evidence = isHere ? this.model.evidence.get(id) : null;
    const layers = {
      words: shown.map((item) => item.words),
      against: evidence ? shown.map((item) => evidence[item.code]?.against ?? []) : [],
      parts: this.model.parts(state).map((part, at) => ({
        start: units(text, part.start - from), end: units(text, part.end - from), letter: LETTERS[at], color: this.model.codes.get(part.code)?.color,
      })),
      chosen: isHere ? this.chooser.span : null,
    };
    const key = JSON.stringify(layers);
    if ((this.painted.get(id) ?? PLAIN) === key) return;
    this.painted.set(id, key);
    paint(this.nodes.get(id).querySelector(".text"), layers);
    if (this.finder.hits.length) this.finder.paint();
  }

  showFiltered() {
    for (const segment of this.model.segments) this.nodes.get(segment.id).classList.toggle("aside", !segment.target || !this.finder.passes(segment));
  }

  renderMargins() {
    const refused = new Set(this.outbox.refused().map(idOf));
    for (const segment of this.model.segments) this.renderMargin(segment.id, refused);
  }

  renderMargin(id, refused = new Set(this.outbox.refused().map(idOf))) {
    const state = this.model.peek(id);
    const found = chips(this.model, id, state, refused.has(id));
    const list = this.nodes.get(id).querySelector(".chips");
    if (found.length || list.hasChildNodes()) list.replaceChildren(...found);
    this.nodes.get(id).dataset.state = state.span.verdict ?? "";
    if (id !== this.id) this.renderMarks(id, state);
  }
}

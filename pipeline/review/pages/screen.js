// What the review page draws: margins, marks in the text, the panel and the counter. It decides nothing.
import { showStatus } from "./outbox.js";
import { idOf } from "./model.js";
import { LETTERS, chips } from "./panel.js";
import { paint } from "./marks.js";
import { units } from "./words.js";

const PLAIN = JSON.stringify({ words: [], against: [], parts: [], chosen: null });

const AT_ONCE = 40; // margins that are drawn in one go, around the segment in hand first

export class Screen {
  /** Draw before the next frame, once, however much changes until then; a hidden page has no frames. */
  renderSoon() {
    showStatus(this.outbox);
    if (this.isDue) return;
    this.isDue = true;
    if (document.hidden) this.render();
    else requestAnimationFrame(() => this.isDue && this.render());
  }

  render() {
    this.isDue = false;
    showStatus(this.outbox);
    if (!this.id) return;
    this.renderMargin(this.id);
    this.panel.render();
    this.renderMarks();
    document.getElementById("count").textContent = `${this.model.done.size} of ${this.model.targets.length} done`;
  }

  /** Scroll, and look twice more: what was not laid out above may turn out taller. The last wish counts. */
  settle(scroll, looks = 2) {
    if (looks === 2) this.scroll = scroll;
    if (this.scroll !== scroll) return;
    scroll();
    if (looks) requestAnimationFrame(() => this.settle(scroll, looks - 1));
  }

  /** Bring a segment below the bar, if it is not there. */
  bring(id) {
    const { top } = this.nodes.get(id).getBoundingClientRect();
    const bar = document.querySelector(".top").offsetHeight;
    const isOff = top < bar + 24 || top > bar + 110;
    if (isOff) scrollTo({ top: scrollY + top - bar - Math.min(100, innerHeight * 0.15), behavior: "instant" });
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

  /** Draw all margins: those around the segment in hand now, the rest bit by bit between keys. */
  renderMargins() {
    this.model.lookAtAll();
    clearTimeout(this.drawing);
    const ids = this.model.segments.map(({ id }) => id);
    const near = ids.splice(Math.max(0, this.number() - AT_ONCE / 2), AT_ONCE);
    this.renderEach([...near, ...ids]);
  }

  renderEach(ids) {
    ids.splice(0, AT_ONCE).forEach((id) => this.renderMargin(id));
    if (ids.length) this.drawing = setTimeout(() => this.renderEach(ids));
  }

  renderMargin(id, refused = new Set(this.outbox.refused().map(idOf))) {
    this.model.look(id);
    const state = this.model.peek(id);
    const found = chips(this.model, id, state, refused.has(id));
    const list = this.nodes.get(id).querySelector(".chips");
    if (found.length || list.hasChildNodes()) list.replaceChildren(...found);
    this.nodes.get(id).dataset.state = state.span.verdict ?? "";
    if (id !== this.id) this.renderMarks(id, state);
  }
}

// The review page: one transcript, the segment in hand, and what the coder does with it.
import { data, nextFrame, say } from "./dom.js";
import { Outbox, get, isOwn, post, watchErrors } from "./outbox.js";
import { Model, codesAt, idOf } from "./model.js";
import { Panel } from "./panel.js";
import { Screen } from "./screen.js";
import { Chooser, units } from "./words.js";
import { Retrain } from "./retrain.js";
import { Finder } from "./finder.js";
import { Dialogs } from "./dialogs.js";
import { isTaken, wanted } from "./keyboard.js";
import { Clock } from "./clock.js";

const DIALOGS = ["codebook", "help", "history", "goto"];

class Page extends Screen {
  constructor() {
    super();
    this.outbox = new Outbox({ onAnswer: (found, ops) => this.answered(found, ops), onChange: () => this.render(), onAdd: () => this.renderSoon() });
    watchErrors(this.outbox);
    this.model = new Model(this.outbox);
    this.clock = new Clock();
    this.nodes = new Map([...document.querySelectorAll(".segment")].map((node) => [node.dataset.id, node]));
    this.texts = new Map([...this.nodes].map(([id, node]) => [id, node.querySelector(".text").textContent]));
    this.painted = new Map();
    this.chooser = new Chooser(this);
    this.panel = new Panel(this);
    this.finder = new Finder(this);
    this.retraining = new Retrain();
    this.dialogs = new Dialogs(this);
    for (const segment of this.model.segments) this.nodes.get(segment.id).classList.toggle("aside", !segment.target);
    addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("click", (event) => this.click(event));
    document.addEventListener("visibilitychange", () => this.refresh());
    addEventListener("focus", () => this.refresh());
    document.getElementById("onward").href = data.next;
    document.getElementById("onward").textContent = data.next === "/" ? "Back to the queue" : "Next transcript";
    this.begin();
  }

  begin() {
    const asked = this.model.segments[Number(/^#segment-(\d+)$/.exec(location.hash)?.[1]) - 1];
    const first = asked?.target ? asked : (this.model.targets.find((segment) => !this.model.isDone(segment.id)) ?? this.model.targets[0]);
    if (!first) return;
    this.id = first.id;
    this.renderMargins();
    this.select(first.id);
    this.outbox.flush();
  }

  state() {
    return this.model.view(this.id);
  }

  number() {
    return this.model.places.get(this.id) + 1;
  }

  // Moving about

  select(id, isFocused = true) {
    if (this.id && this.id !== id) this.saveMemo();
    const before = this.id;
    if (before !== id) this.chooser.drop();
    this.id = id;
    this.clock.start();
    this.code = null;
    this.open();
    this.mark(before, false);
    this.renderMargin(before);
    this.mark(id, true);
    this.nodes.get(id).append(this.panel.node);
    document.getElementById("end").hidden = true;
    this.render();
    if (isFocused) this.focusSegment();
    this.settle(() => this.bring(id));
  }

  /** Only the stretch of the segment in hand is always laid out: its panel reaches beyond it. */
  mark(id, isHere) {
    const node = this.nodes.get(id);
    if (isHere) node.setAttribute("aria-current", "true");
    else node.removeAttribute("aria-current");
    node.closest(".stretch").classList.toggle("here", isHere);
  }

  focusSegment() {
    this.nodes.get(this.id)?.querySelector(".words").focus({ preventScroll: true });
  }

  /** What the filters leave to step through. */
  queue() {
    return this.model.targets.filter((segment) => this.finder.passes(segment));
  }

  isInQueue(segment) {
    return segment.target && this.finder.passes(segment);
  }

  step(by) {
    const { segments } = this.model;
    let at = this.number() - 1 + by;
    while (segments[at] && !this.isInQueue(segments[at])) at += by;
    if (segments[at]) this.select(segments[at].id);
    else if (by > 0) this.finish();
  }

  finish() {
    const open = this.queue().filter((segment) => !this.model.isDone(segment.id)).length;
    const end = document.getElementById("end");
    end.querySelector("p").textContent = open ? `This is the last segment; ${open} before it ${open === 1 ? "is" : "are"} not done.` : "Everything here is done.";
    end.hidden = false;
    say(end.querySelector("p").textContent);
    document.getElementById("onward").focus();
  }

  goTo(number) {
    const segment = this.model.segments[number - 1];
    if (segment?.target) this.select(segment.id);
    else say(`There is no segment ${number} to code here.`);
  }

  // What keys and buttons ask for: the names are those of the table of keys

  next() { this.step(1); }
  previous() { this.step(-1); }
  help() { this.dialogs.open("help"); }
  add(code) {
    if (code === undefined || code === null) return this.panel.combo.input.focus();
    const place = this.chooser.place();
    if (place) return this.addTo(place, code);
    if (this.model.verdict(this.state(), code) === "yes") say(`${this.name(code)} stands already.`);
    else this.do([{ act: this.isShown(code) ? "accept" : "add", code }], `Added ${this.name(code)}`);
    this.focusSegment();
  }

  /** A code for the words that were chosen. */
  addTo(place, code) {
    const { start, end } = this.model.byId.get(this.id);
    const isWhole = place.start === start && place.end === end;
    this.chooser.drop();
    if (isWhole) return this.add(code);
    if (codesAt(this.model.view(this.id), { start, end }, place)[code]?.verdict === "yes") say(`${this.name(code)} stands there already.`);
    else this.do([{ act: "add", code, place }], `Added ${this.name(code)} to “${place.quote.slice(0, 60)}”`);
    this.focusSegment();
  }

  words(place) {
    if (place === undefined) return this.chooser.start();
    const [text, from] = [this.text(this.id), this.model.byId.get(this.id).start];
    return text.slice(units(text, place.start - from), units(text, place.end - from));
  }

  isPart({ start, end }) {
    const segment = this.model.byId.get(this.id);
    return start !== segment.start || end !== segment.end;
  }

  text(id) { return this.texts.get(id); }
  retrain() { this.retraining.open(); }
  search() { this.finder.open("find-words"); }
  filters() { this.finder.open("filter-code"); }
  findNext() { this.finder.step(1); }
  findPrevious() { this.finder.step(-1); }
  closeFinder() { this.finder.close(); }
  memo() { this.panel.memo.focus(); }
  leave() { this.focusSegment(); }

  accept(n) { this.toggle(n, "accept", "yes", "Accepted"); }
  reject(n) { this.toggle(n, "reject", "no", "Rejected"); }

  toggle(n, act, verdict, word) {
    const item = this.model.shown(this.id)[n - 1];
    if (!item) return say(`There is no suggestion ${n} here.`);
    const place = act === "accept" ? this.chooser.place() : null;
    if (place) return this.addTo(place, item.code);
    this.code = item.code;
    if (this.model.verdict(this.state(), item.code) === verdict) this.do([{ act: "clear", code: item.code }], `Took back ${this.name(item.code)}`);
    else this.do([{ act, code: item.code }], `${word} ${this.name(item.code)}`);
  }

  clear(code, place = null) {
    this.do([{ act: "clear", code, place }], `Took ${this.name(code)} away`);
  }

  /** What speaks for and against the suggestions, and passages like this one. */
  async evidence() {
    const { id, model } = this;
    if (!model.shown(id).length) return say("There is no suggestion here to explain.");
    if (model.evidence.has(id)) model.evidence.delete(id);
    else {
      const { start, end } = model.byId.get(id);
      try {
        model.evidence.set(id, await get(`/api/evidence?${new URLSearchParams({ t: data.transcript, start, end })}`));
        say("Evidence is shown.");
      } catch (error) {
        say(`Evidence cannot be shown: ${error.message}.`);
      }
    }
    this.render();
  }

  rejectAll() {
    const state = this.state();
    const open = this.model.shown(this.id).filter((item) => ["open", "conflict"].includes(this.model.verdict(state, item.code)));
    if (!open.length) return say("No suggestion is open here.");
    this.do(open.map((item) => ({ act: "reject", code: item.code })), `Rejected ${open.length}`);
  }

  unsure() {
    const focused = document.activeElement?.closest("[data-code]")?.dataset.code;
    const state = this.state();
    const code = focused ?? this.code ?? this.model.shown(this.id)[0]?.code ?? this.model.yes(state)[0];
    if (!code) return say("There is no code here to be unsure about. Add one first.");
    this.code = code;
    if (this.model.verdict(state, code) === "unsure") return this.clear(code);
    this.do([{ act: "unsure", code }], `Unsure about ${this.name(code)}`);
  }

  done() {
    if (this.model.suggestions.get(this.id) === "asked") return say("Suggestions are on their way; a moment.");
    this.saveMemo();
    if (!this.model.isSigned(this.id)) this.do([{ act: "done" }], `Segment ${this.number()} done`);
    this.step(1);
  }

  skip() {
    this.do([{ act: "skip" }], `Segment ${this.number()} skipped`);
    this.step(1);
  }

  reveal() {
    if (this.model.isBlind(this.id)) return say("This segment is coded blind.");
    if (!this.model.isWithheld(this.id)) return say("Suggestions are on view already.");
    this.do([{ act: "reveal" }], "Suggestions are on their way");
  }

  undecided() {
    const { segments } = this.model;
    const around = [...segments.slice(this.number()), ...segments.slice(0, this.number())];
    const next = around.find((segment) => !this.model.isDone(segment.id) && this.isInQueue(segment));
    if (next) this.select(next.id);
    else this.finish();
  }

  undo() { this.turnBack("past", "future", "Undone"); }
  redo() { this.turnBack("future", "past", "Brought back"); }

  turnBack(from, onto, word) {
    const found = this.model.turnBack(from, onto);
    if (found.id && found.id !== this.id) this.select(found.id);
    say(found.sentence ?? word);
    this.render();
  }

  undoDecision(row) {
    const state = this.state();
    const place = { start: row.start, end: row.end };
    const thread = row.code ? codesAt(state, this.model.byId.get(this.id), place)[row.code] : state.span;
    if (!thread?.heads.includes(row.decision_id)) return say("It stands no longer.");
    const { heads, ...rest } = thread;
    this.do([{ act: "undo", code: row.code, undoes: row.decision_id, to: rest, place }], "Undone");
  }

  saveMemo() {
    const memo = this.panel.isEdited ? this.panel.memo.value.trim() : "";
    this.panel.isEdited = false;
    if (memo && memo !== (this.state().span.memo ?? "").trim()) this.do([{ act: "memo", memo }], "Memo kept");
  }

  do(acts, words) {
    this.model.act(this.id, acts, this.clock.ms());
    say(words);
  }

  again(op) {
    const { act, code, memo, start, end } = op;
    this.outbox.dismiss(op.decision_id);
    this.do([{ act, code, memo, place: { start, end } }], "Applied again");
  }

  dismiss(op) {
    this.outbox.dismiss(op.decision_id);
    this.focusSegment();
  }

  isShown(code) {
    return this.model.shown(this.id).some((item) => item.code === code);
  }

  name(code) {
    return this.model.codes.get(code)?.name ?? code;
  }

  // Events

  key(event) {
    if (isTaken(event) || this.chooser.key(event)) return;
    const found = wanted(event);
    if (!found || !this.id) return;
    event.preventDefault();
    this.run(found.act, found.number);
  }

  click(event) {
    const button = event.target.closest("button[data-act]");
    if (button) return this.run(button.dataset.act);
    const words = event.target.closest(".words");
    const id = words?.closest(".segment").dataset.id;
    if (id && id !== this.id && this.model.byId.get(id).target && getSelection().isCollapsed) this.select(id);
  }

  run(act, number = null) {
    if (DIALOGS.includes(act)) this.dialogs.open(act);
    else if (number !== null) this[act](number);
    else this[act]();
  }

  // The server's word

  /** Ask for the suggestions of the segment in hand and the one after it. */
  async open() {
    const at = this.model.targets.findIndex((segment) => segment.id === this.id);
    const ids = this.model.targets.slice(at, at + 2).map((segment) => segment.id);
    const asked = ids.filter((id) => !this.model.isWithheld(id) && [undefined, "failed"].includes(this.model.suggestions.get(id)));
    if (!asked.length) return;
    asked.forEach((id) => this.model.suggestions.set(id, "asked"));
    await nextFrame(); // what was decided by the same key goes to the server first
    try {
      const places = asked.map((id) => ({ transcript_id: data.transcript, start: this.model.byId.get(id).start, end: this.model.byId.get(id).end }));
      const found = await post("/api/open", { places });
      asked.forEach((id) => this.model.suggestions.set(id, found[id]));
    } catch {
      asked.forEach((id) => this.model.suggestions.set(id, "failed"));
    }
    this.render();
  }

  answered(found, ops) {
    Object.assign(this.model.states, found.states[data.transcript]);
    const touched = Object.keys(found.states[data.transcript] ?? {});
    if (ops.some((op) => op.act === "reveal")) this.open();
    touched.forEach((id) => this.renderMargin(id));
    ops.forEach((op) => this.nodes.has(idOf(op)) && this.renderMargin(idOf(op)));
    const failed = found.answers.filter((answer) => !answer.is_taken).map((answer) => answer.decision_id);
    const here = ops.find((op) => failed.includes(op.decision_id) && isOwn(op));
    if (failed.length) say(`Refused: ${found.answers.find((answer) => !answer.is_taken).message}`);
    if (here && idOf(here) !== this.id && this.model.byId.get(idOf(here))?.target) this.select(idOf(here));
  }

  /** Another tab or a command may have decided meanwhile. */
  async refresh() {
    if (document.hidden || this.outbox.memory.size) return;
    try {
      const found = await get(`/api/states?${new URLSearchParams({ t: data.transcript })}`);
      if (!this.outbox.memory.size) this.model.states = found;
      this.renderMargins();
      this.render();
    } catch {
      // nothing is lost: the next decision says whether the program answers
    }
  }
}

new Page();

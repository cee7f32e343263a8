// The second look: one question at a time; nothing is chosen beforehand, and no score is told.
import { data, h, newId, say, swatch } from "./dom.js";
import { Outbox, post, showStatus, watchErrors } from "./outbox.js";
import { isTaken } from "./keyboard.js";
import { paint } from "./marks.js";

const byId = (id) => document.getElementById(id);
const codes = new Map(data.codes.map((code) => [code.path, code]));
const name = (code) => codes.get(code)?.name ?? code;
const KEYS = { y: "yes", n: "no", s: "later", u: "undo" };

class SecondLook {
  constructor() {
    this.later_ = [];
    this.past = [];
    this.look = null;
    this.outbox = new Outbox({ onAnswer: (found) => this.answered(found), onChange: () => showStatus(this.outbox) });
    watchErrors(this.outbox);
    showStatus(this.outbox);
    addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("click", (event) => {
      const act = event.target.closest("button[data-act]")?.dataset.act;
      if (act) this[act]();
    });
    if (this.outbox.memory.size) this.outbox.flush();
    else this.ask();
  }

  async ask() {
    try {
      this.show(await post("/api/look", { later: this.later_ }));
    } catch (error) {
      byId("count").textContent = `${error.message}; load the page again.`;
    }
  }

  show({ n, look }) {
    this.look = look;
    byId("count").textContent = n ? `${n} ${n === 1 ? "question" : "questions"}` : "";
    byId("look").hidden = !look;
    byId("none").hidden = Boolean(look);
    if (!look) return;
    const code = codes.get(look.code);
    byId("place").replaceChildren(h("a", { href: `/review?t=${encodeURIComponent(look.transcript_id)}#segment-${look.number}`, dir: "auto" }, `${look.transcript_id}, segment ${look.number}`));
    const line = (turn) => h("p", { class: "quiet", dir: "auto" }, turn.speaker && h("b", {}, `${turn.speaker}: `), turn.text);
    byId("passage").replaceChildren(...look.before.map(line), h("p", { class: "spoken", dir: "auto" }, look.speaker && h("b", { class: "who-inline" }, `${look.speaker}: `), look.left, this.spoken(look), look.right), ...look.after.map(line));
    byId("ask").replaceChildren(swatch(code?.color), h("strong", {}, look.is_yes ? `Might “${name(look.code)}” hold here? You said no.` : `Does “${name(look.code)}” really hold here? You said yes.`));
    byId("definition").textContent = code?.definition ?? "";
    byId("own").textContent = look.own.length ? `Your codes here: ${look.own.map(name).join(", ")}` : "You gave no code here.";
    byId("look").focus({ preventScroll: true });
    say(byId("ask").textContent);
  }

  /** The segment, in it the words that the model goes by. */
  spoken({ text, spans }) {
    const node = h("span", { class: "looked-at" }, text);
    paint(node, { words: [spans] });
    return node;
  }

  yes() { this.answer("accept"); }
  no() { this.answer("reject"); }

  later() {
    if (!this.look) return;
    this.later_.push(this.look.name);
    this.ask();
  }

  answer(act) {
    if (!this.look) return;
    this.send({ act, code: this.look.code, heads: this.look.heads, undoes: null }, this.look);
    this.past.push({ look: this.look, id: this.outbox.pending().at(-1)?.decision_id });
    this.look = null;
  }

  undo() {
    const last = this.past.pop();
    if (!last) return say("Nothing to undo here.");
    this.send({ act: "undo", code: last.look.code, heads: [last.id], undoes: last.id }, last.look);
    say("Undone: what stood before stands again.");
  }

  send(cells, { transcript_id, start, end }) {
    this.outbox.add({ decision_id: newId(), group_id: null, transcript_id, start, end, mode: "second-look", decided_at: new Date().toISOString(), active_ms: null, ...cells });
  }

  answered(found) {
    const failed = found.answers.find((answer) => !answer.is_taken);
    byId("refused").replaceChildren(...(failed ? [h("p", { class: "banner" }, failed.message)] : []));
    if (!this.outbox.memory.size) this.ask();
  }

  key(event) {
    if (isTaken(event) || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const act = KEYS[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    this[act]();
  }
}

new SecondLook();

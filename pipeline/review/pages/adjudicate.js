// Adjudication: what coders see differently, in context, voices without names; a verdict and a reason settle it.
import { data, h, kbd, newId, say, swatch } from "./dom.js";
import { Outbox, get, showStatus, watchErrors } from "./outbox.js";
import { isTaken, wanted } from "./keyboard.js";

const byId = (id) => document.getElementById(id);
const SAYS = { yes: "✓ yes", no: "✗ no", unsure: "? unsure" };
const VERDICTS = [["yes", "Yes"], ["no", "No"], ["both", "Both"]];
const REASONS = Object.fromEntries([...data.reasons.map(({ reason, words }) => [reason, words]), ["different-readings", "Different readings"]]);
const keyOf = ({ transcript_id, start, end }) => `${transcript_id}:${start}-${end}`;

class Adjudicate {
  constructor() {
    this.outbox = new Outbox({ onAnswer: (found, ops) => this.answered(found, ops), onChange: () => this.render() });
    watchErrors(this.outbox);
    this.codes = new Map(data.codes.map((code) => [code.path, code]));
    this.disputes = data.disputes;
    this.past = [];
    this.at = 0;
    this.begin(0);
    addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("click", (event) => this.click(event));
    byId("memo").addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      byId("dispute").focus();
    });
    byId("help").querySelector("[data-close]").addEventListener("click", () => byId("help").close());
    this.outbox.flush();
  }

  dispute() { return this.disputes[this.at]; }
  question() { return this.dispute()?.questions[this.number]; }
  name(code) { return this.codes.get(code)?.name ?? code; }

  begin(at) {
    this.at = at;
    const open = this.dispute()?.questions.findIndex((item) => item.state !== "settled") ?? -1;
    this.number = Math.max(0, open);
    this.verdict = null;
    byId("memo").value = "";
    byId("together-box").checked = false;
    this.render();
    byId("dispute").focus({ preventScroll: true });
    scrollTo({ top: 0, behavior: "instant" });
  }

  next() { if (this.at < this.disputes.length - 1) this.begin(this.at + 1); }
  previous() { if (this.at > 0) this.begin(this.at - 1); }
  nextCode() { this.turn(1); }
  previousCode() { this.turn(-1); }
  yes() { this.choose("yes"); }
  no() { this.choose("no"); }
  memo() { byId("memo").focus(); }
  help() { byId("help").showModal(); }

  open() {
    const isOpen = (item) => item.questions.some((one) => one.state !== "settled");
    const order = [...this.disputes.keys()].map((n) => (this.at + 1 + n) % this.disputes.length);
    const found = order.find((n) => isOpen(this.disputes[n]));
    if (found === undefined) return say("Nothing is open.");
    this.begin(found);
  }

  turn(by) {
    const { length } = this.dispute().questions;
    this.number = Math.max(0, Math.min(length - 1, this.number + by));
    this.verdict = null;
    this.render();
    say(this.name(this.question().code));
  }

  choose(verdict) {
    this.verdict = verdict;
    this.render();
    say(`${verdict} to ${this.name(this.question().code)}: choose a reason, 1 to ${data.reasons.length}.`);
  }

  both() { this.settle("both", "different-readings"); }

  reason(n) {
    if (!this.verdict) return say("Choose yes or no first.");
    const found = data.reasons[n - 1];
    if (found) this.settle(this.verdict, found.reason);
  }

  leave() {
    this.verdict = null;
    this.render();
    byId("dispute").focus({ preventScroll: true });
  }

  settle(verdict, reason) {
    const [dispute, question] = [this.dispute(), this.question()];
    if (dispute.together.length && !byId("together-box").checked) {
      byId("together-box").focus();
      return say(`You coded this, too: settle it together with ${dispute.together.join(", ")}, and say so.`);
    }
    const memo = byId("memo").value.trim() || null;
    this.send({ act: "settle", code: question.code, memo, verdict, reason, together: dispute.together, heads: question.heads });
    this.verdict = null;
    byId("memo").value = "";
    say(`Settled ${this.name(question.code)}: ${verdict}.`);
    const open = dispute.questions.findIndex((item, at) => at !== this.number && item.state !== "settled" && !this.pending(item));
    if (open >= 0) this.number = open;
    this.render();
  }

  send(cells) {
    const { transcript_id, start, end } = this.dispute();
    const op = { decision_id: newId(), group_id: null, transcript_id, start, end, mode: "adjudicate", undoes: null, decided_at: new Date().toISOString(), active_ms: null, ...cells };
    if (op.act === "settle") this.past.push({ key: keyOf(op), code: op.code, id: op.decision_id });
    this.outbox.add(op);
  }

  undo() {
    const last = this.past.pop();
    if (!last) return say("Nothing to undo here.");
    const at = this.disputes.findIndex((item) => keyOf(item) === last.key);
    if (at < 0) return say("It is not here any more.");
    if (at !== this.at) this.begin(at);
    this.number = this.dispute().questions.findIndex((item) => item.code === last.code);
    this.send({ act: "undo", code: last.code, undoes: last.id, heads: [last.id] });
    say(`Taken back: ${this.name(last.code)}.`);
  }

  pending(question) {
    return this.outbox.pending().filter((op) => keyOf(op) === keyOf(this.dispute()) && op.code === question.code).pop();
  }

  async answered(found) {
    const failed = found.answers.filter((answer) => !answer.is_taken);
    if (failed.length) say(`Refused: ${failed[0].message}`);
    const here = this.dispute() && keyOf(this.dispute());
    try {
      const now = await get("/api/disputes");
      const order = new Map(this.disputes.map((item, at) => [keyOf(item), at]));
      const place = (item) => order.get(keyOf(item)) ?? order.size;
      this.disputes = now.disputes.sort((one, other) => place(one) - place(other));
      this.at = Math.max(0, this.disputes.findIndex((item) => keyOf(item) === here));
    } catch {
      // the status line says it with the next decision
    }
    this.render();
  }

  key(event) {
    if (isTaken(event)) return;
    const found = wanted(event);
    if (!found || (!this.dispute() && found.act !== "help")) return;
    event.preventDefault();
    if (found.number !== null) this[found.act](found.number);
    else this[found.act]();
  }

  click(event) {
    const button = event.target.closest("button[data-act]");
    if (button) this[button.dataset.act]();
  }

  render() {
    showStatus(this.outbox);
    const dispute = this.dispute();
    byId("dispute").hidden = !dispute;
    byId("none").hidden = Boolean(dispute) || Boolean(document.querySelector("main .banner"));
    const open = this.disputes.filter((item) => item.questions.some((one) => one.state !== "settled")).length;
    byId("count").textContent = dispute ? `${open} of ${this.disputes.length} spans open` : "";
    if (!dispute) return;
    const focused = document.activeElement?.dataset.focus;
    byId("place").textContent = `${this.at + 1} of ${this.disputes.length} · ${dispute.transcript_id}`;
    byId("passage").replaceChildren(...this.passage(dispute));
    byId("questions").replaceChildren(...dispute.questions.map((question, at) => this.row(dispute, question, at)));
    byId("voices").replaceChildren(...dispute.voices.map((voice) => this.voice(voice)));
    byId("refused").replaceChildren(...this.outbox.refused().filter((op) => keyOf(op) === keyOf(dispute)).map((op) => this.refusal(op)));
    byId("together").hidden = !dispute.together.length;
    byId("together-words").textContent = `I settle this together with ${dispute.together.join(", ")}, who coded it, too.`;
    if (focused && document.activeElement === document.body) (document.querySelector(`[data-focus="${CSS.escape(focused)}"]`) ?? byId("dispute")).focus({ preventScroll: true });
  }

  passage({ speaker, left, words, right, before, after }) {
    const line = (turn) => h("p", { class: "quiet", dir: "auto" }, turn.speaker && h("b", {}, `${turn.speaker}: `), turn.text);
    return [...before.map(line), h("p", { class: "spoken", dir: "auto" }, speaker && h("b", { class: "who-inline" }, `${speaker}: `), left, h("mark", {}, words), right), ...after.map(line)];
  }

  row(dispute, question, at) {
    const isHere = at === this.number;
    const code = this.codes.get(question.code);
    const pending = this.pending(question);
    const state = pending ? "on its way" : question.state === "settled" ? `settled: ${question.verdict}, ${REASONS[question.reason] ?? question.reason}` : question.state === "changed" ? `settled ${question.verdict}; a coder has changed their mind since` : "open";
    const press = (act) => () => {
      this.number = at;
      this[act]();
    };
    return h("li", { class: `question ${question.state}`, "aria-current": isHere ? "true" : null },
      h("p", { class: "name" }, swatch(code?.color), h("strong", {}, this.name(question.code)), h("span", { class: `badge ${question.state === "settled" ? "done" : ""}` }, state)),
      code?.definition && h("p", { class: "definition" }, code.definition),
      h("p", { class: "says" }, dispute.voices.map((voice) => h("span", { class: "says-one" }, h("b", {}, voice.name), " ", SAYS[voice.verdicts[question.code]] ?? "nothing"))),
      h("p", { class: "pair" }, VERDICTS.map(([act, label]) => h("button", { type: "button", "aria-pressed": String(isHere && this.verdict === act), "data-focus": `${act}:${question.code}`, onclick: press(act) }, label, h("span", { class: "visually-hidden" }, ` to ${this.name(question.code)}`), " ", isHere && kbd(data.printed[act])))),
      isHere && this.verdict && h("p", { class: "pair", role: "group", "aria-label": "Reason" }, h("span", { class: "quiet" }, "Because: "),
        data.reasons.map(({ words }, n) => h("button", { type: "button", "data-focus": `reason:${n}`, onclick: () => this.reason(n + 1) }, words, " ", kbd(String(n + 1))))));
  }

  voice({ name, verdicts, memos }) {
    const yes = Object.keys(verdicts).filter((code) => verdicts[code] === "yes").map((code) => this.name(code));
    return h("section", { class: "card voice", "aria-label": `Coder ${name}` }, h("h3", {}, `Coder ${name}`),
      h("p", {}, yes.length ? yes.join(", ") : "no code"), ...memos.map((memo) => h("p", { class: "memo-text", dir: "auto" }, memo)));
  }

  refusal(op) {
    return h("div", { class: "banner", role: "group", "aria-label": "Refused decision" }, h("p", {}, `${this.name(op.code)}: ${op.message}`),
      h("button", { type: "button", onclick: () => this.outbox.dismiss(op.decision_id) }, "Leave it"));
  }
}

new Adjudicate();

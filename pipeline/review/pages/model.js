// What stands in this transcript as far as this page knows: the server's word, and what is still on its way.
import { data, newId, storageKey } from "./dom.js";

const EFFECTS = { accept: "yes", add: "yes", reject: "no", clear: "open", unsure: "unsure", done: "done", reopen: "reopened", skip: "skipped" };
const NONE = [];
const LONGEST_QUOTE = 2000;
const KEEP_MS = 200;
const SETTLED = ["yes", "no", "unsure"];

export class Model {
  constructor(outbox) {
    this.outbox = outbox;
    this.segments = data.segments;
    this.states = Object.fromEntries(this.segments.map(({ id }) => [id, data.states[id] ?? structuredClone(data.blank)]));
    this.byId = new Map(this.segments.map((segment) => [segment.id, segment]));
    this.targets = this.segments.filter((segment) => segment.target);
    this.places = new Map(this.segments.map(({ id }, at) => [id, at]));
    this.done = new Set(); // targets that are done, as the fold says: see look
    this.suggestions = new Map(); // by segment: a list, null where withheld, "asked" on its way, "failed"
    this.evidence = new Map(); // by segment: what was asked for, by code
    this.codes = new Map(data.codes.map((code) => [code.path, code]));
    this.past = this.kept("past");
    this.future = this.kept("future");
    addEventListener("pagehide", () => this.write());
    this.lookAtAll();
  }

  /** Take note whether a segment is done now; whatever changes a segment looks at it again. */
  look(id) {
    if (this.byId.get(id).target && this.isDone(id)) this.done.add(id);
    else this.done.delete(id);
  }

  lookAtAll() {
    this.segments.forEach(({ id }) => this.look(id));
  }

  kept(name) {
    try {
      return JSON.parse(sessionStorage.getItem(storageKey(name, data.transcript))) || [];
    } catch {
      return [];
    }
  }

  /** Keep what undo needs, in the pause after the key: it is long, and the log has the decisions. */
  keep() {
    this.keeping ??= setTimeout(() => this.write(), KEEP_MS);
  }

  write() {
    if (!this.keeping) return;
    clearTimeout(this.keeping);
    this.keeping = null;
    try {
      sessionStorage.setItem(storageKey("past", data.transcript), JSON.stringify(this.past.slice(-200)));
      sessionStorage.setItem(storageKey("future", data.transcript), JSON.stringify(this.future));
    } catch {
      // undo then reaches back to the last load only; the history dialog reaches all
    }
  }

  /** Everything on the screen comes from this fold; no counter is kept beside it. */
  view(id) {
    const state = structuredClone(this.states[id]);
    for (const op of this.outbox.pending()) {
      if (!op.mode && op.transcript_id === data.transcript && idOf(op) === id) apply(state, op, this.byId.get(id));
    }
    return state;
  }

  /** The same for looking only: nothing is copied where nothing is on its way. */
  peek(id) {
    return this.outbox.has(id) ? this.view(id) : this.states[id];
  }

  shown(id) {
    const found = this.suggestions.get(id);
    return Array.isArray(found) ? found : NONE;
  }

  verdict(state, code) {
    return state.codes[code]?.verdict ?? "open";
  }

  yes(state) {
    return Object.keys(state.codes).filter((code) => state.codes[code].verdict === "yes").sort();
  }

  /** The coded parts of a segment in order of the text: what stands on each, open codes left out. */
  parts(state) {
    const found = Object.values(state.parts).flatMap(({ start, end, codes }) =>
      Object.keys(codes).filter((code) => codes[code].verdict !== "open").sort().map((code) => ({ start, end, code, verdict: codes[code].verdict })));
    return found.sort((one, other) => one.start - other.start || other.end - one.end);
  }

  undecided(id, state) {
    const open = this.shown(id).map((item) => item.code).filter((code) => !SETTLED.includes(this.verdict(state, code)));
    const torn = Object.keys(state.codes).filter((code) => state.codes[code].verdict === "conflict");
    return [...new Set([...open, ...torn])].sort();
  }

  isDone(id) {
    return this.peek(id).span.verdict === "done";
  }

  /** Whether a done would say nothing new. */
  isSigned(id) {
    const state = this.view(id);
    return state.span.verdict === "done" && JSON.stringify(state.span.signed) === JSON.stringify(this.yes(state));
  }

  isWithheld(id) {
    return this.isBlind(id) || (data.mode === "blind-first" && !this.states[id].revealed);
  }

  /** In the audit sample, or where two coders meet and this one has not signed off. */
  isBlind(id) {
    return this.states[id].blind;
  }

  /** Do one gesture: one or several acts on one segment that are undone together. */
  act(id, acts, activeMs) {
    const group = acts.length > 1 ? newId() : null;
    const done = acts.map((act) => this.send(id, act, group, activeMs));
    this.past.push({ id, ops: done });
    this.future = [];
    this.keep();
  }

  send(id, { act, code = null, memo = null, undoes = null, to = null, place = null }, group, activeMs) {
    const segment = this.byId.get(id);
    const state = this.view(id);
    const where = place ?? segment;
    const thread = code ? (codesAt(state, segment, where)[code] ?? { verdict: "open", heads: [] }) : state.span;
    const op = {
      decision_id: newId(), group_id: group, transcript_id: data.transcript, segment: id, start: where.start, end: where.end,
      act, code, memo, undoes, to, heads: thread.heads, decided_at: new Date().toISOString(), active_ms: activeMs,
    };
    if (place?.quote && place.quote.length < LONGEST_QUOTE) op.quote = place.quote;
    if (act === "done") op.seen = { yes: this.yes(state), undecided: this.undecided(id, state) };
    const before = bare(thread);
    apply(state, op, segment);
    const after = bare(code ? codesAt(state, segment, where)[code] : state.span);
    this.outbox.add(op);
    return { id: op.decision_id, act, code, place: { start: where.start, end: where.end }, before, after };
  }

  /** Take the last gesture back, or bring it back; returns its segment, or a sentence if it cannot be. */
  turnBack(from, onto) {
    const gesture = this[from].pop();
    if (!gesture) return { sentence: from === "past" ? "Nothing to undo here." : "Nothing to bring back." };
    const state = this.view(gesture.id);
    const segment = this.byId.get(gesture.id);
    const stands = ({ code, id, place }) => (code ? codesAt(state, segment, place ?? segment)[code] : state.span)?.heads.includes(id);
    const open = gesture.ops.filter(stands);
    const group = open.length > 1 ? newId() : null;
    const ops = open.map(({ code, id, place, before, after }) => ({
      ...this.send(gesture.id, { act: "undo", code, undoes: id, to: before, place }, group, null), before: after, after: before,
    }));
    if (ops.length) this[onto].push({ id: gesture.id, ops });
    this.keep();
    return ops.length ? { id: gesture.id } : { sentence: "Something else was decided there since; see its history." };
  }
}

/** What a thread comes to, without who decided it. */
function bare({ heads, ...rest }) {
  return rest;
}

/** The segment that a decision is on, or on a part of. */
export function idOf(op) {
  return op.segment ?? `${op.transcript_id}:${op.start}-${op.end}`;
}

/** What stands on the codes of a segment, or of a part of it. */
export function codesAt(state, segment, place) {
  if (place.start === segment.start && place.end === segment.end) return state.codes;
  return (state.parts[`${place.start}-${place.end}`] ??= { start: place.start, end: place.end, codes: {} }).codes;
}

function apply(state, op, segment) {
  const thread = op.code ? (codesAt(state, segment, op)[op.code] ??= { verdict: "open", heads: [] }) : state.span;
  if (op.act === "undo") Object.assign(thread, op.to);
  else if (op.act === "memo") Object.assign(thread, { memo: op.memo, verdict: thread.verdict ?? "memo" });
  else if (EFFECTS[op.act]) thread.verdict = EFFECTS[op.act];
  if (op.act === "done") thread.signed = op.seen.yes;
  thread.heads = [op.decision_id];
}

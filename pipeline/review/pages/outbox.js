// Decisions on their way: each is kept in this browser under its own key until the server has it on disk.
import { data, storageKey } from "./dom.js";

const TIMEOUT_MS = 8000;
const MOST = 50;
const MOST_BYTES = 60000;
const WAITS_MS = [500, 1000, 2000, 4000, 8000];

export class Outbox {
  constructor({ onAnswer, onChange, onAdd = onChange }) {
    this.onAnswer = onAnswer;
    this.onChange = onChange;
    this.onAdd = onAdd;
    this.memory = new Map(); // what storage would not take, and a copy of what it took
    this.problem = "";
    this.storageProblem = "";
    this.tries = 0;
    this.isSending = false;
    this.order = Date.now();
    this.load("out").forEach((op) => this.memory.set(op.decision_id, op));
    addEventListener("online", () => this.flush());
    addEventListener("storage", () => {
      this.known = null;
      this.onChange();
    });
  }

  load(box) {
    const prefix = storageKey(box, "");
    const found = [];
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(prefix)) found.push(JSON.parse(localStorage.getItem(key)));
      }
    } catch {
      this.storageProblem = "this browser keeps nothing between visits";
    }
    return found.sort((one, other) => one.order - other.order);
  }

  pending() {
    return [...this.memory.values()].sort((one, other) => one.order - other.order);
  }

  /** Whether anything is on its way for a segment. */
  has(id) {
    for (const op of this.memory.values()) if ((op.segment ?? `${op.transcript_id}:${op.start}-${op.end}`) === id) return true;
    return false;
  }

  /** What was refused; read anew only where this page or another tab changed it. */
  refused() {
    return (this.known ??= this.load("refused"));
  }

  add(op) {
    this.order = Math.max(this.order + 1, Date.now());
    op.order = this.order;
    this.memory.set(op.decision_id, op);
    this.keep("out", op);
    this.flush(); // first: what is drawn next is drawn while the server writes
    this.onAdd();
  }

  keep(box, op) {
    this.known = null;
    try {
      localStorage.setItem(storageKey(box, op.decision_id), JSON.stringify(op));
      this.storageProblem = "";
    } catch {
      this.storageProblem = "this browser's storage is full or blocked";
    }
  }

  drop(box, id) {
    this.known = null;
    try {
      localStorage.removeItem(storageKey(box, id));
    } catch {
      this.storageProblem = "this browser's storage is blocked";
    }
  }

  dismiss(id) {
    this.drop("refused", id);
    this.onChange();
  }

  async flush() {
    if (this.isSending) return;
    this.isSending = true;
    clearTimeout(this.timer);
    try {
      while (this.memory.size) await this.send(this.batch());
      this.tries = 0;
    } catch (error) {
      this.problem = error.message;
      const wait = WAITS_MS[Math.min(this.tries++, WAITS_MS.length - 1)];
      this.timer = setTimeout(() => this.flush(), wait);
    } finally {
      this.isSending = false;
      this.onChange();
    }
  }

  /** The next decisions to send: not too many, and not more than a request may hold. */
  batch() {
    let room = MOST_BYTES;
    return this.pending().slice(0, MOST).filter((op, at) => {
      room -= new TextEncoder().encode(JSON.stringify(op)).length + 2;
      return at === 0 || room > 0;
    });
  }

  async send(ops) {
    const found = await post("/api/decisions", { decisions: ops });
    this.problem = "";
    for (const answer of found.answers) {
      const op = this.memory.get(answer.decision_id);
      if (op && !answer.is_taken) this.keep("refused", { ...op, message: answer.message });
      this.memory.delete(answer.decision_id);
      this.drop("out", answer.decision_id);
    }
    this.onAnswer(found, ops);
  }

  /** What the status line says: a kind for its colour, and words. */
  status() {
    const n = this.memory.size;
    if (this.scriptProblem) return ["failed", "Not saved: something went wrong in this page. Load it again."];
    if (this.problem && this.storageProblem && n) return ["failed", `Not saved (${n}): ${this.problem}, and ${this.storageProblem}.`];
    if (this.problem && n) return ["failed", `Not saved: ${this.problem}. ${n} unsent, kept in this browser.`];
    if (n) return ["unsent", `${n} unsent, kept in this browser`];
    if (this.refused().length) return ["unsent", `${this.refused().length} refused: see the segment`];
    return ["saved", "Saved"];
  }
}

/** Send JSON to our own server; the message of an error is for the status line. */
export async function post(path, body) {
  return answerOf(
    fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }),
  );
}

export async function get(path) {
  return answerOf(fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS) }));
}

async function answerOf(request) {
  let response;
  try {
    response = await request;
  } catch (error) {
    throw new Error(error.name === "TimeoutError" ? "the program does not answer" : "the program cannot be reached");
  }
  const found = await response.json().catch(() => ({}));
  if (response.ok) return found;
  throw new Error((found.message || `the program answers ${response.status}`).replace(/\.$/, ""));
}

/** Show the state of the outbox in the status line. */
export function showStatus(outbox) {
  const [kind, text] = outbox.status();
  const line = document.getElementById("status");
  if (line.dataset.kind !== kind && kind === "failed") document.getElementById("said").textContent = text;
  line.dataset.kind = kind;
  line.textContent = text;
}

export function watchErrors(outbox) {
  const fail = () => {
    outbox.scriptProblem = true;
    showStatus(outbox);
  };
  addEventListener("error", fail);
  addEventListener("unhandledrejection", fail);
  addEventListener("beforeunload", (event) => {
    if (outbox.memory.size && outbox.storageProblem) event.preventDefault();
  });
}

export const isOwn = (op) => op.transcript_id === data.transcript;

// Retraining: starts it, tells how far it is and what the gate says. Nothing on the screen moves because of it.
import { say } from "./dom.js";
import { get, post } from "./outbox.js";

const POLL_MS = 1000;
const STEPS = { train: "Learning and judging", suggest: "Suggesting anew" };
const WORDS = { idle: "", finished: "Finished.", failed: "", cancelled: "Cancelled. The model in use is the one before." };
const byId = (id) => document.getElementById(id);

export class Retrain {
  constructor() {
    this.dialog = byId("retrain");
    this.state = "idle";
    byId("retrain-start").addEventListener("click", () => this.send("start"));
    byId("retrain-cancel").addEventListener("click", () => this.send("cancel"));
    this.dialog.querySelector("[data-close]").addEventListener("click", () => this.dialog.close());
  }

  open() {
    this.dialog.showModal();
    byId("retrain-start").focus();
    this.look();
  }

  async send(act) {
    clearTimeout(this.timer);
    try {
      this.show(await post("/api/retrain", { act }));
    } catch (error) {
      byId("retrain-state").textContent = `Nothing was started: ${error.message}.`;
    }
  }

  async look() {
    clearTimeout(this.timer);
    try {
      this.show(await get("/api/retrain"));
    } catch (error) {
      byId("retrain-state").textContent = `${error.message}; trying again.`;
      this.timer = setTimeout(() => this.look(), POLL_MS);
    }
  }

  show(found) {
    const isRunning = found.state === "running";
    const bar = byId("retrain-bar");
    bar.hidden = !isRunning;
    if (found.total) [bar.max, bar.value] = [found.total, found.done];
    else bar.removeAttribute("value");
    const step = STEPS[found.step] ?? found.step;
    const words = isRunning ? (found.total ? `${step}: ${found.done} of ${found.total}` : `${step} …`) : WORDS[found.state];
    if (byId("retrain-state").textContent !== words) byId("retrain-state").textContent = words;
    byId("retrain-verdict").textContent = [found.verdict, found.note].filter(Boolean).join(" ");
    byId("retrain-start").hidden = isRunning;
    byId("retrain-cancel").hidden = !isRunning;
    if (this.dialog.open && [document.body, this.dialog].includes(document.activeElement)) byId(isRunning ? "retrain-cancel" : "retrain-start").focus();
    if (this.state === "running" && !isRunning) say(`Retraining ${found.state}. ${found.verdict}`);
    this.state = found.state;
    if (isRunning) this.timer = setTimeout(() => this.look(), POLL_MS);
  }
}

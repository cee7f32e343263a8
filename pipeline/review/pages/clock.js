// Time in front of a segment: only while the page is seen and has the focus; long pauses are cut.
const GAP_MS = 60000;

export class Clock {
  constructor() {
    this.start();
    for (const name of ["keydown", "pointerdown", "pointermove", "scroll"]) addEventListener(name, () => this.beat(), { passive: true });
    for (const name of ["blur", "focus"]) addEventListener(name, () => this.beat());
    document.addEventListener("visibilitychange", () => this.beat());
    this.wasActive = this.isActive();
  }

  isActive() {
    return !document.hidden && document.hasFocus();
  }

  start() {
    this.total = 0;
    this.last = performance.now();
  }

  beat() {
    const now = performance.now();
    if (this.wasActive) this.total += Math.min(now - this.last, GAP_MS);
    this.last = now;
    this.wasActive = this.isActive();
  }

  ms() {
    this.beat();
    return Math.round(this.total);
  }
}

// The queue: sends what an earlier page could not, and says what was refused.
import { h } from "./dom.js";
import { Retrain } from "./retrain.js";
import { Outbox, showStatus, watchErrors } from "./outbox.js";

const retraining = new Retrain();
document.getElementById("retrain-open")?.addEventListener("click", () => retraining.open());
addEventListener("keydown", (event) => {
  const isFree = !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, select, textarea, dialog[open]");
  if (event.key.toLowerCase() === "t" && isFree) retraining.open();
});
const outbox = new Outbox({ onAnswer: () => {}, onChange: render });
watchErrors(outbox);
render();
outbox.flush();

function render() {
  showStatus(outbox);
  const names = [...new Set(outbox.refused().map((op) => op.transcript_id))];
  const list = names.map((name) =>
    h("li", {}, h("a", { href: `/review?t=${encodeURIComponent(name)}`, dir: "auto" }, name)),
  );
  const box = document.getElementById("refused");
  box.replaceChildren();
  if (list.length) box.append(h("p", { class: "banner" }, "Some decisions were refused. Look at them in:"), h("ul", {}, list));
}

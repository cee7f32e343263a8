// The queue: sends what an earlier page could not, and says what was refused.
import { h } from "./dom.js";
import { Outbox, showStatus, watchErrors } from "./outbox.js";

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

// Codebook, keys, history and "go to": native dialogs, which keep the focus and give it back.
import { data, h } from "./dom.js";
import { get } from "./outbox.js";
import { isSingle, setSingle } from "./keyboard.js";

const byId = (id) => document.getElementById(id);

export class Dialogs {
  constructor(page) {
    this.page = page;
    for (const dialog of document.querySelectorAll("dialog")) {
      dialog.addEventListener("close", () => page.focusSegment());
      dialog.querySelectorAll("[data-close]").forEach((button) => button.addEventListener("click", () => dialog.close()));
    }
    byId("codebook-search").addEventListener("input", () => this.search());
    byId("codebook").addEventListener("click", (event) => this.addFrom(event));
    byId("single").checked = isSingle();
    byId("single").addEventListener("change", (event) => setSingle(event.target.checked));
    byId("goto-go").addEventListener("click", () => this.go());
    byId("goto-number").addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        this.go();
      }
    });
    for (const node of document.querySelectorAll(".code")) {
      const color = page.model.codes.get(node.dataset.code)?.color;
      if (color) node.style.setProperty("--swatch", color);
    }
  }

  open(name) {
    byId(name).showModal();
    if (name === "codebook") byId("codebook-search").select();
    if (name === "goto") byId("goto-number").select();
    if (name === "history") this.history();
  }

  search() {
    const words = byId("codebook-search").value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const node of document.querySelectorAll(".code")) {
      const text = node.textContent.toLowerCase();
      node.hidden = !words.every((word) => text.includes(word));
      count += !node.hidden;
    }
    byId("codebook-none").hidden = count > 0;
  }

  addFrom(event) {
    const code = event.target.closest("[data-add]")?.dataset.add;
    if (!code) return;
    byId("codebook").close();
    this.page.add(code);
  }

  go() {
    const number = Number(byId("goto-number").value);
    byId("goto").close();
    this.page.goTo(number);
  }

  async history() {
    const list = byId("history").querySelector(".story");
    const { start, end } = this.page.model.byId.get(this.page.id);
    list.replaceChildren(h("li", { class: "quiet" }, "Asking the log."));
    try {
      const query = new URLSearchParams({ t: data.transcript, start, end });
      const found = await get(`/api/history?${query}`);
      const rows = found.map((row) => this.line(row));
      list.replaceChildren(...(rows.length ? rows : [h("li", { class: "quiet" }, "Nothing was decided here yet.")]));
    } catch (error) {
      list.replaceChildren(h("li", {}, `The log cannot be read now: ${error.message}.`));
    }
  }

  line(row) {
    const name = row.code ? (this.page.model.codes.get(row.code)?.name ?? row.code) : "";
    const when = new Date(row.decided_at).toLocaleString();
    const source = [row.coder, when, row.surface === "page" ? "" : `by ${row.surface}`, row.model_id ? `model ${row.model_id}` : ""].filter(Boolean).join(" · ");
    return h("li", { class: row.is_head ? "head" : "" },
      h("p", {}, h("strong", {}, row.act), " ", name, row.is_head ? h("span", { class: "badge" }, "stands") : ""),
      this.page.isPart(row) && h("p", { class: "memo-text", dir: "auto" }, row.quote),
      row.memo && h("p", { class: "memo-text", dir: "auto" }, row.memo), h("p", { class: "quiet" }, source),
      row.is_head && h("p", {}, h("button", { type: "button", onclick: () => this.undo(row) }, "Undo this")));
  }

  undo(row) {
    byId("history").close();
    this.page.undoDecision(row);
  }
}

// How far coders agree, code by code; where a number is not defined, a sentence says why.
import { data, h, say, swatch } from "./dom.js";
import { Outbox, get, showStatus, watchErrors } from "./outbox.js";

const AGAIN_MS = 500;
const outbox = new Outbox({ onAnswer: () => {}, onChange: () => showStatus(outbox) });
const codes = new Map(data.codes.map((code) => [code.path, code]));
const base = document.getElementById("base");
const COLUMNS = [["Code"], ["Units", "n"], ["Yes", "n"], ["Share", "n"], ["Percent", "n"], ["Kappa", "n"], ["Alpha", "n"]];

watchErrors(outbox);
showStatus(outbox);
outbox.flush();
load();

async function load() {
  try {
    const found = await get("/api/agreement");
    if (found.figures) return show(found);
    setTimeout(load, AGAIN_MS);
  } catch (error) {
    base.textContent = `${error.message}.`;
    base.className = "banner";
  }
}

const share = (value) => (value === null ? "–" : value.toFixed(2));

/** A number with its interval; why there is none is said below the code. */
function estimate({ value, low, high }) {
  if (value === null) return h("td", { class: "number" }, "–");
  return h("td", { class: "number" }, value.toFixed(2), low !== null && h("span", { class: "interval" }, `${low.toFixed(2)} to ${high.toFixed(2)}`));
}

function show({ figures, behind }) {
  const { n_shared: n, coders, n_interviews: interviews } = figures;
  base.textContent = `${n} ${n === 1 ? "segment" : "segments"} of ${interviews} ${interviews === 1 ? "interview" : "interviews"} ${n === 1 ? "was" : "were"} finished blind by two coders or more (${coders.length} coders).`;
  say(base.textContent);
  const used = figures.codes.filter((row) => row.n_applied > 0);
  const unused = figures.codes.length - used.length;
  document.getElementById("table").replaceChildren(
    h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Agreement by code" }, h("table", { class: "figures" }, h("thead", {}, h("tr", {}, COLUMNS.map(([title, kind]) => h("th", { scope: "col", class: kind && "number" }, title)))),
      used.map((row) => body(row, behind[row.code] ?? [])))),
    h("p", { class: "quiet" }, unused ? `${unused} codes were never applied where two coders looked; nothing can be said of them.` : ""));
}

function body(row, segments) {
  const code = codes.get(row.code);
  const reason = row.alpha.value === null || row.alpha.low === null ? row.alpha.reason : "";
  const list = segments.map((item) => h("li", {}, h("a", { href: `/review?t=${encodeURIComponent(item.transcript_id)}#segment-${item.number}`, dir: "auto" }, `${item.transcript_id}, segment ${item.number}`),
    h("span", { class: "quiet" }, ` ${item.n_yes} yes, ${item.n_no} no`), h("p", { dir: "auto" }, item.text.length > 280 ? `${item.text.slice(0, 280)} …` : item.text)));
  return h("tbody", {},
    h("tr", {}, h("th", { scope: "row" }, swatch(code?.color), " ", code?.name ?? row.code), h("td", { class: "number" }, row.n), h("td", { class: "number" }, row.n_applied), h("td", { class: "number" }, share(row.prevalence)),
      estimate(row.percent), estimate(row.kappa), estimate(row.alpha)),
    h("tr", { class: "said" }, h("td", { colspan: COLUMNS.length }, h("p", {}, [row.advice, reason].filter(Boolean).join(" ")),
      list.length > 0 && h("details", {}, h("summary", {}, `${list.length} ${list.length === 1 ? "segment" : "segments"} seen differently`), h("ul", {}, list)))));
}

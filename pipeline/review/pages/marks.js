// What is marked in a segment's text: words that speak for or against suggestions, coded parts, words chosen now.
import { h } from "./dom.js";

const LANES = 3; // underlines that fit below one another

/** Give parts that overlap different lanes, so that each has a line of its own. */
function laned(parts) {
  const ends = [];
  return [...parts].sort((one, other) => one.start - other.start || other.end - one.end).map((part) => {
    const free = ends.findIndex((end) => end <= part.start);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = part.end;
    return { ...part, lane: lane % LANES };
  });
}

const covers = (start) => ([from, to]) => from <= start && start < to;

/**
 * Paint a text; its words stay as they are. All offsets count as the browser does (UTF-16).
 * `words` and `against` are lists of spans by suggestion, `parts` have start, end, letter and color, `chosen` is a span.
 */
export function paint(node, { words = [], against = [], parts = [], chosen = null } = {}) {
  const text = node.textContent;
  const lanes = laned(parts);
  const cuts = new Set([0, text.length]);
  const cut = ([start, end]) => cuts.add(start).add(end);
  words.flat().forEach(cut);
  against.flat().forEach(cut);
  lanes.forEach((part) => cut([part.start, part.end]));
  if (chosen) cut(chosen);
  const at = [...cuts].sort((one, other) => one - other);
  const numbers = (lists, start) => lists.flatMap((spans, n) => (spans.some(covers(start)) ? [n + 1] : []));
  const pieces = at.slice(0, -1).map((start, number) => {
    let piece = text.slice(start, at[number + 1]);
    const speaking = numbers(words, start);
    const contrary = numbers(against, start);
    if (speaking.length) piece = h("mark", { "data-n": speaking.join(" ") }, piece);
    if (contrary.length) piece = h("span", { class: "against", "data-n": contrary.map((n) => `−${n}`).join(" ") }, piece);
    for (const part of lanes.filter((item) => item.start <= start && start < item.end)) {
      const isLast = part.end === at[number + 1];
      piece = h("span", { class: `part lane-${part.lane}`, "data-letter": isLast && part.letter }, piece);
      if (part.color) piece.style.setProperty("--swatch", part.color);
    }
    return chosen && covers(start)(chosen) ? h("span", { class: "chosen" }, piece) : piece;
  });
  node.replaceChildren(...pieces);
}

// Says in the footer how this page came about. The figures come from the
// response's headers, so that the page itself stays the same for everybody.
"use strict";

const visit = performance.getEntriesByType("navigation")[0];
const timing = Object.fromEntries((visit?.serverTiming ?? []).map((metric) => [metric.name, metric]));
const line = document.getElementById("timing");
const lang = document.documentElement.lang;

// An amount of time in words, in place of {} in a sentence.
function put(sentence, ms) {
  return sentence.replace("{}", duration(ms));
}

function duration(ms) {
  const [unit, amount] = ms < 1000 ? ["millisecond", ms] : ms < 90_000 ? ["second", ms / 1000] : ["minute", ms / 60_000];
  const maximumFractionDigits = amount < 10 && unit === "millisecond" ? 1 : 0;
  return new Intl.NumberFormat(lang, { style: "unit", unit, maximumFractionDigits }).format(amount);
}

if (timing.cache) {
  const state = timing.cache.description;
  line.dataset.state = state;
  line.textContent = [
    line.dataset[state] ?? state,
    timing.age && put(line.dataset.age, timing.age.duration),
    timing.render ? put(line.dataset.render, timing.render.duration) : put(line.dataset.answer, visit.responseStart - visit.requestStart),
    timing.store?.description,
  ].filter(Boolean).join(" · ");
  line.hidden = false;
}

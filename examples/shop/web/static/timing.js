// Says in the footer how this page came about. The figures come from the
// response's headers, so that the page itself stays the same for everybody.
"use strict";

const metrics = performance.getEntriesByType("navigation")[0]?.serverTiming ?? [];
const timing = Object.fromEntries(metrics.map((metric) => [metric.name, metric]));
const line = document.getElementById("timing");
const lang = document.documentElement.lang;

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
    timing.age && line.dataset.age.replace("{}", duration(timing.age.duration)),
    timing.render && line.dataset.render.replace("{}", duration(timing.render.duration)),
    timing.store?.description,
  ].filter(Boolean).join(" · ");
  line.hidden = false;
}

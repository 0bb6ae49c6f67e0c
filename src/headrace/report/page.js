"use strict";
// Draws the charts: those near the screen first, the others when the browser has nothing to do.
// Colours are CSS variables, so that a change of theme, or printing, needs no drawing.
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const config = JSON.parse(document.getElementById("chart-config").textContent);
  const waiting = new Set(document.querySelectorAll("[data-chart]"));

  const draw = (place) => {
    if (!waiting.delete(place)) return;
    const options = { actions: false, renderer: "svg", config };
    vegaEmbed(place, charts[place.dataset.chart], options).catch((error) => {
      place.textContent = `This chart could not be drawn: ${error.message}`;
    });
  };

  const near = new IntersectionObserver(
    (entries) => entries.filter((e) => e.isIntersecting).forEach((e) => draw(e.target)),
    { rootMargin: "400px" },
  );
  waiting.forEach((place) => near.observe(place));

  const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 60));
  const drawNext = () => {
    const [place] = waiting;
    if (place) {
      draw(place);
      idle(drawNext);
    }
  };
  idle(drawNext);
  addEventListener("beforeprint", () => waiting.forEach(draw));
})();

"use strict";
// Draws the charts one after another, so that the page can be read and scrolled meanwhile.
// Colours are CSS variables: a change of theme, or printing, needs no drawing.
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const config = JSON.parse(document.getElementById("chart-config").textContent);
  const waiting = [...document.querySelectorAll("[data-chart]")];

  const draw = async (place) => {
    const options = { actions: false, renderer: "svg", config };
    try {
      await vegaEmbed(place, charts[place.dataset.chart], options);
    } catch (error) {
      place.textContent = `This chart could not be drawn: ${error.message}`;
    }
  };

  const drawNext = async () => {
    const place = waiting.shift();
    if (!place) return;
    await draw(place);
    setTimeout(drawNext);
  };
  drawNext();
  addEventListener("beforeprint", () => waiting.splice(0).forEach(draw));
})();

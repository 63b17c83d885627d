// Saves a chart as PNG or SVG, and its table as CSV, on this machine: nothing is sent.
(() => {
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  // A spreadsheet would run a text that begins like a formula.
  const harmless = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  const value = (cell) => ("number" in cell.dataset ? cell.dataset.raw : harmless(cell.dataset.raw ?? cell.textContent));
  const table = (figure) =>
    [...figure.querySelectorAll("[data-chart-figures] tr")]
      .map((row) => [...row.cells].map((cell) => quoted(value(cell))).join(","))
      .join("\r\n");

  const address = (figure, kind) => {
    if (kind !== "csv") return figure.chartView.toImageURL(kind, kind === "png" ? 2 : 1);
    return URL.createObjectURL(new Blob(["\ufeff", table(figure), "\r\n"], { type: "text/csv;charset=utf-8" }));
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-chart-save]");
    if (!button) return;
    const figure = button.closest("[data-chart]");
    const link = document.createElement("a");
    link.href = await address(figure, button.dataset.chartSave);
    link.download = `${figure.id}.${button.dataset.chartSave}`;
    link.click();
    if (link.href.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
})();

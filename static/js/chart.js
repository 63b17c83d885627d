// Draws every [data-chart] by Vega-Lite. The library comes once a page has a chart; where it fails, the figures open.
(() => {
  const root = document.documentElement;
  const views = new Map();
  let library;

  const load = (address) => {
    library ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => resolve(window.vegaEmbed);
      script.onerror = () => reject(new Error(`${address} did not load`));
      document.head.append(script);
    });
    return library;
  };

  // Colours stand in a specification by their names in the theme; a row's own values are never touched.
  const coloured = (value, canvas) => {
    if (Array.isArray(value)) return value.map((item) => coloured(item, canvas));
    if (value && typeof value === "object") {
      const one = ([key, item]) => [key, key === "values" ? item : coloured(item, canvas)];
      return Object.fromEntries(Object.entries(value).map(one));
    }
    if (typeof value !== "string" || !/^--[a-z0-9-]+$/.test(value)) return value;
    canvas.style.color = `var(${value})`;
    return getComputedStyle(canvas).color;
  };

  const sizes = new ResizeObserver((entries) => {
    entries.forEach(({ target, contentRect: { width } }) => {
      if (width) views.get(target.closest("[data-chart]"))?.width(Math.floor(width)).runAsync();
    });
  });

  const forget = (figure) => {
    views.get(figure)?.finalize();
    views.delete(figure);
  };

  const draw = async (figure) => {
    const canvas = figure.querySelector("[data-chart-canvas]");
    try {
      const embed = await load(figure.dataset.chartLibrary);
      const spec = coloured(JSON.parse(figure.querySelector("script").textContent), canvas);
      spec.config.font = getComputedStyle(canvas).fontFamily;
      const look = { actions: false, defaultStyle: false, renderer: "svg", tooltip: { disableDefaultStyle: true } };
      // The drawing before stays until this one stands: nothing flickers and nothing jumps.
      const fresh = document.createElement("div");
      fresh.ariaHidden = "true";
      canvas.append(fresh);
      const { view } = await embed(fresh, spec, { ...look, ast: true });
      canvas.replaceChildren(fresh);
      forget(figure);
      views.set(figure, (figure.chartView = view));
      figure.dataset.drawn = root.dataset.bsTheme;
      sizes.observe(canvas);
    } catch (error) {
      figure.dataset.drawn = "failed";
      figure.querySelector("[data-chart-figures]").open = true;
      console.warn(error);
    }
  };

  // One after the other: two at once would leave two drawings.
  const queue = (figure) => {
    figure.drawing = (figure.drawing ?? Promise.resolve()).then(() => draw(figure));
  };
  const drawIn = (place) => place.querySelectorAll?.("[data-chart]:not([data-drawn])").forEach((figure) => {
    figure.dataset.drawn = "";
    queue(figure);
  });
  const drawAgain = () => document.querySelectorAll("[data-chart][data-drawn]").forEach(queue);

  drawIn(document);
  document.addEventListener("htmx:load", (event) => drawIn(event.detail.elt.parentElement ?? document));
  document.addEventListener("htmx:beforeCleanupElement", (event) => forget(event.detail.elt));
  new MutationObserver(drawAgain).observe(root, { attributeFilter: ["data-bs-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAgain);
})();

// Behaviour of every page, by data attributes: theme, sidebar, toasts, polling that rests and changes nothing in vain.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const year = 31536000;
  const remember = (name, value) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${value}; Path=/; Max-Age=${year}; SameSite=Lax${secure}`;
  };
  const themes = ["auto", "light", "dark"];

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-theme-form]")) return;
    event.preventDefault();
    const next = themes[(themes.indexOf(root.dataset.bsTheme) + 1) % themes.length];
    root.dataset.bsTheme = next;
    remember("pocgate_theme", next);
  });

  // A menu closes on a click elsewhere and on Escape, which gives the focus back.
  const openMenus = () => document.querySelectorAll("[data-menu][open], [data-card] details[open], .bottombar details[open]");
  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    });
  });

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-toggle-sidebar], [data-dismiss='toast']");
    if (!target) return;
    if (target.matches("[data-toggle-sidebar]")) {
      const narrow = root.dataset.sidebar === "narrow";
      root.dataset.sidebar = narrow ? "wide" : "narrow";
      remember("pocgate_sidebar", root.dataset.sidebar);
    } else if (target.matches("[data-dismiss='toast']")) {
      target.closest("[data-toast]").remove();
    }
  });

  // A message that only confirms goes by itself; warnings and errors stay until they are dismissed.
  document.querySelectorAll("[data-toast]:not(.error):not(.warning)").forEach((toast) => {
    let timer = setTimeout(() => toast.remove(), 8000);
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("focusin", () => clearTimeout(timer));
  });

  const polls = (element) => (element.getAttribute("hx-trigger") || "").includes("every ");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && polls(event.detail.elt)) event.preventDefault();
  });

  // The browser answers a 304 from its cache: what was shown already is not put in again.
  const shown = new Map();
  // The list of notifications follows their number.
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    if (detail.target.id !== "unread-side") return;
    const changed = detail.target.textContent.trim() !== detail.fragment.textContent.trim();
    if (changed) htmx.trigger(document.body, "unread-changed");
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, xhr, pathInfo } = event.detail;
    const tag = xhr.getResponseHeader("ETag");
    if (!tag || !polls(elt)) return;
    if (shown.get(pathInfo.requestPath) === tag) event.detail.shouldSwap = false;
    shown.set(pathInfo.requestPath, tag);
  });

  // A select or box marked so sends its form at once; without JavaScript the form's button does.
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-submit-on-change]")) event.target.form.requestSubmit();
  });
})();

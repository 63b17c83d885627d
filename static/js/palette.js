// Search everywhere: "/" or Ctrl-K opens, arrows choose, Enter goes there.
(() => {
  const dialog = document.getElementById("palette");
  if (!dialog || typeof dialog.showModal !== "function") return;
  const field = dialog.querySelector("input");
  const hits = () => [...dialog.querySelectorAll("a.hit")];

  const open = () => {
    if (dialog.open) return;
    dialog.showModal();
    field.select();
    if (!hits().length) htmx.trigger(field, "search");
  };
  const move = (step) => {
    const all = hits();
    if (!all.length) return;
    const now = all.findIndex((hit) => hit.classList.contains("is-active"));
    const next = all[(now + step + all.length) % all.length];
    all.forEach((hit) => hit.classList.remove("is-active"));
    next.classList.add("is-active");
    next.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (slash || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open='palette']")) {
      event.preventDefault();
      open();
    } else if (event.target === dialog) {
      dialog.close();
    }
  });
  field.addEventListener("keydown", (event) => {
    const active = dialog.querySelector("a.hit.is-active");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && active) {
      event.preventDefault();
      active.click();
    }
  });
})();

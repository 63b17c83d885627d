// The checklist from the keyboard: j and k move, a accepts, r asks for a comment and then returns.
(() => {
  const items = () => [...document.querySelectorAll("[data-item]")];
  const current = () => document.activeElement.closest("[data-item]");
  const move = (step) => {
    const all = items();
    const next = all[Math.min(Math.max(all.indexOf(current()) + step, 0), all.length - 1)];
    if (next) next.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = event.target.matches("textarea, select, input:not([type=checkbox])");
    if (isTyping || document.querySelector("dialog[open]")) return;
    const item = current();
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "a" && item) item.querySelector("[data-accept]")?.click();
    else if (event.key === "r" && item) {
      const comment = item.querySelector("textarea");
      if (!comment) return;
      event.preventDefault();
      if (comment.value.trim()) item.querySelector("[data-return]").click();
      else comment.focus();
    }
  });
  const target = location.hash && document.querySelector(location.hash);
  if (target) target.focus();
})();

// The checklist from the keyboard: j and k move, a accepts, r and w ask for a comment and then return or waive, o opens evidence, ? helps.
(() => {
  const items = () => [...document.querySelectorAll("[data-item]")];
  const current = () => document.activeElement.closest("[data-item]");
  const move = (step) => {
    const all = items();
    const next = all[Math.min(Math.max(all.indexOf(current()) + step, 0), all.length - 1)];
    if (next) next.focus();
  };
  const commented = (event, item) => {
    const act = item.querySelector(event.key === "r" ? "[data-return]" : "[data-waive]");
    const comment = item.querySelector("textarea");
    if (!comment || !act) return;
    event.preventDefault();
    if (comment.value.trim()) act.click();
    else comment.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = event.target.matches("textarea, select, input:not([type=checkbox])");
    if (isTyping || document.querySelector("dialog[open]")) return;
    const item = current();
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "a" && item) item.querySelector("[data-accept]")?.click();
    else if ((event.key === "r" || event.key === "w") && item) commented(event, item);
    else if (event.key === "o" && item) item.querySelector(".check-evidence a")?.click();
    else if (event.key === "?") document.querySelector("[data-keys-help]")?.showModal();
  });
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target) target.focus();
})();

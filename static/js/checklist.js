// Desk and checklist from the keyboard: j, k and the arrows move, Enter opens a case, a accepts (with no evidence ticked
// it asks for a comment first), r and w ask for a comment and then return or waive (criteria of the playbook on the page
// of waivers), o looks at the evidence piece by piece, ? helps.
(() => {
  const items = () => [...document.querySelectorAll("[data-item]")];
  const current = () => document.activeElement.closest("[data-item]");
  const move = (event, step) => {
    const all = items();
    const next = all[Math.min(Math.max(all.indexOf(current()) + step, 0), all.length - 1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const commented = (event, item, act) => {
    const comment = item.querySelector("textarea");
    if (!comment || !act) return;
    event.preventDefault();
    if (comment.value.trim()) act.click();
    else comment.focus();
  };
  const accept = (event, item) => {
    const act = item.querySelector("[data-accept]");
    if (item.querySelector(".check-evidence input:checked")) act?.click();
    else commented(event, item, act);
  };
  const waive = (event, item) => {
    const act = item.querySelector("[data-waive]");
    if (act) commented(event, item, act);
    else item.querySelector("[data-to-waivers]")?.click();
  };
  const look = (item) => {
    const links = [...item.querySelectorAll("[data-preview]")];
    const next = links.find((link) => !link.dataset.seen) ?? links[0];
    if (!next) return;
    next.dataset.seen = "yes";
    next.closest("details:not([open])")?.setAttribute("open", "");
    next.click();
  };
  const acts = {
    j: (event) => move(event, 1),
    k: (event) => move(event, -1),
    ArrowDown: (event, item) => item && move(event, 1),
    ArrowUp: (event, item) => item && move(event, -1),
    a: (event, item) => item && accept(event, item),
    r: (event, item) => item && commented(event, item, item.querySelector("[data-return]")),
    w: (event, item) => item && waive(event, item),
    o: (_event, item) => item && look(item),
    Enter: (event, item) => event.target === item && item.querySelector("[data-go]")?.click(),
    "?": () => document.querySelector("[data-keys-help]")?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(acts, event.key)) return;
    const isTyping = event.target.matches("textarea, select, input:not([type=checkbox])");
    if (isTyping || document.querySelector("dialog[open]")) return;
    // What can scroll by itself keeps its arrows.
    if (event.key.startsWith("Arrow") && event.target.closest(".preview-text")) return;
    acts[event.key](event, current());
  });
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target) target.focus();
})();

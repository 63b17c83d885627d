// A card that somebody tries to drag stays where it is and says how it moves; open menus close on a click elsewhere.
(() => {
  document.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.("[data-card]");
    if (!card) return;
    event.preventDefault();
    card.querySelector("details").open = true;
  });
})();

// The gate room follows the vote by itself: when it moved on, it is read again unless somebody is writing.
(() => {
  let isWriting = false;
  document.addEventListener("input", (event) => {
    if (event.target.closest("[data-keep]")) isWriting = true;
  });
  document.addEventListener("submit", () => {
    isWriting = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!isWriting && event.target.querySelector("[data-room-moved]")) location.reload();
  });
})();

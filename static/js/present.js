// Present mode: arrow keys follow the links of the page, the timer counts down and then up.
"use strict";

addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const link = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (link) link.click();
});

const timer = document.querySelector("[data-timer]");
if (timer) {
  const end = Date.now() + Number(timer.dataset.timer) * 60000;
  const show = () => {
    const left = Math.round((end - Date.now()) / 1000);
    const seconds = Math.abs(left);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    timer.textContent = left < 0 ? `+${clock}` : clock;
    timer.classList.toggle("tone-stop", left < 0);
  };
  show();
  setInterval(show, 1000);
}

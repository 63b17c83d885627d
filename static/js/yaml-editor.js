// The text of a draft: line numbers, what is wrong beside its line, the way to a line, and no loss on leaving.
(() => {
  const editor = document.querySelector("[data-editor]");
  if (!editor) return;
  const text = editor.querySelector("textarea");
  const form = text.form;
  const layer = (name) => {
    const outer = document.createElement("div");
    outer.className = name;
    outer.ariaHidden = "true";
    outer.append(document.createElement("div"));
    editor.append(outer);
    return outer.firstChild;
  };
  const gutter = layer("gutter");
  const notes = layer("notes");
  editor.classList.add("has-gutter");
  const numbers = document.createTextNode("");
  const style = getComputedStyle(text);
  const height = parseFloat(style.lineHeight);
  const top = (line) => `${parseFloat(style.paddingTop) + (line - 1) * height}px`;

  const follow = () => {
    for (const inner of [gutter, notes]) inner.style.transform = `translateY(${-text.scrollTop}px)`;
  };
  const count = () => {
    const lines = text.value.split("\n").length;
    numbers.data = Array.from({ length: lines }, (_, index) => index + 1).join("\n");
  };
  const place = (parent, name, line, words) => {
    const mark = document.createElement("span");
    mark.className = name;
    mark.textContent = words;
    mark.style.top = top(line);
    parent.append(mark);
  };

  // One note per line: the first fault; the list beside has them all.
  const mark = () => {
    gutter.replaceChildren(numbers);
    notes.replaceChildren();
    const seen = new Set();
    document.querySelectorAll("#problems [data-line]").forEach((item) => {
      const line = Number(item.dataset.line);
      if (seen.has(line)) return;
      seen.add(line);
      place(gutter, "line-mark", line, item.dataset.line);
      place(notes, "line-note", line, item.querySelector("[data-message]").textContent);
    });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto]");
    if (!link) return;
    event.preventDefault();
    const line = Number(link.dataset.goto);
    const start = text.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const end = text.value.indexOf("\n", start);
    text.focus();
    text.setSelectionRange(start, end < 0 ? text.value.length : end);
    text.scrollTop = Math.max(0, (line - 6) * height);
  });

  let isChanged = false;
  text.addEventListener("scroll", follow);
  form.addEventListener("input", () => (isChanged = true));
  text.addEventListener("input", count);
  form.addEventListener("submit", () => (isChanged = false));
  addEventListener("beforeunload", (event) => isChanged && event.preventDefault());
  document.addEventListener("htmx:afterSettle", mark);
  count();
  mark();
})();

// A form that saves itself: what did not arrive is said so, stays in the form, and is sent again until it has.
(() => {
  const saver = document.querySelector("[data-autosave]");
  if (!saver) return;
  const form = saver.closest("form");
  const status = saver.querySelector(saver.getAttribute("hx-target"));
  const notices = [...saver.querySelectorAll("[data-autosave-failed]")];
  const pause = 5000;
  let timer = null;

  const tell = (failure) => {
    status.hidden = Boolean(failure);
    notices.forEach((notice) => (notice.hidden = notice.dataset.autosaveFailed !== failure));
    clearTimeout(timer);
    timer = failure ? setTimeout(again, pause) : null;
  };
  const again = () => timer && htmx.trigger(saver, "again");
  const isOurs = (event) => event.detail.elt === saver;

  // A sign-in in another tab changes the token: the form sends, and keeps, the one that holds now.
  saver.addEventListener("htmx:configRequest", (event) => {
    const field = form.elements.csrfmiddlewaretoken;
    const token = document.cookie.match(/(?:^|; )pocgate_csrf=([^;]+)/);
    if (token) event.detail.parameters[field.name] = field.value = token[1];
  });
  saver.addEventListener("htmx:sendError", (event) => isOurs(event) && tell("offline"));
  saver.addEventListener("htmx:timeout", (event) => isOurs(event) && tell("offline"));
  saver.addEventListener("htmx:responseError", (event) => isOurs(event) && tell("refused"));
  // Whoever was signed out is answered by another page, which has no place in this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, serverResponse, xhr } = event.detail;
    if (requestConfig.elt !== saver || xhr.status >= 404) return;
    const isAnswer = serverResponse.includes('name="version"');
    if (!isAnswer) event.detail.shouldSwap = false;
    tell(isAnswer ? null : "refused");
  });
  addEventListener("online", again);
  addEventListener("beforeunload", (event) => timer && event.preventDefault());
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    timer = null;
  });
})();

// Starts Swagger UI on the page's [data-api-docs] element; unsafe calls in a session carry the CSRF token.
(() => {
  "use strict";

  const page = document.querySelector("[data-api-docs]");
  if (!page || !window.SwaggerUIBundle) {
    return;
  }

  const csrfToken = () => {
    const start = `${page.dataset.csrfCookie}=`;
    const cookie = document.cookie.split("; ").find((part) => part.startsWith(start));
    return cookie ? decodeURIComponent(cookie.slice(start.length)) : "";
  };

  window.SwaggerUIBundle({
    url: page.dataset.schemaUrl,
    domNode: page,
    deepLinking: true,
    validatorUrl: null,
    requestInterceptor: (request) => {
      const token = csrfToken();
      if (token && request.method !== "GET") {
        request.headers["X-CSRFToken"] = token;
      }
      return request;
    },
  });
})();

/** What pages have and Deno has not. */
interface Form {
  method: string;
  action: string;
  submit(): void;
}
declare const document: {
  createElement(name: "form"): Form;
  readonly documentElement: { append(form: Form): void };
};

/** Remembers, as long as this tab is open, to which login it was sent. */
const SENT = "trellis.login";

/** Whether this is a page, and no other program. */
export function isWebPage(): boolean {
  return "document" in globalThis;
}

/** Where this page is. */
export function hereAddress(): string {
  return location.href;
}

/** Whether this tab was sent to a login. */
export function isSentTab(login: string): boolean {
  return sessionStorage.getItem(SENT) === login;
}

/** Notes to which login this tab is sent; undefined: to none. */
export function markSentTab(login: string | undefined): void {
  if (login === undefined) sessionStorage.removeItem(SENT);
  else sessionStorage.setItem(SENT, login);
}

/**
 * Leaves this page for another one, by a form: with it the browser says which page that was. Resolves only
 * where the person has gone back and the browser shows this page as it was, or where a policy forbids it.
 */
export function sendBrowser(url: string): Promise<"came_back" | "forbidden"> {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  document.documentElement.append(form);
  return new Promise((resolve) => {
    addEventListener("pageshow", () => resolve("came_back"), { once: true });
    addEventListener("securitypolicyviolation", (event) => {
      if (Reflect.get(event, "effectiveDirective") === "form-action") resolve("forbidden");
    });
    form.submit();
  });
}

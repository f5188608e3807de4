/** An error with the name that NATS' library gives it, by which it is recognised. */
export class LinkError extends Error {
  /** @param name that of the library's class */
  constructor(name: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}

/** The server does not let this connection use a subject. */
export class PermissionError extends LinkError {
  /** What was tried. */
  readonly operation: "publish" | "subscription";
  readonly subject: string;
  readonly queue: string | undefined;

  /** @param text what the server has said */
  constructor(text: string) {
    super("PermissionViolationError", text);
    const [, operation, subject = ""] = /(Publish|Subscription) to "(\S+)"/i.exec(text) ?? [];
    this.operation = operation?.toLowerCase() === "subscription" ? "subscription" : "publish";
    this.subject = subject;
    this.queue = /using queue "(\S+)"/.exec(text)?.[1];
  }
}

/** What a server has said after `-ERR`. */
export function serverError(text: string): LinkError {
  if (/permissions violation/i.test(text)) return new PermissionError(text);
  if (/user authentication expired/i.test(text)) {
    return new LinkError("UserAuthenticationExpiredError", text);
  }
  return /authorization violation|account authentication expired|authentication timeout/i.test(text)
    ? new LinkError("AuthorizationError", text)
    : new LinkError("ProtocolError", text);
}

/** True when the server wants to know nothing more of this connection. */
export function endsConnection({ name }: LinkError): boolean {
  return name === "AuthorizationError" || name === "UserAuthenticationExpiredError";
}

/** What an operation is about, for messages. */
export interface OperationContext {
  /** What it is done to, as `bucket svc_orders_orders` or `store uploads`. */
  readonly resource: string;
  /** What is done, as `reading`. */
  readonly doing: string;
  /** The key that it is done to. */
  readonly key?: string;
}

/** The context of an operation on one key. */
export interface KeyOperation extends OperationContext {
  /** The key that it is done to. */
  readonly key: string;
  /** What causes it, as `rpc:<request id>`; stored with what it changes. */
  readonly cause?: string | undefined;
}

/** A message that says what happened and where; `what` follows the place and a colon. */
export function messageIn({ resource, doing, key }: OperationContext, what: string): string {
  const where = key === undefined ? resource : `${quoted(key)} in ${resource}`;
  return `${doing} ${where}: ${what}`;
}

/** A text for a message: short, and with nothing in it that a terminal would obey. */
export function quoted(text: string): string {
  const characters = [...text.slice(0, 120)];
  return JSON.stringify(characters.length > 60 ? `${characters.slice(0, 57).join("")}...` : text);
}

/** What callers of one key have asked for, and what they were told. */

/** What one caller did to a key. Each value is written by one operation alone. */
export type KeyAction =
  | { readonly kind: "create"; readonly value: string }
  | { readonly kind: "put"; readonly value: string }
  /** Writes if the key holds `expected`. */
  | { readonly kind: "update"; readonly expected: string; readonly value: string }
  /** Deletes if the key holds `expected`. */
  | { readonly kind: "delete"; readonly expected: string }
  /** Saw a value; undefined: none. */
  | { readonly kind: "read"; readonly value: string | undefined };

/** One operation on a key, with its times by one clock. */
export interface KeyOperation {
  readonly key: string;
  readonly action: KeyAction;
  readonly began: number;
  /** When its caller was told. */
  readonly ended: number;
  /** Reads are done. Of a write whose caller was told neither, it is open whether it has happened, and when. */
  readonly outcome: "done" | "refused" | "unknown";
  /** By what a caller knows that it was refused, or does not know it. */
  readonly told?: string;
}

/** The value that an operation leaves in its key; undefined: none. */
export function valueAfter(action: KeyAction): string | undefined {
  return action.kind === "delete" ? undefined : action.value;
}

/** True when the operation can happen to a key that holds this. */
export function fits(action: KeyAction, current: string | undefined): boolean {
  switch (action.kind) {
    case "create":
      return current === undefined;
    case "put":
      return true;
    case "update":
    case "delete":
      return current === action.expected;
    case "read":
      return current === action.value;
  }
}

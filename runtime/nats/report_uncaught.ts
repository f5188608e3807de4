/** Reports an error of code that nobody waits for, as the runtime reports uncaught ones. */
export function reportUncaught(cause: unknown): void {
  if (typeof reportError === "function") reportError(cause);
  // Node has no `reportError`.
  else {queueMicrotask(() => {
      throw cause;
    });}
}

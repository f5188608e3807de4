/** Says with an error which trace, or which request, has ended with it; a field of the error's own stays. */
export function tellTrace<E extends Error>(error: E, trace: string): E {
  const known = Object.getOwnPropertyDescriptor(error, "trace");
  // It is no data of the error, so it is shown with it only when somebody asks.
  if (known?.enumerable !== true) {
    Object.defineProperty(error, "trace", { value: trace, configurable: true });
  }
  return error;
}

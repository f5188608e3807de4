/**
 * Lets a worker say that the code in it ends it, which Deno does without a word.
 *
 * @param report is given what the code does, and the stack that shows where; called before it ends
 */
export function reportExit(report: (what: string, stack: string) => void): void {
  // The exit of Node's process ends in Deno's own, too.
  before(Deno, "exit", (code) => `ends its process with exit code ${code ?? 0}`);
  before(globalThis, "close", () => "closes its worker");

  function before(owner: object, name: string, say: (argument: unknown) => string): void {
    const original: unknown = Reflect.get(owner, name);
    if (typeof original !== "function") return;
    const reported = (...values: unknown[]) => {
      report(say(values[0]), String(new Error().stack));
      return Reflect.apply(original, owner, values);
    };
    Object.defineProperty(owner, name, { value: reported, configurable: true, writable: true });
  }
}

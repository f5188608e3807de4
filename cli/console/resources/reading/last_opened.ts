import { ok, type Result } from "../../../../contracts/result.ts";
import type { Visitor } from "../../visitor.ts";

/**
 * What each visitor has opened last of one kind: a bucket that was listed knows its keys, and only follows
 * what has changed since, so that the next page comes at once. Of others nothing is kept, because the keys
 * of a large bucket take memory.
 */
export class LastOpened<Opened> {
  readonly #last = new WeakMap<Visitor["messaging"], { readonly name: string; opened: Opened }>();

  /** Opens something, unless it is what was opened last. */
  async open<Failure extends Error>(
    { messaging }: Pick<Visitor, "messaging">,
    name: string,
    open: () => Promise<Result<Opened, Failure>>,
  ): Promise<Result<Opened, Failure>> {
    const last = this.#last.get(messaging);
    if (last?.name === name) return ok(last.opened);
    const opened = await open();
    if (opened.isOk()) this.#last.set(messaging, { name, opened: opened.value });
    return opened;
  }
}

import { setTimeout as delay } from "node:timers/promises";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { HistoryLine } from "../../../reconcile/audit/merged_history.ts";
import { readHistory } from "../../../reconcile/audit/read_history.ts";
import { type HistoryMark, historyMark } from "../../../reconcile/nats/audit/history_mark.ts";
import { openAccess } from "../../../reconcile/nats/open_access.ts";
import { auditToRead } from "../../../reconcile/nats/open_audit.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { Connected } from "../../program/connect_command.ts";

/** Milliseconds between two looks at whether anything has happened. */
const LOOK_MS = 500;

/** Reads all, or of the audit history what is behind a place. */
type ReadHistory = (after?: number) => Promise<Result<readonly HistoryLine[], AuthorityError>>;

/** Decisions, grants and the audit history as one list. What was read once is not read again. */
export class History {
  readonly #read: ReadHistory;
  readonly #look: () => ReturnType<typeof historyMark>;
  readonly #known = new Set<string>();
  #lines: readonly HistoryLine[] = [];
  #mark: HistoryMark | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(read: ReadHistory, look: () => ReturnType<typeof historyMark>) {
    this.#read = read;
    this.#look = look;
  }

  /** The histories of a server. */
  static async open(
    { authority, messaging: { connection } }: Pick<Connected, "authority" | "messaging">,
  ): Promise<Result<History, AuthorityError>> {
    const access = (await openAccess(connection, authority)).take();
    if (isErr(access)) return access;
    const audit = await auditToRead(connection);
    return ok(
      new History(
        (after) => readHistory(authority, access.store, audit, after),
        () => historyMark(connection),
      ),
    );
  }

  /** All that has happened until now, oldest first; the same list as long as nothing has. */
  async read(): Promise<Result<readonly HistoryLine[], AuthorityError>> {
    return (await this.#inTurn(() => this.#readMore())).map(() => this.#lines);
  }

  /** What happens after the last reading, until aborted. While the server does not answer, it waits. */
  async *follow(
    { signal, onAway }: { readonly signal: AbortSignal; readonly onAway?: () => void },
  ): AsyncGenerator<readonly HistoryLine[]> {
    let isAway = false;
    for (;;) {
      await delay(LOOK_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const lines = (await this.#inTurn(() => this.#readMore())).take();
      if (isErr(lines)) {
        if (!isAway) onAway?.();
        isAway = true;
        continue;
      }
      isAway = false;
      if (lines.length > 0) yield lines;
    }
  }

  /** Several may ask at once. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Reads what is new, and answers it. */
  async #readMore(): Promise<Result<readonly HistoryLine[], AuthorityError>> {
    // Looked at before: what happens meanwhile is read twice, and not left out.
    const mark = (await this.#look()).take();
    if (isErr(mark)) return mark;
    if (mark.all === this.#mark?.all) return ok([]);
    const read = (await this.#read(this.#mark?.audit)).take();
    if (isErr(read)) return read;
    this.#mark = mark;
    const fresh = read.filter((line) => !this.#known.has(JSON.stringify(line)));
    if (fresh.length === 0) return ok([]);
    for (const line of fresh) this.#known.add(JSON.stringify(line));
    this.#lines = [...this.#lines, ...fresh]
      .sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
    return ok(fresh);
  }
}

/** What has happened, in one file that several processes append to: its order is the order in which it happened. */

/** One thing that has happened. */
export interface Entry {
  readonly what:
    /** A caller was told that it is stored, or will never be. */
    | "accepted"
    | "refused"
    /** A handler has begun, is in its step, has it behind itself, has ended. */
    | "begin"
    | "effect"
    | "kept"
    | "end"
    /** A caller was told the output. */
    | "answered"
    /** A process is no more: what it has begun it does not end. */
    | "dead";
  readonly queue: string;
  readonly id: string;
  /** The process. */
  readonly pid: number;
}

/** The ledger as one process writes it. What was written outlives the process. */
export class Ledger {
  readonly #file: Deno.FsFile;

  /** Opens or makes it. */
  constructor(path: string) {
    this.#file = Deno.openSync(path, { append: true, create: true });
  }

  /** Appends one line by one write, so that no line is cut by another. */
  write({ what, queue, id, pid = Deno.pid }: Omit<Entry, "pid"> & Partial<Pick<Entry, "pid">>) {
    this.#file.writeSync(new TextEncoder().encode(`${what} ${queue} ${id} ${pid}\n`));
  }
}

/** Reads what was written so far. */
export function readLedger(path: string): Entry[] {
  const entries: Entry[] = [];
  for (const line of Deno.readTextFileSync(path).split("\n")) {
    const [what, queue, id, pid, ...more] = line.split(" ");
    // The last line may be cut.
    if (!what || !queue || !id || !pid || more.length > 0) continue;
    entries.push({ what: what as Entry["what"], queue, id, pid: Number(pid) });
  }
  return entries;
}

/** Reads a log stream to its end and keeps the last lines, so that nothing blocks or grows. */
export class LogTail {
  /** Settled when the stream has ended. Never rejects. */
  readonly ended: Promise<void>;
  readonly #keep: number;
  #lines: string[] = [];
  #rest = "";

  /** @param keep how many lines at most */
  constructor(stream: ReadableStream<Uint8Array>, keep = 100) {
    this.#keep = keep;
    this.ended = this.#read(stream);
  }

  /** The last lines, oldest first. */
  lines(): readonly string[] {
    return this.#rest === "" ? [...this.#lines] : [...this.#lines, this.#rest];
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of stream) this.#add(decoder.decode(chunk, { stream: true }));
    } catch {
      // A log that breaks off is a log that has ended.
    }
  }

  #add(text: string): void {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = (lines.pop() ?? "").slice(0, MAX_LINE_LENGTH);
    this.#lines.push(...lines.map((line) => line.slice(0, MAX_LINE_LENGTH)));
    this.#lines = this.#lines.slice(-this.#keep);
  }
}

const MAX_LINE_LENGTH = 2000;

/** The lines of a log file from a byte position on; none when it cannot be read. */
export async function readLogFile(path: string, from: number): Promise<string[]> {
  try {
    const text = new TextDecoder().decode((await Deno.readFile(path)).subarray(from));
    return text.split(/\r?\n/).filter((line) => line !== "");
  } catch {
    return [];
  }
}

/** The length of a file in bytes; zero when it is not there. */
export async function fileLength(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch {
    return 0;
  }
}

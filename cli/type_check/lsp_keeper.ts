import { LspSession } from "./lsp_session.ts";
import { within } from "./within.ts";

/** A server that has not opened the project by then is replaced. */
const LONGEST_START_MS = 60_000;
/** This many servers lost in a row, without an answer between them, are the last. */
const MOST_LOSSES = 3;

/** What became of a server. */
export type LspServerNotice =
  /** It has the project open and answers. */
  | { readonly kind: "ready"; readonly pid: number }
  /** It died, hung or refused; another one is on its way. */
  | { readonly kind: "lost"; readonly reason: string }
  /** The same once too often; there will be no other. */
  | { readonly kind: "gave-up"; readonly reason: string };

/** What a {@link LspKeeper} needs. */
export interface LspKeeperOptions {
  /** The project's folder, absolute. */
  readonly projectDir: string;
  /** The Deno executable. */
  readonly denoPath: string;
  /** Told what becomes of the servers. */
  readonly onNotice: (notice: LspServerNotice) => void;
}

/** Keeps one server running for a project, and never more than one. */
export class LspKeeper implements AsyncDisposable {
  readonly #options: LspKeeperOptions;
  readonly #ending = new Set<Promise<void>>();
  #session: LspSession | undefined;
  #isReady = false;
  #closed = false;
  #losses = 0;

  /** Starts nothing yet. */
  constructor(options: LspKeeperOptions) {
    this.#options = options;
  }

  /** The server, when it has the project open. */
  get ready(): LspSession | undefined {
    return this.#isReady ? this.#session : undefined;
  }

  /** Begins to start a server, unless one is there, on its way, or was lost too often. */
  start(files: readonly string[]): void {
    if (this.#session !== undefined || this.#closed || this.#losses >= MOST_LOSSES) return;
    const { projectDir, denoPath } = this.#options;
    let session: LspSession;
    try {
      session = new LspSession({ projectDir, denoPath, lean: this.#losses === 0 });
    } catch (error) {
      this.#losses = MOST_LOSSES;
      this.#options.onNotice({ kind: "gave-up", reason: String(error) });
      return;
    }
    this.#session = session;
    session.ended.then((reason) => this.lose(session, files, reason));
    this.#open(session, files).catch((error) => this.lose(session, files, String(error)));
  }

  /** What was lost before no longer counts: an answer came, or the project is configured anew. */
  forgive(): void {
    this.#losses = 0;
  }

  /** Gives up on a server that failed, if it is still the one, and begins to start another. */
  lose(session: LspSession, files: readonly string[], reason: string): void {
    if (this.#session !== session) return;
    this.retire();
    this.#losses += 1;
    this.#options.onNotice({ kind: this.#losses < MOST_LOSSES ? "lost" : "gave-up", reason });
    this.start(files);
  }

  /** Ends the server, if there is one, without blaming it. */
  retire(): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    this.#isReady = false;
    const ending = session[Symbol.asyncDispose]();
    this.#ending.add(ending);
    ending.finally(() => this.#ending.delete(ending));
  }

  /** Ends everything; nothing starts any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.retire();
    await Promise.all(this.#ending);
  }

  async #open(session: LspSession, files: readonly string[]): Promise<void> {
    const late = Symbol();
    if (await within(LONGEST_START_MS, session.initialize(files), late) === late) {
      throw new Error(`the project was not open within ${LONGEST_START_MS} ms`);
    }
    if (this.#session !== session) return;
    this.#isReady = true;
    this.#options.onNotice({ kind: "ready", pid: session.pid });
  }
}

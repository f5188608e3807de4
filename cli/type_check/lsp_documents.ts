import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import type { LspConnection } from "./lsp_connection.ts";

const LANGUAGES: ReadonlyMap<string, string> = new Map([
  [".ts", "typescript"],
  [".mts", "typescript"],
  [".cts", "typescript"],
  [".tsx", "typescriptreact"],
  [".js", "javascript"],
  [".mjs", "javascript"],
  [".cjs", "javascript"],
  [".jsx", "javascriptreact"],
]);

const FILE_CHANGED = 2;
const FILE_DELETED = 3;
const REACHES_EVERY_FILE = /\bdeclare\s+(global|module)\b/;

/** True for files that the compiler checks, by their name. */
export function isScript(path: string): boolean {
  return LANGUAGES.has(extname(path));
}

/** The name of a file in the protocol. */
export function documentUri(path: string): string {
  return pathToFileURL(path).href;
}

/** What {@link LspDocuments.update} told the server. */
export interface DocumentsUpdate {
  /** Files that were opened, closed or changed. */
  readonly touched: ReadonlySet<string>;
  /** Files that do not import what changed may be affected: global types, a file that came or went. */
  readonly reachesAll: boolean;
}

interface OpenDocument {
  version: number;
  text: string;
}

/**
 * The project's files as the server has them open. The server takes the text of an open file from
 * here and never from disk, so that an answer belongs to exactly the texts that were sent.
 */
export class LspDocuments {
  readonly #connection: LspConnection;
  readonly #open = new Map<string, OpenDocument>();

  /** @param connection the server that is told */
  constructor(connection: LspConnection) {
    this.#connection = connection;
  }

  /** The open files, by absolute path. */
  get paths(): readonly string[] {
    return [...this.#open.keys()];
  }

  /**
   * Makes the server's view that of the disk: `files` are the ones to have open, `changed` the ones
   * to read again, whether they are in `files` or not.
   */
  async update(files: readonly string[], changed: ReadonlySet<string>): Promise<DocumentsUpdate> {
    const wanted = new Set(files);
    const touched = new Set<string>();
    let reachesAll = false;
    const note = (path: string, ...texts: string[]): void => {
      touched.add(path);
      reachesAll ||= /\.d\.[cm]?ts$/.test(path) ||
        texts.some((text) => REACHES_EVERY_FILE.test(text));
    };
    const toRead = files.filter((path) => changed.has(path) || !this.#open.has(path));
    const texts = new Map(
      await Promise.all(toRead.map(async (path) => [path, await readText(path)] as const)),
    );

    for (const [path, { text }] of this.#open) {
      if (wanted.has(path) && texts.get(path) !== null) continue;
      await this.#close(path);
      note(path, text);
      reachesAll = true;
    }
    for (const [path, text] of texts) {
      if (text === null) continue;
      const before = this.#open.get(path)?.text;
      if (text === before) continue;
      this.#put(path, text);
      note(path, text, before ?? "");
      reachesAll ||= before === undefined;
    }
    for (const path of changed) {
      if (wanted.has(path) || touched.has(path)) continue;
      await this.#tellDisk(path);
      note(path);
    }
    return { touched, reachesAll };
  }

  #put(path: string, text: string): void {
    const document = this.#open.get(path);
    const uri = documentUri(path);
    if (document === undefined) {
      this.#open.set(path, { version: 1, text });
      const languageId = LANGUAGES.get(extname(path)) ?? "typescript";
      const textDocument = { uri, languageId, version: 1, text };
      this.#connection.notify("textDocument/didOpen", { textDocument });
      return;
    }
    document.version += 1;
    document.text = text;
    this.#connection.notify("textDocument/didChange", {
      textDocument: { uri, version: document.version },
      contentChanges: [{ text }],
    });
  }

  async #close(path: string): Promise<void> {
    this.#open.delete(path);
    this.#connection.notify("textDocument/didClose", { textDocument: { uri: documentUri(path) } });
    await this.#tellDisk(path);
  }

  async #tellDisk(path: string): Promise<void> {
    const type = await exists(path) ? FILE_CHANGED : FILE_DELETED;
    const changes = [{ uri: documentUri(path), type }];
    this.#connection.notify("workspace/didChangeWatchedFiles", { changes });
  }
}

/** The text, or null for a file that is not there. */
async function readText(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

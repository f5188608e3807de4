import { basename, dirname, join } from "node:path";

/** Milliseconds without a further event after which a change is complete. */
const QUIET_MS = 15;
/** Milliseconds that events which do not end may hold a change back. */
const LONGEST_WAIT_MS = 200;
/** Milliseconds between two looks at every file: no system reports all changes of links and folders. */
const LOOK_MS = 1000;

/** What a {@link FileWatcher} needs. */
export interface FileWatcherOptions {
  /** Files to watch besides those that are followed; asked again at every look. */
  entries(): Iterable<string>;
  /** Folders in which entries may appear. */
  readonly folders: readonly string[];
  /** Is given the files that were written, came or went, once per save. */
  changed(files: ReadonlySet<string>): void;
  /** Is given the reason when the system reports no changes; they are then found within a second. */
  unreported(reason: string): void;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** How the system is asked to report changes; `Deno.watchFs` unless given. */
  readonly watchFs?: typeof Deno.watchFs;
}

/**
 * Finds out which files of a set have changed, wherever they lie: below hidden folders, behind links,
 * in folders that go, come back or are replaced. What the system reports is only the reason to look;
 * what has changed is decided by looking.
 */
export class FileWatcher {
  readonly #options: FileWatcherOptions;
  #followed: ReadonlySet<string> = new Set();
  /** How each file was seen last; undefined when it was not there. */
  #stamps = new Map<string, string | undefined>();
  /** The files by every path under which the system may report them; undefined for their folders. */
  #names: ReadonlyMap<string, string | undefined> = new Map();
  /** The folders that the files lie in. */
  #inner: ReadonlySet<string> = new Set();
  #reported = new Set<string>();
  #watcher: Deno.FsWatcher | undefined;
  #listening: Promise<void> = Promise.resolve();
  /** The folders that the system reports on, and which ones they were. */
  #folders = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wokenAt: number | undefined;
  #failure: string | undefined;

  /** Begins to watch the entries. */
  constructor(options: FileWatcherOptions) {
    this.#options = options;
    const { signal } = options;
    if (signal.aborted) return;
    const looking = setInterval(() => {
      if (this.#differences().size > 0 || this.#folders !== this.#foldersNow().key) this.#wake();
    }, LOOK_MS);
    signal.addEventListener("abort", () => {
      clearInterval(looking);
      clearTimeout(this.#timer);
      this.#close();
    }, { once: true });
    this.follow([]);
  }

  /** Watches these files, by absolute path, from now on; the entries always are. */
  follow(files: Iterable<string>): void {
    if (this.#options.signal.aborted) return;
    this.#followed = new Set(files);
    for (const file of this.#files()) {
      if (!this.#stamps.has(file)) this.#stamps.set(file, stampOf(file));
    }
    this.#watchFolders();
  }

  /** The files that have changed and are not reported yet. */
  get unreported(): readonly string[] {
    return [...this.#reported, ...this.#differences().keys()];
  }

  #files(): ReadonlySet<string> {
    return new Set([...this.#followed, ...this.#options.entries()]);
  }

  #wake(): void {
    const now = performance.now();
    this.#wokenAt ??= now;
    if (this.#timer !== undefined && now - this.#wokenAt > LONGEST_WAIT_MS) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), QUIET_MS);
  }

  #look(): void {
    this.#timer = undefined;
    this.#wokenAt = undefined;
    this.#watchFolders();
    for (const [file, stamp] of this.#differences()) {
      this.#stamps.set(file, stamp);
      this.#reported.add(file);
    }
    const changed = this.#reported;
    this.#reported = new Set();
    if (changed.size > 0) this.#options.changed(changed);
  }

  #differences(): ReadonlyMap<string, string | undefined> {
    const found = new Map<string, string | undefined>();
    for (const file of this.#files()) {
      const stamp = stampOf(file);
      if (stamp !== this.#stamps.get(file)) found.set(file, stamp);
    }
    return found;
  }

  /** The folders that have to be watched for the files, with the links to them resolved. */
  #foldersNow(): { readonly paths: readonly string[]; readonly key: string } {
    const names = new Map<string, string | undefined>();
    const inner = new Set(this.#options.folders);
    const reals = new Map<string, string>();
    for (const file of this.#files()) {
      const real = realPathOf(file, reals);
      names.set(file, file).set(real, file);
      inner.add(dirname(file)).add(dirname(real));
    }
    const found = new Map<string, string>();
    for (const folder of inner) {
      // A folder that comes, goes or is replaced is reported by the one that it lies in.
      let left = 2;
      for (let at = folder; left > 0 && dirname(at) !== at; at = dirname(at)) {
        names.set(at, undefined);
        const identity = found.get(at) ?? identityOf(at);
        if (identity === undefined) continue;
        found.set(at, identity);
        left -= 1;
      }
    }
    this.#names = names;
    this.#inner = inner;
    const key = [...found].map((entry) => entry.join("\0")).sort().join("\0");
    return { paths: [...found.keys()], key };
  }

  #watchFolders(): void {
    const { paths, key } = this.#foldersNow();
    if (key === this.#folders) return;
    this.#folders = key;
    // Deno watches what was there first under a path until the watcher before has ended.
    this.#close();
    this.#listening = this.#listening.then(() => this.#listen(paths, key));
  }

  async #listen(folders: readonly string[], key: string): Promise<void> {
    const { watchFs = Deno.watchFs, signal } = this.#options;
    if (key !== this.#folders || signal.aborted) return;
    try {
      // One watcher for all: the number of watchers is limited more than that of folders.
      this.#watcher = watchFs([...folders], { recursive: false });
    } catch (error) {
      return this.#fail(error);
    }
    // What was written into a new folder before that is watched is seen by looking.
    this.#wake();
    for await (const { kind, paths } of this.#watcher) {
      if (kind === "access") continue;
      for (const file of paths.flatMap((path) => this.#names.get(path) ?? [])) {
        this.#reported.add(file);
      }
      // Other files are written beside those that count: a log, say.
      const counts = (path: string) =>
        this.#names.has(path) || (kind !== "modify" && this.#inner.has(dirname(path)));
      if (paths.length === 0 || paths.some(counts)) this.#wake();
    }
  }

  #close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #fail(error: unknown): void {
    // A folder that has gone meanwhile is seen at the next look.
    if (error instanceof Deno.errors.NotFound) return void (this.#folders = "");
    const reason = error instanceof Error ? error.message : String(error);
    if (reason !== this.#failure) this.#options.unreported(reason);
    this.#failure = reason;
  }
}

/** Changes whenever a file is written or replaced; undefined when there is none. */
function stampOf(file: string): string | undefined {
  const info = attempt(() => Deno.statSync(file));
  if (info === undefined) return undefined;
  const { dev, ino, size, mtime, ctime } = info;
  return [dev, ino, size, mtime?.getTime(), ctime?.getTime()].join(" ");
}

/** Which folder a path leads to; undefined when it leads to none. */
function identityOf(folder: string): string | undefined {
  const info = attempt(() => Deno.statSync(folder));
  return info?.isDirectory ? `${info.dev} ${info.ino}` : undefined;
}

/** Where a file really lies; `folders` remembers it of the folders. */
function realPathOf(file: string, folders: Map<string, string>): string {
  if (attempt(() => Deno.lstatSync(file))?.isSymlink) {
    return attempt(() => Deno.realPathSync(file)) ?? file;
  }
  const folder = dirname(file);
  const real = folders.get(folder) ?? attempt(() => Deno.realPathSync(folder)) ?? folder;
  folders.set(folder, real);
  return join(real, basename(file));
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

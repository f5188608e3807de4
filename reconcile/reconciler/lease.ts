/** A stored text with what is needed to write it again. */
export interface LeaseEntry {
  readonly text: string;
  readonly revision: number;
  /** Milliseconds since it was written, by the server's clock, which is asked; undefined where it does not say. */
  readonly ageMs: () => Promise<number | undefined>;
}

/** Keeps leases and the signs of life of those who hold them. */
export interface LeaseStore {
  /** What is stored, or undefined. */
  read(key: string): Promise<LeaseEntry | undefined>;
  /** Writes if the key still has the revision, 0: if there is none; `false`: another process was faster. */
  write(key: string, text: string, revision: number | undefined): Promise<boolean>;
  /** Removes what is stored. */
  remove(key: string): Promise<void>;
}

/** Who may hold a lease. */
export interface LeaseHolder {
  /** Unique for each process. */
  readonly id: string;
  /** For people: who runs it, and where. */
  readonly name: string;
}

/** Whether one holds a lease, and who does. */
export interface Held {
  readonly mine: boolean;
  readonly holder: LeaseHolder;
}

/** How a lease lives. */
export interface LeaseOptions {
  /** Milliseconds without a sign of life after which a holder counts as dead. */
  readonly lifeMs: number;
  /** Milliseconds by a clock that only goes forward. */
  readonly clock: () => number;
}

/**
 * Says which of several processes looks after a deployment, so that they do not do the same work
 * twice. Nothing that must be right may depend on it: for a moment two may think that they hold it.
 *
 * A lease names its holder, and each holder gives one sign of life for all its leases. Whether a holder
 * lives is judged by the server's clock alone, or by how long its sign has not changed here.
 */
export class Lease {
  readonly #store: LeaseStore;
  readonly #self: LeaseHolder;
  readonly #options: LeaseOptions;
  /** Signs of life of others: the revision that was seen, and since when. */
  readonly #seen = new Map<string, { revision: number; since: number }>();

  /** @param self who asks for leases */
  constructor(store: LeaseStore, self: LeaseHolder, options: LeaseOptions) {
    this.#store = store;
    this.#self = self;
    this.#options = options;
  }

  /** Takes the lease of something if no live process holds it. */
  async take(name: string): Promise<Held> {
    const key = `lease.${name}`;
    for (;;) {
      const entry = await this.#store.read(key);
      const holder = entry && parseHolder(entry.text);
      if (holder?.id === this.#self.id) return { mine: true, holder };
      if (holder !== undefined && await this.#lives(holder)) return { mine: false, holder };
      if (await this.#store.write(key, JSON.stringify(this.#self), entry?.revision ?? 0)) {
        return { mine: true, holder: this.#self };
      }
    }
  }

  /** Who holds the lease of something, alive or not; undefined: no process. */
  async holder(name: string): Promise<LeaseHolder | undefined> {
    const entry = await this.#store.read(`lease.${name}`);
    return entry && parseHolder(entry.text);
  }

  /** Gives a sign of life; three in a lifetime are enough. */
  async renew(): Promise<void> {
    await this.#store.write(lifeKey(this.#self), JSON.stringify(this.#self), undefined);
  }

  /** Gives all leases back. */
  async release(): Promise<void> {
    await this.#store.remove(lifeKey(this.#self));
  }

  async #lives(holder: LeaseHolder): Promise<boolean> {
    const sign = await this.#store.read(lifeKey(holder));
    if (sign === undefined) return false;
    const now = this.#options.clock();
    const seen = this.#seen.get(holder.id);
    if (seen?.revision !== sign.revision) {
      this.#seen.set(holder.id, { revision: sign.revision, since: now });
    }
    const here = seen?.revision === sign.revision ? now - seen.since : 0;
    return Math.max(await sign.ageMs() ?? 0, here) <= this.#options.lifeMs;
  }
}

function lifeKey({ id }: LeaseHolder): string {
  return `holder.${id}`;
}

function parseHolder(text: string): LeaseHolder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const ok = typeof value === "object" && value !== null && "id" in value && "name" in value &&
      typeof value.id === "string" && typeof value.name === "string";
    return ok ? { id: String(value.id), name: String(value.name) } : undefined;
  } catch {
    return undefined;
  }
}

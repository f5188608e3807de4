import { createHash, randomBytes } from "node:crypto";
import type { PassingRecord, PassingRecords } from "../../reconcile/users/passing_records.ts";
import type { UserRecord } from "../../reconcile/users/user_record.ts";
import { isSameSecret } from "../pages/same_secret.ts";
import {
  type Carrying,
  type Decision,
  isCarriedOut,
  type LoginRecord,
  type Outcome,
  proofOf,
  readLoginRecord,
  type SignedIn,
  withoutCarrying,
  withoutVisit,
  withVisit,
} from "./login_record.ts";
import type { LoginRequest } from "./login_request.ts";
import type { PortalSecret } from "./portal_secret.ts";

/** A link is valid this long. */
const LINK_MS = 10 * 60_000;
const CHALLENGE_MS = 60_000;
/** Milliseconds that two processes may differ in what the time of the server is. */
const CLOCKS_MS = 10_000;
/** Links of one address at once, so that nobody takes the places of all others. */
const MOST_EACH = 50;
/** The share of all room that new links leave to those that are under way. */
const MOST_USED = 0.75;
/** Milliseconds that a process may take to carry out a decision; then another one may. */
const CARRYING_MS = 20_000;
/** Without letters and digits that look alike: 28. */
const CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789";
const TAG_LENGTH = 8;

/** What became of a login, as whoever waits for it is told. */
export type LoginState = "waiting" | Outcome["kind"];

/** A login that somebody asks for. */
export interface Login {
  /** Whoever knows it has the link. */
  readonly id: string;
  /** Shown by the device and by the page, so that a person sees that both mean the same. */
  readonly code: string;
  readonly request: LoginRequest;
  /** Where it was asked from. */
  readonly address: string;
  /** For the browser in which a page has begun it. */
  readonly ticket: string;
  /** When the link ends; milliseconds since 1970. */
  readonly until: number;
  readonly state: LoginState;
  /** Who has signed in on its page; the ticket is in their browser. */
  readonly person?: SignedIn | undefined;
  /** What their decision has led to. */
  readonly outcome?: Outcome | undefined;
}

/** How a decision is carried out. */
export interface CarryOut {
  readonly verb: Carrying["verb"];
  /**
   * @param decidedAt the same however often it is carried out, as after a process that was ended
   */
  run(login: Login, decidedAt: number): Promise<Decision>;
  /** Whether an approval that was interrupted has let the key in; asked before something else is decided. */
  isBound(login: Login, decidedAt: number): Promise<boolean>;
}

/** What logins are kept with. */
export interface LoginsParts {
  readonly records: PassingRecords;
  readonly secret: PortalSecret;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The logins that wait. All portals of one Trellis share them, so that any of them takes the next step. What
 * opens one is kept as a hash, or nowhere; challenges are kept nowhere.
 */
export class Logins {
  readonly #parts: LoginsParts;

  /** @param parts the same records and the same secret in each process */
  constructor(parts: LoginsParts) {
    this.#parts = parts;
  }

  /** A challenge to sign, for an address. Nothing is kept of it. */
  challenge(address: string): string {
    const { secret, now } = this.#parts;
    const tag = secret.token("address", address).slice(0, TAG_LENGTH);
    const given = `${tag}${randomBytes(16).toString("hex")}${now().toString(36)}`;
    return `${given}.${secret.token("challenge", given)}`;
  }

  /** Whether a challenge was given, and is not too old. It is used up by {@link add}. */
  isChallenge(challenge: string): boolean {
    const { secret, now } = this.#parts;
    const [given = "", proof] = challenge.split(".");
    if (!isSameSecret(proof, secret.token("challenge", given))) return false;
    const age = now() - parseInt(given.slice(TAG_LENGTH + 32), 36);
    return age > -CLOCKS_MS && age < CHALLENGE_MS;
  }

  /**
   * Makes the link of a login, once for each challenge. `used`: there is one of this challenge; `too_many`
   * wait.
   */
  async add(
    challenge: string,
    request: LoginRequest,
    address: string,
  ): Promise<Login | "used" | "too_many"> {
    const { records, secret, now } = this.#parts;
    const tag = challenge.slice(0, TAG_LENGTH);
    const { count, used } = (await records.room(`login.${tag}`)).orThrow();
    if (count >= MOST_EACH || used >= MOST_USED) return "too_many";
    const id = tag + secret.token("link", challenge);
    const record: LoginRecord = {
      format: "trellis.login.v1",
      request,
      address,
      until: now() + LINK_MS,
    };
    const written = (await records.write(keyOf(id), JSON.stringify(record), undefined)).orThrow();
    if (written === "full") return "too_many";
    return written === "outdated" ? "used" : this.#loginOf(id, record);
  }

  /** The login of a link; undefined when the link is unknown or has expired. */
  async get(id: string): Promise<Login | undefined> {
    const stored = await this.#read(id);
    return stored && this.#loginOf(id, stored.login);
  }

  /**
   * Notes who has signed in on the page of a login, and answers what their browser shows from then on;
   * undefined where somebody decides, or has decided, already.
   */
  async signIn({ id }: Login, user: UserRecord): Promise<string | undefined> {
    const ticket = randomBytes(24).toString("base64url");
    const person = { id: user.id, name: user.name, proof: proofOf(user), ticket: hashOf(ticket) };
    const isNoted = await this.#change(
      id,
      (login) =>
        login.outcome !== undefined || isCarriedOut(login, this.#parts.now())
          ? undefined
          : { ...login, person },
    );
    return isNoted ? ticket : undefined;
  }

  /** Notes that a browser goes to a provider to prove who somebody is; false where the link has ended. */
  async visit(id: string, state: string): Promise<boolean> {
    return await this.#change(id, (login) => withVisit(login, hashOf(state)));
  }

  /** Whether a browser comes back that went, for the first time. */
  async comesBack(id: string, state: string): Promise<boolean> {
    return await this.#change(id, (login) => withoutVisit(login, hashOf(state)));
  }

  /**
   * Carries out a decision once, however often it is sent and to whom; one that failed may be made again.
   * Undefined where the link has ended.
   */
  async decide(id: string, { verb, run, isBound }: CarryOut): Promise<Decision | undefined> {
    const { now } = this.#parts;
    for (;;) {
      const stored = await this.#settled(id);
      if (stored === undefined) return undefined;
      const { login, revision } = stored;
      if (login.outcome !== undefined) return login.outcome;
      const left = login.carrying;
      const decidedAt = left?.verb === "approve" ? left.decidedAt : now();
      const carrying = {
        verb: left?.verb === "approve" ? left.verb : verb,
        by: randomBytes(12).toString("base64url"),
        decidedAt,
        until: now() + CARRYING_MS,
      };
      if (!await this.#write(id, { ...login, carrying }, revision)) continue;
      let decision: Decision | undefined;
      try {
        const view = this.#loginOf(id, login);
        const isLeftBound = left?.verb === "approve" && verb !== "approve" &&
          await isBound(view, decidedAt);
        decision = isLeftBound ? { kind: "bound" } : await run(view, decidedAt);
        return decision;
      } finally {
        const outcome = decision?.kind === "failed" ? undefined : decision;
        await this.#change(id, (login) => withoutCarrying(login, carrying.by, outcome));
      }
    }
  }

  /** A login when nobody carries out a decision about it any more. */
  async settled(id: string): Promise<Login | undefined> {
    const stored = await this.#settled(id);
    return stored && this.#loginOf(id, stored.login);
  }

  async #settled(id: string): Promise<Stored | undefined> {
    for (;;) {
      const stored = await this.#read(id);
      const { records, now } = this.#parts;
      if (stored === undefined || !isCarriedOut(stored.login, now())) return stored;
      const { login: { carrying }, revision } = stored;
      const left = (carrying?.until ?? 0) - now();
      (await records.changed(keyOf(id), revision, Math.max(1, left))).orThrow();
    }
  }

  async #read(id: string): Promise<Stored | undefined> {
    const { records, now } = this.#parts;
    const record = isId(id) ? (await records.read(keyOf(id))).orThrow() : undefined;
    if (record === undefined) return undefined;
    const login = readLoginRecord(record.text).orThrow();
    return login.until > now() ? { login, revision: record.revision } : undefined;
  }

  async #write(
    id: string,
    login: LoginRecord,
    revision: PassingRecord["revision"] | undefined,
  ): Promise<boolean> {
    const text = JSON.stringify(login);
    return (await this.#parts.records.write(keyOf(id), text, revision)).orThrow() === "written";
  }

  /** Changes a login, unless `change` answers undefined; whether it did. */
  async #change(
    id: string,
    change: (login: LoginRecord) => LoginRecord | undefined,
  ): Promise<boolean> {
    for (;;) {
      const stored = await this.#read(id);
      const changed = stored && change(stored.login);
      if (changed === undefined) return false;
      if (await this.#write(id, changed, stored?.revision)) return true;
    }
  }

  #loginOf(id: string, { request, address, until, person, outcome }: LoginRecord): Login {
    const { secret } = this.#parts;
    const state = outcome?.kind ?? "waiting";
    const ticket = secret.token("page", id);
    const code = codeOf(secret.derive("code", id));
    return { id, code, ticket, request, address, until, state, person, outcome };
  }
}

interface Stored {
  readonly login: LoginRecord;
  readonly revision: number;
}

/** Whether a browser shows the ticket of somebody. */
export function hasTicket({ ticket }: SignedIn, given: string): boolean {
  return isSameSecret(hashOf(given), ticket);
}

/**
 * Where a login goes on in a browser. A page sends its own browser there by a form, and not by a link: so
 * the browser says which page that was, and a link that is passed on leads nowhere.
 */
export function pathOf({ id, request: { page } }: Login): string {
  return page?.returnTo === undefined ? `/login/${id}` : `/begin/${id}`;
}

function isId(id: string): boolean {
  return /^[A-Za-z0-9_-]{51}$/.test(id);
}

/** Logins of one address stand together. */
function keyOf(id: string): string {
  return `login.${id.slice(0, TAG_LENGTH)}.${hashOf(id)}`;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function codeOf(bytes: Uint8Array): string {
  const letters = Array.from(bytes.subarray(0, 8), (byte) => CODE_LETTERS[byte % 28]);
  return `${letters.slice(0, 4).join("")}-${letters.slice(4).join("")}`;
}

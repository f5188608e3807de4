import type { Msg, NatsConnection } from "@nats-io/nats-core";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { isRecord } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { toTransportError } from "../../nats/library_error.ts";

/** A connection that is open at this moment. */
export interface LiveSession {
  /** The name that it was admitted under. */
  readonly name: string;
  /** The server that has it. */
  readonly serverId: string;
  /** Its number at that server. */
  readonly connectionId: number;
  /** What the client calls itself. */
  readonly client: string;
  /** Address that it comes from. */
  readonly host: string;
  /** When it was opened, as `2026-01-31T12:00:00Z`. */
  readonly since: string;
}

/** Connections of one server, and whether it may have more. */
interface Page {
  readonly serverId: string;
  /** By the server's clock. */
  readonly at: string;
  readonly sessions: readonly LiveSession[];
  readonly isFull: boolean;
}

/** What a server can be told to do with a connection: close it, or ask the client to move. */
type Verb = "KICK" | "LDM";

const DOING = { KICK: "closing connections", LDM: "asking clients to connect anew" } as const;

/** Connections that a server names at once. */
const PAGE = 256;
/** Looks at all servers until nothing more is found to close. */
const MAX_ROUNDS = 100;
/** Milliseconds that one server may take to answer. */
const ANSWER_MS = 2000;
/** Milliseconds after which a server that has said nothing is not waited for, once another has answered. */
const STALL_MS = 300;

/**
 * Finds and closes the connections of a session, on all servers of a cluster: revoking closes what is open.
 * Sessions go by the name that they were admitted under, see `Admission.name`; so no two principals may have
 * the same.
 *
 * A client whose admission was on its way during {@link close} comes in after it. So whoever revokes writes
 * the revocation first, closes, and closes once more when the server waits for no earlier answer: after
 * two seconds.
 */
export class LiveSessions {
  readonly #sys: NatsConnection;

  /** @param sys a connection to the system account */
  constructor(sys: NatsConnection) {
    this.#sys = sys;
  }

  /** All open connections, or those of one name. Errors: those of a request. */
  async find(name?: string): Promise<Result<readonly LiveSession[], TransportError>> {
    try {
      const found: LiveSession[] = [];
      for await (const first of this.#pages(name)) {
        let page: Page | undefined = first;
        for (let offset = PAGE; page !== undefined; offset += PAGE) {
          found.push(...page.sessions);
          page = page.isFull ? await this.#nextPage(name, page.serverId, offset) : undefined;
        }
      }
      return ok(found);
    } catch (cause) {
      return err(
        toTransportError(
          cause,
          `listing ${name === undefined ? "all connections" : `the connections of ${name}`}`,
        ),
      );
    }
  }

  /** Closes all open connections of a name, and says how many there were. Errors: those of a request. */
  async close(name: string): Promise<Result<number, TransportError>> {
    let closed = 0;
    try {
      for (let round = 0, more = true; more && round < MAX_ROUNDS; round++) {
        more = false;
        for await (const { sessions, isFull } of this.#pages(name)) {
          const kicked = await Promise.all(sessions.map((session) => this.#tell("KICK", session)));
          closed += kicked.filter((wasThere) => wasThere).length;
          more ||= isFull;
        }
      }
      return ok(closed);
    } catch (cause) {
      return err(toTransportError(cause, `closing the connections of ${name}`));
    }
  }

  /**
   * Closes the open connections whose name is meant, and says by the clock of each server when that was.
   * Errors: those of a request.
   *
   * @param opened closes only those that were opened until then
   */
  closeAll(
    isMeant: (name: string) => boolean | Promise<boolean>,
    opened?: ReadonlyMap<string, string>,
  ): Promise<Result<ReadonlyMap<string, string>, TransportError>> {
    return this.#tellAll("KICK", isMeant, opened);
  }

  /**
   * Asks the clients whose name is meant to connect anew and leave the connection that they have; nothing is
   * closed. Otherwise as {@link closeAll}.
   */
  moveAll(
    isMeant: (name: string) => boolean | Promise<boolean>,
    opened?: ReadonlyMap<string, string>,
  ): Promise<Result<ReadonlyMap<string, string>, TransportError>> {
    return this.#tellAll("LDM", isMeant, opened);
  }

  async #tellAll(
    verb: Verb,
    isMeant: (name: string) => boolean | Promise<boolean>,
    opened: ReadonlyMap<string, string> | undefined,
  ): Promise<Result<ReadonlyMap<string, string>, TransportError>> {
    const times = new Map<string, string>();
    try {
      for await (const first of this.#pages(undefined)) {
        const { serverId } = first;
        times.set(serverId, first.at);
        const meant: LiveSession[] = [];
        let page: Page | undefined = first;
        for (let offset = PAGE; page !== undefined; offset += PAGE) {
          const found = page.sessions.filter(({ since }) => isUntil(since, opened, serverId));
          const areMeant = await Promise.all(found.map(({ name }) => isMeant(name)));
          meant.push(...found.filter((_, i) => areMeant[i]));
          page = page.isFull ? await this.#nextPage(undefined, serverId, offset) : undefined;
        }
        await Promise.all(meant.map((session) => this.#tell(verb, session)));
      }
      return ok(times);
    } catch (cause) {
      return err(toTransportError(cause, DOING[verb]));
    }
  }

  /** Closes one connection; false when it was gone. Errors: those of a request. */
  async closeOne(session: LiveSession): Promise<Result<boolean, TransportError>> {
    try {
      return ok(await this.#tell("KICK", session));
    } catch (cause) {
      return err(toTransportError(cause, `closing connection ${session.connectionId}`));
    }
  }

  /** The first page of every server, each as soon as it comes. */
  async *#pages(name: string | undefined): AsyncGenerator<Page> {
    const answers = await this.#sys.requestMany(
      "$SYS.REQ.SERVER.PING.CONNZ",
      question(name, 0),
      { strategy: "stall", maxWait: ANSWER_MS, stall: STALL_MS },
    );
    for await (const answer of answers) yield pageOf(answer);
  }

  async #nextPage(name: string | undefined, serverId: string, offset: number): Promise<Page> {
    const subject = `$SYS.REQ.SERVER.${serverId}.CONNZ`;
    return pageOf(
      await this.#sys.request(subject, question(name, offset), { timeout: ANSWER_MS }),
    );
  }

  async #tell(verb: Verb, { serverId, connectionId }: LiveSession): Promise<boolean> {
    const subject = `$SYS.REQ.SERVER.${serverId}.${verb}`;
    const answer: unknown =
      (await this.#sys.request(subject, JSON.stringify({ cid: connectionId }), {
        timeout: ANSWER_MS,
      })).json();
    // The only complaint is that there is no such connection.
    return isRecord(answer) && answer.error === undefined;
  }
}

/** Of one name, or of all. */
function question(user: string | undefined, offset: number): string {
  return JSON.stringify({ user, auth: true, offset, limit: PAGE });
}

function isUntil(
  since: string,
  opened: ReadonlyMap<string, string> | undefined,
  serverId: string,
): boolean {
  const until = opened?.get(serverId);
  // Of a server that had not answered before everything counts.
  return until === undefined || !(Date.parse(since) > Date.parse(until));
}

function pageOf(message: Msg): Page {
  const answer: unknown = message.json();
  const data = isRecord(answer) && isRecord(answer.data) ? answer.data : {};
  const serverId = text(data.server_id);
  const connections: readonly unknown[] = Array.isArray(data.connections) ? data.connections : [];
  const sessions = connections.filter(isRecord).map((connection) => ({
    serverId,
    name: text(connection.authorized_user),
    connectionId: typeof connection.cid === "number" ? connection.cid : 0,
    client: text(connection.name),
    host: text(connection.ip),
    since: text(connection.start),
  }));
  return { serverId, at: text(data.now), sessions, isFull: connections.length >= PAGE };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

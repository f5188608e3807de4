import type { NatsConnection } from "@nats-io/nats-core";
import type { KeyPair } from "../../../../contracts/identity/key_pair.ts";
import { isRecord } from "../../../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../../../contracts/result.ts";
import type { TransportError } from "../../../../contracts/errors/transport_error.ts";
import { openConnection } from "../../../../runtime/nats/connection.ts";
import { type ClusterServer, clusterServers } from "./cluster_servers.ts";
import { domainNameOf } from "../../../../runtime/nats/link/js_domain.ts";
import { toTransportError } from "../../../../runtime/nats/library_error.ts";
import type { KeyMaterial } from "../../../nats_server/security/key_material.ts";

/** How the callout behaves. */
export type CalloutFact =
  /** It lets the admin in. */
  | "admits"
  /** It answers, and refuses the admin. */
  | "refuses"
  /** Nobody answers. */
  | "silent";

/** What can be seen of a server from outside, with the keys of the deployment. */
export interface ServerFacts {
  /** A client that proves nothing got in. */
  readonly letsInAnybody: boolean;
  /** The account that each key got into; undefined where the key was refused. */
  readonly accounts: {
    readonly platform: string | undefined;
    readonly callouts: readonly (string | undefined)[];
    readonly sys: string | undefined;
  };
  /** A message of the platform reached an account that it must not reach. */
  readonly leaks: boolean;
  /** Why JetStream cannot be used by the platform; undefined when it can. */
  readonly jetstreamProblem: string | undefined;
  readonly callout: CalloutFact;
  /** The domain of the JetStream that keeps the data, where it has one. */
  readonly domain: string | undefined;
  /** All, also those on the other side of leaf nodes; empty when the system account could not be asked. */
  readonly servers: readonly ClusterServer[];
}

/** A callout that answers at all does so before the server gives up, after two seconds. */
const SILENT_MS = 1500;
const ANSWER_MS = 2000;

/** Looks at a server with the keys of its deployment. Errors: it cannot be reached. */
export async function gatherServerFacts(
  servers: string,
  keys: KeyMaterial,
): Promise<Result<ServerFacts, TransportError>> {
  await using logins = new Logins(servers);
  // At once, because each refusal takes two seconds where nobody answers the server.
  const [open, platform, sys, ...callouts] = await Promise.all([
    isOpen(servers),
    logins.open(keys.platform),
    logins.open(keys.sys),
    ...keys.callouts.map((key) => logins.open(key)),
  ]);
  const letsInAnybody = open.take();
  if (isErr(letsInAnybody)) return letsInAnybody;
  const answerers = callouts.find((one) => one !== undefined);
  return ok({
    letsInAnybody,
    accounts: {
      platform: await accountOf(platform),
      callouts: await Promise.all(callouts.map(accountOf)),
      sys: await accountOf(sys),
    },
    leaks: platform !== undefined && await reaches(platform, [...callouts, sys]),
    jetstreamProblem: await jetstreamProblem(platform),
    callout: await calloutFact(answerers, logins, keys.admin),
    domain: platform && domainNameOf(platform),
    servers: sys === undefined ? [] : await clusterServers(sys),
  });
}

/** Connections that are closed together. */
class Logins implements AsyncDisposable {
  readonly #servers: string;
  readonly #opened: NatsConnection[] = [];

  constructor(servers: string) {
    this.#servers = servers;
  }

  /** Undefined when the server does not let the key in. */
  async open(key: KeyPair): Promise<NatsConnection | undefined> {
    const opened = await openConnection({ servers: this.#servers, name: "trellis check", key });
    if (opened.isErr()) return undefined;
    this.#opened.push(opened.value);
    return opened.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#opened.map((connection) => connection.close()));
  }
}

async function isOpen(servers: string): Promise<Result<boolean, TransportError>> {
  const opened = await openConnection({ servers, name: "trellis check" });
  if (opened.isErr()) {
    const { error } = opened;
    return error.code === "trellis.connection.unauthorized" ? ok(false) : err(error);
  }
  await opened.value.close();
  return ok(true);
}

async function accountOf(connection: NatsConnection | undefined): Promise<string | undefined> {
  const answer = await ask(connection, "$SYS.REQ.USER.INFO");
  const data = isRecord(answer) ? answer.data : undefined;
  return isRecord(data) && typeof data.account === "string" ? data.account : undefined;
}

async function reaches(
  from: NatsConnection,
  others: readonly (NatsConnection | undefined)[],
): Promise<boolean> {
  const subject = `trellis.check.${crypto.randomUUID()}`;
  let reached = false;
  for (const other of others) {
    other?.subscribe(subject, {
      callback: () => {
        reached = true;
      },
    });
  }
  const flushed = () => Promise.all(others.map((other) => other?.flush()));
  await flushed();
  from.publish(subject);
  await from.flush();
  await flushed();
  return reached;
}

async function jetstreamProblem(
  platform: NatsConnection | undefined,
): Promise<string | undefined> {
  if (platform === undefined) return "the platform's key does not get in";
  const answer = await ask(platform, "$JS.API.INFO");
  if (!isRecord(answer)) return "it does not answer";
  const { error } = answer;
  if (error === undefined) return undefined;
  const reason = isRecord(error) ? error.description : undefined;
  return typeof reason === "string" ? reason : "it answers with an error";
}

async function calloutFact(
  answerers: NatsConnection | undefined,
  logins: Logins,
  admin: KeyPair,
): Promise<CalloutFact> {
  // What is empty is no request, and is not answered: but it is known at once when nobody listens.
  if (answerers !== undefined && await isUnheard(answerers, "$SYS.REQ.USER.AUTH")) return "silent";
  const begin = performance.now();
  // Whoever is unknown comes in as well, and may only ask what it may do.
  const opened = await logins.open(admin);
  if (opened !== undefined) return await accountOf(opened) === undefined ? "refuses" : "admits";
  return performance.now() - begin < SILENT_MS ? "refuses" : "silent";
}

async function isUnheard(connection: NatsConnection, subject: string): Promise<boolean> {
  try {
    await connection.request(subject, "", { timeout: 100 });
    return false;
  } catch (cause) {
    return toTransportError(cause, subject).code === "trellis.rpc.unavailable";
  }
}

/** What a server answers; undefined when it does not. */
async function ask(connection: NatsConnection | undefined, subject: string): Promise<unknown> {
  try {
    return (await connection?.request(subject, "", { timeout: ANSWER_MS }))?.json();
  } catch {
    return undefined;
  }
}

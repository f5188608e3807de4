import { type Principal, sessionOf } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import { openPeople } from "../../cli/platform/people.ts";
import { serviceSession } from "../../cli/platform/service_sessions.ts";
import { SessionRecords } from "../../cli/platform/sessions/session_records.ts";
import type { Presentation } from "../../reconcile/authority/authority.ts";
import { inParallel } from "../../reconcile/authority/in_parallel.ts";
import { openAccess } from "../../reconcile/nats/open_access.ts";
import { openAudit } from "../../reconcile/nats/open_audit.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import { freeHasher } from "../../tests/support/platform/secured_trellis.ts";
import type { SecuredServer } from "../../tests/support/secured_server.ts";
import { fleetContracts, TEAM_SIZE } from "./fleet_contracts.ts";

/** How much there is. */
export interface FleetSize {
  readonly deployments: number;
  readonly sessions: number;
  readonly users: number;
}

/** What of all that is used to measure. */
export interface FilledFleet {
  /** A service, and the secret of one of its sessions. */
  readonly service: { readonly deployment: string; readonly seed: string };
  /** An app, and the secret of the session of one of its users. */
  readonly app: { readonly contract: Presentation; readonly seed: string };
  /** Sessions of instances, which nobody uses. */
  readonly idle: readonly string[];
  /** The secrets of all sessions. */
  readonly seeds: readonly string[];
}

/** Stores may grow as large as they say, so their server must have as much to give, though nothing is in them. */
export const ROOM = "jetstream { max_file_store: 1000000000000000 }";

/** Writes under way at once. */
const IN_FLIGHT = 8;
const BY = "bench";

/** Writes the records of a whole fleet, by the functions by which Trellis writes them, and makes its streams. */
export async function fillFleet(
  server: SecuredServer,
  { deployments, sessions, users }: FleetSize,
  say: (text: string) => void,
): Promise<FilledFleet> {
  const connection = await server.platform();
  const { platform: signer } = server.keys;
  const authority = (await openAuthority(connection, { signer })).orThrow();
  const audit = (await openAudit(connection, signer)).orThrow();
  const people = await openPeople(connection, audit, { hasher: freeHasher, now: Date.now });
  const access = (await openAccess(connection, authority, signer)).orThrow();

  say(`${users} users`);
  const group = { kind: "group", id: "everybody" } as const;
  const change = { action: "add", by: BY } as const;
  (await access.change({ ...change, holder: group, names: ["fleet::use"] })).orThrow();
  const userIds = await inParallel([...Array(users).keys()], IN_FLIGHT, async (at) => {
    const { id } = (await people.users.add({ name: `user-${at}` }, BY)).orThrow();
    const holder = { kind: "user", id } as const;
    (await access.change({ ...change, holder, names: ["group:everybody"] })).orThrow();
    return id;
  });

  say(`${deployments} deployments`);
  const contracts = [...fleetContracts(Math.ceil(deployments / TEAM_SIZE))];
  const presented = await authority.present(contracts, { mode: "dev", by: BY });
  for (const result of presented) result.orThrow();
  let made = 0;
  await inParallel(contracts, IN_FLIGHT, async ({ manifest }) => {
    const { materialized } = (await authority.reconcile(contractName(manifest.id))).orThrow();
    const [problem] = materialized?.problems ?? [];
    if (problem !== undefined) throw new Error(`${manifest.id}: ${problem.message}`);
    if (++made % 500 === 0) say(`${made} of ${deployments} deployments`);
  });

  const store = await NatsSessionStore.open(connection);
  const records = new SessionRecords({ store, audit });
  const open = async (at: number) => {
    const key = KeyPair.generate("user");
    const contract = contracts[at % contracts.length]!;
    const user = userIds[at % userIds.length]!;
    const record = sessionFor(contract, key.publicKey, user, at);
    (await records.open(record, BY)).orThrow();
    if (at % 5000 === 0) say(`${at} of ${sessions} sessions`);
    return { contract, key };
  };
  const opened = await inParallel([...Array(sessions).keys()], IN_FLIGHT, open);
  await connection.close();
  const ofKind = (kind: string) => opened.filter(({ contract }) => contract.manifest.kind === kind);
  const [service, ...idle] = ofKind("service");
  const [app] = ofKind("app");
  return {
    service: { deployment: contractName(service!.contract.manifest.id), seed: service!.key.seed },
    app: { contract: app!.contract, seed: app!.key.seed },
    idle: idle.slice(0, 100).map(({ key }) => sessionOf(key.publicKey)),
    seeds: opened.map(({ key }) => key.seed),
  };
}

/** An instance of a service, somebody who runs an app, or an agent that acts for somebody. */
function sessionFor(
  { manifest: { id, kind }, digest }: Presentation,
  publicKey: string,
  user: string,
  at: number,
): SessionRecord {
  const createdAt = new Date().toISOString();
  if (kind === "service") return serviceSession(contractName(id), publicKey, createdAt);
  const principal: Principal = kind === "agent"
    ? { kind: "agent", id: `teller-${at}` }
    : { kind: "user", id: user };
  const contract = { id, digest };
  const record = {
    format: "trellis.session.v1",
    publicKey,
    principal,
    contract,
    createdAt,
  } as const;
  return kind === "agent" ? { ...record, actsFor: user } : record;
}

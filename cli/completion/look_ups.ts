import type { LookUp, ValueRequest } from "../command_line/value_type.ts";
import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import type { SurfaceNeed } from "../../reconcile/needs/need_types.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { holderText } from "../../reconcile/access/holder.ts";
import { askServer } from "./ask_server.ts";

/** Names of deployments. */
export const deployments: LookUp = (request) =>
  fromRecords(request, (records) => records.map(({ deployment }) => deployment));

/** The plan of a deployment that waits for a decision. */
export const planIds: LookUp = (request) =>
  fromRecord(request, ({ pending }) => pending === undefined ? [] : [pending.planId]);

/** Names of RPCs that a deployment serves. */
export const rpcNames: LookUp = (request) => surfaceNames("rpc", request);

/** Names of operations that a deployment does. */
export const operationNames: LookUp = (request) => surfaceNames("operations", request);

/** Names of feeds that a deployment serves. */
export const feedNames: LookUp = (request) => surfaceNames("feeds", request);

/** Names of operations that take files. */
export const sendNames: LookUp = (request) => transferNames("send", request);

/** Names of RPCs and operations that give files. */
export const receiveNames: LookUp = (request) => transferNames("receive", request);

function surfaceNames(section: string, request: ValueRequest): Promise<readonly string[]> {
  return namesOf(request, ({ kind }) => kind === section);
}

function transferNames(
  direction: "send" | "receive",
  request: ValueRequest,
): Promise<readonly string[]> {
  return namesOf(request, ({ transfer }) => transfer?.direction === direction);
}

function namesOf(
  request: ValueRequest,
  isMeant: (surface: SurfaceNeed) => boolean,
): Promise<readonly string[]> {
  return fromRecords(
    request,
    (records) =>
      records.flatMap(({ desired }) =>
        Object.values(desired?.needs.surfaces ?? {}).filter(isMeant).map(({ name }) => name)
      ),
  );
}

/** Aliases of the KV resources of a deployment. */
export const kvAliases: LookUp = (request) =>
  fromRecord(request, ({ materialized }) => Object.keys(materialized?.bindings.kv ?? {}));

/** Aliases of the stores of a deployment. */
export const storeAliases: LookUp = (request) =>
  fromRecord(request, ({ materialized }) => Object.keys(materialized?.bindings.store ?? {}));

/** Aliases of the projections of a deployment. */
export const projectionAliases: LookUp = (request) =>
  fromRecord(request, ({ materialized }) => Object.keys(materialized?.bindings.projections ?? {}));

/** Names of users. */
export const userNames: LookUp = (request) =>
  askServer(request, async ({ messaging }) => {
    const [{ isSecured }, { NatsUserStore }] = await Promise.all([
      import("../../runtime/nats/connection.ts"),
      import("../../reconcile/nats/users/nats_user_store.ts"),
    ]);
    // One that lets in everybody has no users, and must not get a place for them.
    if (!isSecured(messaging.connection)) return [];
    const store = await NatsUserStore.open(messaging.connection);
    const users = store.isOk() ? await store.value.loadAll() : undefined;
    return users?.isOk() ? users.value.found.map(({ name }) => name) : [];
  });

/** Who was granted something, and all users. */
export const holders: LookUp = async (request) => {
  const granted = await askServer(request, async ({ messaging, authority }) => {
    const { openAccess } = await import("../../reconcile/nats/open_access.ts");
    const access = await openAccess(messaging.connection, authority);
    const known = access.isOk() ? await access.value.list() : undefined;
    return known?.isOk() ? known.value.map(({ holder }) => holderText(holder)) : [];
  });
  return [...granted, ...await persons(request)];
};

/** Capabilities that accepted contracts declare, and groups. */
export const capabilities: LookUp = async (request) => {
  const declared = await fromRecords(
    request,
    (records) => records.flatMap(({ desired }) => Object.keys(desired?.needs.capabilities ?? {})),
  );
  return [...declared, ...(await holders(request)).filter((name) => name.startsWith("group:"))];
};

/** Codes of changes. */
export const changeCodes: LookUp = async () =>
  (await import("../../reconcile/changes/catalogue.ts")).changeCodes;

/** Sessions, the principals that have some, and all users. */
export const sessionTargets: LookUp = async (request) => {
  const [records, { sessionOf }, { principalText }] = await Promise.all([
    sessionRecords(request),
    import("../../contracts/identity/caller.ts"),
    import("../../contracts/identity/principal_text.ts"),
  ]);
  const principals = new Set(records.map(({ principal }) => principalText(principal)));
  const sessions = records.map(({ publicKey }) => sessionOf(publicKey));
  return [...principals, ...sessions, ...await persons(request)];
};

/** Devices that were provisioned and not revoked. */
export const deviceNames: LookUp = (request) => runnerNames("device", request);

/** Agents that were given a key and not revoked. */
export const agentNames: LookUp = (request) => runnerNames("agent", request);

/** Ids of contracts that devices may run. */
export const deviceContracts: LookUp = (request) => contractsOf("device", request);

/** Ids of contracts that agents may run. */
export const agentContracts: LookUp = (request) => contractsOf("agent", request);

async function runnerNames(
  kind: "device" | "agent",
  request: ValueRequest,
): Promise<readonly string[]> {
  return (await sessionRecords(request))
    .filter(({ principal, revokedAt }) => principal.kind === kind && revokedAt === undefined)
    .map(({ principal }) => principal.id);
}

function contractsOf(
  kind: "device" | "agent",
  request: ValueRequest,
): Promise<readonly string[]> {
  return fromRecords(
    request,
    (records) =>
      records.flatMap(({ desired }) =>
        desired?.needs.kind === kind ? [desired.needs.contract] : []
      ),
  );
}

function sessionRecords(request: ValueRequest): Promise<readonly SessionRecord[]> {
  return askServer(request, async ({ messaging }) => {
    const [{ isSecured }, { NatsSessionStore }] = await Promise.all([
      import("../../runtime/nats/connection.ts"),
      import("../../runtime/platform/nats/nats_session_store.ts"),
    ]);
    // One that lets in everybody has no sessions, and must not get a place for them.
    if (!isSecured(messaging.connection)) return [];
    return await (await NatsSessionStore.open(messaging.connection)).list();
  });
}

async function persons(request: ValueRequest): Promise<readonly string[]> {
  return (await userNames(request)).map((name) => `user:${name}`);
}

function fromRecord(
  request: ValueRequest,
  values: (record: AuthorityRecord) => readonly string[],
): Promise<readonly string[]> {
  const { deployment, service } = request.given;
  return fromRecords(
    request,
    (records) =>
      records.filter((record) => record.deployment === (deployment ?? service)).flatMap(values),
  );
}

function fromRecords(
  request: ValueRequest,
  values: (records: readonly AuthorityRecord[]) => readonly string[],
): Promise<readonly string[]> {
  return askServer(request, async ({ authority }) => {
    const records = await authority.list();
    return records.isOk() ? values(records.value) : [];
  });
}

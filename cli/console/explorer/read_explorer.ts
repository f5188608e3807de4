import { principalText } from "../../../contracts/identity/principal_text.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import { isSecured } from "../../../runtime/nats/connection.ts";
import { NatsSessionStore } from "../../../runtime/platform/nats/nats_session_store.ts";
import { type ServedRpc, servedRpcs } from "../../calls/served_rpc.ts";
import { acceptedContracts } from "../../platform/accepted_contracts.ts";
import { userNames } from "../../program/named_users.ts";
import type { Visitor } from "../visitor.ts";
import type { ExplorerGroup } from "./explorer_page.tsx";
import type { Candidates } from "./rpc_page.tsx";

/** Principals that are offered; others can be typed. */
const MOST_PRINCIPALS = 200;
/** Sessions that are read to offer devices and agents, on each page of an RPC. */
const MOST_SESSIONS = 256;

/** What is accepted of everything that serves RPCs. */
export async function readGroups(
  { authority }: Pick<Visitor, "authority">,
): Promise<Result<readonly ExplorerGroup[], AuthorityError>> {
  return (await authority.list()).map(groupsOf);
}

/** RPCs by what serves them, that of Trellis itself last. */
export function groupsOf(records: readonly AuthorityRecord[]): readonly ExplorerGroup[] {
  const byContract = Map.groupBy(
    servedRpcs(acceptedContracts(records)),
    ({ contract }) => contract,
  );
  const groups = records.flatMap(({ deployment, desired }): readonly ExplorerGroup[] => {
    const rpcs = desired === undefined ? [] : byContract.get(desired.needs.contract) ?? [];
    if (desired !== undefined) byContract.delete(desired.needs.contract);
    return rpcs.length === 0 ? [] : [{ deployment, title: deployment, rpcs }];
  });
  const own: readonly ServedRpc[] = [...byContract.values()].flat();
  return [...groups, { title: "Trellis itself", rpcs: own }];
}

/** As whom a call can be made; undefined where everybody is let in and nobody is checked. */
export async function readCandidates(
  { messaging: { connection } }: Pick<Visitor, "messaging">,
  records: readonly AuthorityRecord[],
): Promise<Result<Candidates | undefined, AuthorityError>> {
  if (!isSecured(connection)) return ok(undefined);
  const [names, sessions] = await Promise.all([
    userNames(connection),
    NatsSessionStore.open(connection).then((store) => store.list(MOST_SESSIONS)),
  ]);
  const users = names.take();
  if (isErr(users)) return users;
  const others = sessions.filter(({ principal: { kind }, revokedAt }) =>
    (kind === "device" || kind === "agent") && revokedAt === undefined
  ).map(({ principal }) => principalText(principal));
  const needs = records.flatMap(({ desired }) => desired === undefined ? [] : [desired.needs]);
  const services = records.filter(({ desired }) => desired?.needs.kind === "service")
    .map(({ deployment }) => `service:${deployment}`);
  const people = [...users.values()].map((name) => `user:${name}`);
  const principals = [...new Set([...people.sort(), ...others.sort(), ...services.sort()])];
  return ok({
    principals: principals.slice(0, MOST_PRINCIPALS),
    contracts: needs.filter(({ kind }) => kind !== "service").map(({ contract }) => contract)
      .sort(),
  });
}

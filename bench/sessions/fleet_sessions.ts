import { sessionOf } from "../../contracts/identity/caller.ts";
import { compilePermissions } from "../../reconcile/grants/compile_permissions.ts";
import { RUNNER_OF } from "../../contracts/identity/contract_runner.ts";
import { acceptedContracts } from "../../cli/platform/accepted_contracts.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { openPlatform } from "../../tests/support/platform/secured_trellis.ts";
import { SecuredServer } from "../../tests/support/secured_server.ts";
import { memoryOf } from "../console/process_cost.ts";
import { fillFleet, ROOM } from "../control/fill_fleet.ts";
import type { Effort } from "../measure/measurement.ts";
import { alone, type Row } from "../measure/row.ts";
import { ContenderProcess } from "../rpc/contender_process.ts";

/** Seeds that are told at once. */
const PART = 500;

/**
 * What the sessions of many contracts cost: the memory of both processes for each that is connected, and the time in
 * which the permissions of all contracts are compiled.
 */
export async function fleetSessions({ quick, say }: Effort): Promise<readonly Row[]> {
  const [deployments, sessions] = quick ? [50, 1000] : [200, 10_000];
  await using server = await SecuredServer.start({ configText: ROOM });
  const { seeds } = await fillFleet(server, { deployments, sessions, users: 100 }, say);
  const { messaging, authority, platform, failures } = await openPlatform(server);
  await using opened = new AsyncDisposableStack();
  opened.defer(() => messaging.close());
  opened.use(platform);
  const holder = opened.use(
    await ContenderProcess.start("../sessions/holder_process.ts", server.url),
  );
  const connect = async (seeds: readonly string[]) => {
    for (let at = 0; at < seeds.length; at += PART) {
      say(`${at} of ${sessions} sessions are connected`);
      await holder.ask({ seeds: seeds.slice(at, at + PART) }, "held");
    }
  };
  const memory = async () => ({ nats: await memoryOf(server.pid), own: await memoryOf(Deno.pid) });
  // What the first of them needs is needed once.
  const first = seeds.slice(0, sessions / 10);
  await connect(first);
  const before = await memory();
  await connect(seeds.slice(first.length));
  const after = await memory();
  if (failures.length > 0) throw failures[0];
  const each = (mib: number) => mib * 1024 / (sessions - first.length);
  const records = (await authority.list()).orThrow();
  return [
    alone({ name: "memory of a session, nats-server", unit: "kB" }, [
      each(after.nats - before.nats),
    ]),
    alone({ name: "memory of a session, Trellis", unit: "kB" }, [each(after.own - before.own)]),
    alone({ name: `permissions of ${records.length} contracts`, unit: "ms" }, compiled(records)),
  ];
}

/** Times in which the permissions of all are compiled, one after the other. */
function compiled(records: readonly AuthorityRecord[]): readonly number[] {
  const used = acceptedContracts(records);
  const session = sessionOf("U".padEnd(56, "A"));
  const capabilities = ["fleet::use"];
  const asked = records.flatMap(({ deployment, desired, materialized }) => {
    if (desired === undefined) return [];
    const { needs } = desired;
    const caller = { principal: { kind: RUNNER_OF[needs.kind], id: deployment }, session };
    const bindings = materialized?.bindings;
    return [{ caller, needs, used, capabilities, ...(bindings === undefined ? {} : { bindings }) }];
  });
  return Array.from({ length: 10 }, () => {
    const started = performance.now();
    for (const one of asked) compilePermissions(one);
    return performance.now() - started;
  });
}

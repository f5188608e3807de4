import type { Contract } from "../../contracts/define/contract.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import { indexBucket } from "../../contracts/stored/store_names.ts";
import { bindContract, type BoundResources } from "./bind_contract.ts";
import type { TypedKV } from "../kv/typed_kv.ts";
import { inboxPrefix } from "../nats/connection.ts";
import { checkWritable } from "../kv/nats/check_writable.ts";
import { openKvBucket, typedKV } from "../kv/nats/open_typed_kv.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { ProjectedKV } from "../projections/projected_kv.ts";
import { projectionView } from "../projections/projection_view.ts";
import { openObjectStore, openTypedStore, typedStore } from "../store/nats/open_typed_store.ts";
import type { Participant } from "../session/connect_participant.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { recordedBucket, recordedObjects } from "./recorded/recorded_data.ts";
import type { HealthProbe } from "./health.ts";
import { transactionBuckets } from "../transact/nats/transaction_buckets.ts";
import type { TransactionBucket } from "../transact/open_transact.ts";
import { StoreHandle } from "../store/store_handle.ts";

/** The resources of a connected service, by alias. */
export interface OpenedResources {
  /** KV stores, which are open. */
  readonly kv: ReadonlyMap<string, TypedKV<unknown> | ProjectedKV<unknown>>;
  /** Blob stores, to be opened. */
  readonly store: ReadonlyMap<string, StoreHandle>;
  /** What its groups and projections consume events with. */
  readonly events: BoundResources["events"];
  /** Buckets that take transactions. */
  readonly transactions: ReadonlyMap<string, TransactionBucket>;
  /** Checks that each of them is there and takes writes, as `kv/orders`. */
  readonly probes: ReadonlyMap<string, HealthProbe>;
}

/** Opens what a contract declares, where the bindings of its deployment say. */
export async function openResources(
  contract: Contract,
  deployment: string,
  { messaging, telemetry }: Pick<Participant, "messaging" | "telemetry">,
  bindings: Bindings | undefined,
): Promise<Result<OpenedResources, TransportError>> {
  const bound = bindContract(contract, deployment, bindings);
  if (bound.isErr()) return err(bound.error);
  const kv = await openBuckets(contract, deployment, messaging, bound.value, telemetry);
  if (kv.isErr()) return err(kv.error);
  const store = storeHandles(messaging, bound.value.store, telemetry);
  const { events } = bound.value;
  return ok({
    kv: kv.value,
    store,
    events,
    transactions: transactionBuckets(contract, messaging, events),
    probes: writeProbes(messaging, bound.value),
  });
}

async function openBuckets(
  contract: Contract,
  deployment: string,
  messaging: NatsMessaging,
  { kv: bindings, events }: BoundResources,
  telemetry: Telemetry | undefined,
): Promise<Result<OpenedResources["kv"], TransportError>> {
  const { schemas = {}, resources } = contract.manifest;
  const opened = await Promise.all(
    [...bindings].map(async ([alias, binding]) => {
      const reference = resources?.kv?.[alias]?.schema.schema ?? "";
      const { line: connection } = messaging;
      const embedded = schemas[reference];
      const schema = typeof embedded === "object" ? embedded : {};
      const prefix = inboxPrefix(messaging.session);
      const options = { connection, inboxPrefix: prefix, binding, alias, schema };
      const bucket = await openKvBucket(options);
      const opened = bucket.map((bucket) =>
        typedKV(telemetry ? recordedBucket(bucket, alias, telemetry) : bucket, options)
      );
      return [alias, opened] as const;
    }),
  );
  const kv = new Map<string, TypedKV<unknown> | ProjectedKV<unknown>>();
  for (const [alias, result] of opened) {
    const projection = events.projections?.[alias];
    if (result.isOk() && projection !== undefined) {
      kv.set(alias, new ProjectedKV(alias, projectionView(result.value, messaging, projection)));
    } else if (result.isOk()) kv.set(alias, result.value);
    else if (result.isErr() && resources?.kv?.[alias]?.required !== false) {
      return err(
        new TransportError({
          message: `the KV resource "${alias}" of ${deployment} cannot be opened: ` +
            result.error.message,
          code: "trellis.bind.failed",
          hint: "reconcile it",
          command: ["svc", deployment, "authority", "reconcile"],
          cause: result.error,
        }),
      );
    }
  }
  return ok(kv);
}

/** Nothing is asked of the server before a handle is opened. */
function storeHandles(
  { line: connection, session }: NatsMessaging,
  bindings: BoundResources["store"],
  telemetry: Telemetry | undefined,
): OpenedResources["store"] {
  const stores = new Map<string, StoreHandle>();
  for (const [alias, binding] of bindings) {
    const options = { connection, inboxPrefix: inboxPrefix(session), binding, alias };
    const open = async () =>
      (await openObjectStore(options)).map((store) =>
        typedStore(telemetry ? recordedObjects(store, alias, telemetry) : store, options)
      );
    stores.set(alias, new StoreHandle(alias, open));
  }
  return stores;
}

/** Reading is not enough: a full disk answers it. */
function writeProbes(
  { line: connection, session }: NatsMessaging,
  bound: BoundResources,
): OpenedResources["probes"] {
  const probes = new Map<string, HealthProbe>();
  const options = { connection, inboxPrefix: inboxPrefix(session) };
  for (const [alias, { bucket }] of bound.kv) {
    probes.set(`kv/${alias}`, async () => {
      (await checkWritable({ ...options, bucket })).orThrow();
      return true;
    });
  }
  for (const [alias, binding] of bound.store) {
    probes.set(`store/${alias}`, async () => {
      (await openTypedStore({ ...options, binding, alias })).orThrow();
      (await checkWritable({ ...options, bucket: indexBucket(binding.name) })).orThrow();
      return true;
    });
  }
  return probes;
}

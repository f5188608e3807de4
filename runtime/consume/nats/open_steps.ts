import { err, type Result } from "../../../contracts/result.ts";
import { KVError } from "../../kv/kv_error.ts";
import { openTypedKV } from "../../kv/nats/open_typed_kv.ts";
import type { TypedKV } from "../../kv/typed_kv.ts";
import { inboxPrefix } from "../../nats/connection.ts";
import type { NatsMessaging } from "../../rpc/nats/nats_messaging.ts";
import type { OpenSteps } from "../steps.ts";

/** Opens the bucket at first use, and again when that failed. */
export function stepsOpener(messaging: NatsMessaging, bucket: string | undefined): OpenSteps {
  let opened: Promise<Result<TypedKV<unknown>, KVError>> | undefined;
  const open = async (): Promise<Result<TypedKV<unknown>, KVError>> => {
    if (bucket === undefined) {
      const message = "this deployment has no bucket for steps; reconcile it";
      return err(new KVError({ reason: "bucket_missing", message }));
    }
    const result = await openTypedKV<unknown>({
      connection: messaging.line,
      inboxPrefix: inboxPrefix(messaging.session),
      binding: { bucket, history: 1, ttlMs: 0 },
      alias: "steps",
      schema: {},
    });
    if (result.isErr()) opened = undefined;
    return result;
  };
  return () => opened ??= open();
}

import type { NatsConnection } from "@nats-io/nats-core";
import { AUTHORITY_BUCKET } from "../../../contracts/stored/authority_records.ts";
import { ok, type Result } from "../../../contracts/result.ts";
import { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import { API_CODE } from "../../../runtime/nats/jetstream/api_code.ts";
import { apiCode } from "../../../runtime/nats/jetstream/library_api_code.ts";
import type { AuthorityError } from "../../records/authority_error.ts";
import { AUDIT_STREAM, HOLDINGS_BUCKET } from "../../../contracts/stored/own_streams.ts";
import { managerOf } from "../buckets/jetstream_failure.ts";
import { attempt } from "../records/stored_message.ts";

const RECORDS = [`KV_${AUTHORITY_BUCKET}`, `KV_${HOLDINGS_BUCKET}`];

/** How far the histories have come. */
export interface HistoryMark {
  /** The place of the last entry of the audit history. */
  readonly audit: number;
  /** Another text as soon as anything is written to one of the histories. */
  readonly all: string;
}

/** Looks how far the histories have come. */
export function historyMark(
  connection: NatsConnection,
): Promise<Result<HistoryMark, AuthorityError>> {
  return attempt(new ConnectionGate(connection), "look at the histories", async () => {
    const { streams } = await managerOf(connection);
    const last = async (name: string) => {
      try {
        return (await streams.info(name)).state.last_seq;
      } catch (error) {
        if (apiCode(error) === API_CODE.streamNotFound) return 0;
        throw error;
      }
    };
    const [audit, ...others] = await Promise.all([last(AUDIT_STREAM), ...RECORDS.map(last)]);
    return ok({ audit, all: [audit, ...others].join(" ") });
  });
}

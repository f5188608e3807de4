import { transferStream } from "../../contracts/stored/transfer_names.ts";
import { inParallel } from "../../reconcile/authority/in_parallel.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import type { Connected } from "../program/connect_command.ts";

/** What is on its way to a service, of the files that callers send. */
export interface TransferFigures {
  readonly deployment: string;
  /** False where only what came before is left. */
  readonly isDeclared: boolean;
  /** Undefined where the server does not say it. */
  readonly coming: ComingFiles | undefined;
}

/** Files whose bytes wait until they are whole. */
export interface ComingFiles {
  /** How many of them there are. */
  readonly files: number;
  /** Bytes that have come of them. */
  readonly bytes: number;
  /** Bytes that there is room for in all. */
  readonly room: number | undefined;
  /** When the first of it came, ISO 8601; undefined where there is nothing. */
  readonly oldestAt: string | undefined;
}

/** As many questions to the server at once. */
const IN_FLIGHT = 16;
/** All questions about one stream take as long at most, in milliseconds. */
const PATIENCE_MS = 5000;

/** Reads what is on its way to the deployments that take files, or took some; by deployment. */
export async function readTransferFigures(
  records: readonly AuthorityRecord[],
  { line, session }: Connected["messaging"],
): Promise<readonly TransferFigures[]> {
  const requests = JetStreamRequests.of(line, inboxPrefix(session));
  const rows = records.flatMap(({ deployment, materialized }) => {
    const stream = transferStream(deployment);
    const isDeclared = materialized?.bindings.transfer !== undefined;
    const isThere = Object.values(materialized?.work ?? {})
      .some(({ streams }) => Object.hasOwn(streams, stream));
    return isDeclared || isThere ? [{ deployment, isDeclared, stream }] : [];
  });
  return await inParallel(rows, IN_FLIGHT, async ({ stream, ...row }) => ({
    ...row,
    coming: await comingIn(new StreamApi(requests, stream)),
  }));
}

async function comingIn(api: StreamApi): Promise<ComingFiles | undefined> {
  const deadline = performance.now() + PATIENCE_MS;
  const [info, first] = await Promise.all([
    api.info(deadline, ">"),
    api.message({ next: ">", from: 1 }, deadline),
  ]);
  if (!info.isOk() || !first.isOk()) return undefined;
  const { subjects, bytes, maxBytes: room } = info.value;
  // The last token is the number of the chunk, and the one before it what it is of.
  const files = new Set(Object.keys(subjects).map((subject) => subject.split(".").at(-2))).size;
  const oldestAt = first.value && new Date(first.value.writtenAt).toISOString();
  return { files, bytes, room, oldestAt };
}

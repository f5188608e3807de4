import type { JetStreamManager } from "@nats-io/jetstream";
import { parseSentChunk, sentSubjects } from "../../../contracts/stored/transfer_names.ts";
import { orGone } from "../../../runtime/nats/jetstream/library_api_code.ts";
import type { Impact } from "../../changes/impact.ts";
import type { TransferTarget } from "../../impact/transfer_target.ts";

/** The files that are on their way with operations of one kind, on a NATS server; undefined where they have no stream. */
export async function comingFiles(
  manager: JetStreamManager,
  { alias, surface, stream }: TransferTarget,
): Promise<Impact | undefined> {
  const info = await orGone(
    manager.streams.info(stream, { subjects_filter: sentSubjects(surface) }),
  );
  if (info === undefined) return undefined;
  const { subjects = {}, bytes, messages } = info.state;
  const chunks = Object.keys(subjects);
  const files = new Set(chunks.map((subject) => parseSentChunk(surface, subject)?.operation)).size;
  return {
    bucket: alias,
    kind: "transfer",
    effect: "unhandled",
    values: files,
    revisions: files,
    // The server does not say it of some subjects. Chunks have one size, but for the last of each file.
    bytes: messages === 0 ? 0 : Math.round(bytes * chunks.length / messages),
    first: [],
    complete: true,
    scanned: files,
    at: new Date(Date.now()).toISOString(),
  };
}

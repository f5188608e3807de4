import type { Result } from "../../../contracts/result.ts";
import { serverHas } from "../../nats/features/server_features.ts";
import type { ApiFailure, PublishAck } from "../../nats/jetstream/api_answer.ts";
import { API_CODE } from "../../nats/jetstream/api_code.ts";
import { MESSAGE_TTL_HEADER } from "../../nats/jetstream/publish_headers.ts";
import type { Line } from "../../nats/line.ts";

/** Lets an event stay when its stream gives up those of its age. */
const KEPT = `${MESSAGE_TTL_HEADER}: never\r\n`;

/**
 * Stores an event, for ever where that is declared and the server and the stream can do it.
 *
 * @param store is given the lines that its headers begin with
 */
export async function storeEvent(
  { info }: Pick<Line, "info">,
  keep: "forever" | undefined,
  store: (lines: string) => Promise<Result<PublishAck, ApiFailure>>,
): Promise<Result<PublishAck, ApiFailure>> {
  const isKept = keep !== undefined && serverHas(info?.version, "messageTtls");
  const stored = await store(isKept ? KEPT : "");
  const isRefused = isKept && stored.isErr() && stored.error.kind === "refused" &&
    stored.error.code === API_CODE.messageTtlsDisabled;
  // The stream was made by an older Trellis; it is changed when a newer one reconciles.
  return isRefused ? await store("") : stored;
}

/** What a scan sees in the messages of the bucket of state. */
import { readJson } from "../../../contracts/json/json.ts";
import { parseStateEntry } from "../../../contracts/stored/state_entry.ts";
import { STATE_BUCKET, storeFilter } from "../../../contracts/stored/state_key.ts";
import type { StateTarget } from "../../impact/bucket_scanner.ts";
import type { ScannedRevision } from "../../impact/scanned_revision.ts";
import type { ScannedMessage } from "./scanned_message.ts";

const PREFIX = `$KV.${STATE_BUCKET}.`;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The subjects of the entries of a state store. */
export function stateSubjects(target: Pick<StateTarget, "contract" | "store">): string {
  return PREFIX + storeFilter(target);
}

/** Reads the entries of a state store: of a value store those without a key, of a map the others. */
export function stateReader(
  { form }: Pick<StateTarget, "form">,
): (message: ScannedMessage) => ScannedRevision | undefined {
  return ({ subject, writtenAt, bytes, marker, data }) => {
    const key = subject.slice(PREFIX.length);
    const [_store, holder = "", ...written] = key.split(".");
    if ((written.length === 0) !== (form === "value")) return undefined;
    const stored = marker ? undefined : parseStateEntry(parse(data));
    const entry = stored?.kind === "entry" ? stored.entry : undefined;
    return { key, writtenAt, bytes, marker, state: { holder, entry } };
  };
}

/** Undefined where it is no JSON, which no entry is. */
function parse(data: Uint8Array): unknown {
  try {
    return readJson(decoder.decode(data));
  } catch {
    return undefined;
  }
}

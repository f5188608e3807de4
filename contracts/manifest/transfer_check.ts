/** Checks the files that go with RPCs and operations, and the names that feeds must not have. */

import { isRecord } from "../json/json.ts";
import { parsePointer } from "../json/json_pointer.ts";
import { checkSchema } from "../schema/declared/schema_check.ts";
import { MOST_TRANSFER_BYTES, TRANSFER_MS } from "../schema/file_limits.ts";
import { paramValue } from "./param_value.ts";
import type { Shape } from "./shape.ts";

/** What is said only of a file that is sent. */
const OF_SENT = ["key", "contentType", "maxBytes", "expiresInMs"];

/** Reports what cannot be meant in the files that go with a surface. */
export function checkTransfer(root: Shape, section: "rpc" | "operations", surface: Shape): void {
  const transfer = surface.member("transfer");
  if (transfer.absent || !transfer.object()) return;
  const direction = transfer.member("direction");
  if (section === "rpc" && direction.value === "send") {
    direction.report(
      "shape",
      'is "send", and an RPC takes no files',
      "take it with an operation, whose handler waits until it is there",
    );
  } else direction.oneOf(["send", "receive"], false);
  const store = checkStore(root, transfer);
  if (direction.value === "send") checkSent(root, surface, transfer, store);
  if (direction.value !== "receive") return;
  for (const name of OF_SENT) {
    const member = transfer.member(name);
    if (member.absent) continue;
    member.report("shape", 'does not go with direction "receive"', "say it where it is granted");
  }
}

/** Reports the name of a feed that has the subjects of what callers say of another one. */
export function checkFeed(name: string, feed: Shape): void {
  if (!/\.credit\.[^.]+$/.test(name)) return;
  feed.report(
    "surface.collision",
    `"${name}" has the subjects with which callers of other feeds say what they have read`,
    'give it another part than "credit"',
  );
}

function checkStore(root: Shape, transfer: Shape): Shape | undefined {
  const at = transfer.member("store");
  const alias = at.text("name a store of this contract");
  if (alias === undefined) return undefined;
  const stores = root.member("resources").member("store");
  const store = stores.member(alias);
  if (!store.absent) return store;
  const known = isRecord(stores.value) ? Object.keys(stores.value) : [];
  at.report(
    "store.unknown",
    `names the store ${JSON.stringify(alias)}, which this contract does not have`,
    known.length === 0
      ? "declare it in resources.store"
      : `declare it in resources.store, or use ${known.slice(0, 8).join(", ")}`,
  );
  return undefined;
}

function checkSent(root: Shape, surface: Shape, transfer: Shape, store: Shape | undefined): void {
  const input = surface.member("input").member("schema").value;
  const schema = root.member("schemas").member(typeof input === "string" ? input : "");
  checkText(transfer.member("key"), schema, "its path in the store");
  const contentType = transfer.member("contentType");
  if (!contentType.absent) checkText(contentType, schema, "its media type");
  transfer.member("expiresInMs").integer(1000, TRANSFER_MS);
  const maxBytes = transfer.member("maxBytes");
  maxBytes.integer(1, MOST_TRANSFER_BYTES);
  const most = store?.member("maxObjectBytes").value;
  if (typeof maxBytes.value !== "number" || typeof most !== "number") return;
  if (maxBytes.value <= most) return;
  maxBytes.report(
    "value.range",
    `is ${maxBytes.value}, and the store takes ${most} at most`,
    "lower it, or raise maxObjectBytes of the store",
  );
}

/** What it points at is a string whatever the input looks like. */
function checkText(at: Shape, schema: Shape, what: string): void {
  const pointer = at.text(`point at ${what} in the input: "/path"`);
  if (pointer === undefined) return;
  const tokens = parsePointer(pointer);
  if (tokens === undefined || tokens.length === 0) {
    at.report("param.unknown", "is not a JSON pointer", 'start it with "/": "/path"');
    return;
  }
  // What is wrong with the schema itself is reported where it stands.
  if (schema.absent || checkSchema(schema.value).length > 0) return;
  const found = paramValue(schema.value, tokens, ["string"]);
  if (found === "fits") return;
  at.report(
    "param.unknown",
    found === "absent"
      ? `${pointer} names no property of the input, or not of all its variants`
      : `${pointer} is not a string in every variant of the input`,
    "point at a string that every variant declares",
  );
}

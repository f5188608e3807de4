import { type Validator, validatorOf } from "../../../contracts/schema/validator.ts";

/** One token of a subject and of a key. */
const TOKEN = "^[A-Za-z0-9_-]{1,128}$";

const COUNT = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

/** Checks what is asked of operations: ids and inboxes stand in subjects. */
export const CONTROL_REQUEST: Validator = validatorOf({
  type: "object",
  required: ["action", "id"],
  properties: {
    action: { enum: ["get", "watch", "cancel", "signal", "sent", "commit"] },
    id: { type: "string", pattern: TOKEN },
    inbox: { type: "string", pattern: TOKEN },
    reason: { type: "string", maxLength: 1024 },
    name: { type: "string", maxLength: 128 },
    size: COUNT,
    chunks: COUNT,
    digest: { type: "string", pattern: "^SHA-256=[A-Za-z0-9_-]{43}=$" },
  },
  allOf: [
    needs("watch", "inbox"),
    needs("signal", "name", "input"),
    needs("commit", "size", "digest", "chunks"),
  ],
});

function needs(action: string, ...members: readonly string[]): object {
  return { if: { properties: { action: { const: action } } }, then: { required: members } };
}

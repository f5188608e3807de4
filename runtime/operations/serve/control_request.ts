import { type Validator, validatorOf } from "../../../contracts/schema/validator.ts";

/** One token of a subject and of a key. */
const TOKEN = "^[A-Za-z0-9_-]{1,128}$";

/** Checks what is asked of operations: ids and inboxes stand in subjects. */
export const CONTROL_REQUEST: Validator = validatorOf({
  type: "object",
  required: ["action", "id"],
  properties: {
    action: { enum: ["get", "watch", "cancel", "signal"] },
    id: { type: "string", pattern: TOKEN },
    inbox: { type: "string", pattern: TOKEN },
    reason: { type: "string", maxLength: 1024 },
    name: { type: "string", maxLength: 128 },
  },
  allOf: [needs("watch", "inbox"), needs("signal", "name", "input")],
});

function needs(action: string, ...members: readonly string[]): object {
  return { if: { properties: { action: { const: action } } }, then: { required: members } };
}

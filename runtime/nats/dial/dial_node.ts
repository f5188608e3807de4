import { connect } from "@nats-io/transport-node";
import { compileValidatorsBy } from "../../../contracts/schema/validator.ts";
import { answerChallenge } from "./answer_challenge.ts";
import { dialGreeting } from "./dial_greeting.ts";
import type { Dial } from "./dialler.ts";

// A program that connects over TCP may compile code.
compileValidatorsBy(async () => {
  const { CompiledValidator } = await import("../../../contracts/schema/compiled_validator.ts");
  return (schema) => new CompiledValidator(schema);
});

/** Connects over TCP and TLS in Node. */
export const dialNode: Dial = (options, key) =>
  dialGreeting({ ...options, ...(key && { authenticator: answerChallenge(key) }) }, connect);

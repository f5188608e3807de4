import type { Contract } from "../../contracts/define/contract.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";
import { creditSubject } from "../../contracts/stored/feed_names.ts";
import type { CalledSurface } from "../rpc/called_surface.ts";
import { declaredErrors } from "../rpc/error_envelope.ts";
import { CREDIT_ANSWER, CREDIT_REQUEST, FEED_ANSWER, FEED_REQUEST } from "./feed_messages.ts";

/** A feed as it is declared, with what checks it. */
export interface FeedSurface {
  /** Its dotted name. */
  readonly name: string;
  /** Subscribes to it. */
  readonly subscribe: CalledSurface;
  /** Tells one instance of the service how far its subscriber is. */
  readonly credit: (instance: string) => CalledSurface;
  /** Checks values. */
  readonly event: Validator;
}

/** A feed of a contract. */
export function feedSurface(
  { id, manifest, errors }: Pick<Contract, "manifest" | "errors"> & { readonly id: string },
  name: string,
): FeedSurface {
  const declaration = manifest.feeds?.[name];
  if (declaration === undefined) throw new TypeError(`${id} declares no feed ${name}`);
  const { subject, input, event, capabilities } = declaration;
  const check = ({ schema }: { readonly schema: string }) =>
    validatorOf(manifest.schemas?.[schema] ?? true);
  const declared = declaredErrors(declaration, errors);
  const common = { declared, capabilities: capabilities?.subscribe ?? [] };
  return {
    name,
    subscribe: {
      ...common,
      name,
      subject,
      input: requestOf(check(input)),
      output: FEED_ANSWER,
    },
    credit: (instance) => ({
      ...common,
      name: `${name}.credit`,
      subject: creditSubject(subject, instance),
      input: CREDIT_REQUEST,
      output: CREDIT_ANSWER,
    }),
    event: check(event),
  };
}

/** Checks a request to subscribe; what is wrong with the input is told as of an RPC's. */
function requestOf(input: Validator): Validator {
  return {
    check: (body) => FEED_REQUEST.check(body) && input.check(inputIn(body)),
    issues: (body) =>
      FEED_REQUEST.check(body) ? input.issues(inputIn(body)) : FEED_REQUEST.issues(body),
  };
}

function inputIn(body: unknown): unknown {
  return isRecord(body) ? body.input : undefined;
}

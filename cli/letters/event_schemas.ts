import type { ValidationIssue } from "../../contracts/errors/validation_error.ts";
import { isErr } from "../../contracts/result.ts";
import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { readBody } from "../../runtime/events/read_body.ts";

/** Whether what is accepted today takes a body. */
export type Fit =
  | { readonly kind: "fits" }
  | { readonly kind: "misfit"; readonly issues: readonly ValidationIssue[] }
  /** No accepted contract has such an event. */
  | { readonly kind: "unknown" };

interface AcceptedEvent {
  readonly name: string;
  /** Whose contract has it. */
  readonly deployment: string;
  readonly validator: Validator;
}

/** The events of all accepted contracts, to check bodies that were stored under earlier ones. */
export class EventSchemas {
  /** By the subject before the params. */
  readonly #events = new Map<string, AcceptedEvent>();

  /** @param records of all deployments */
  constructor(records: readonly Pick<AuthorityRecord, "deployment" | "desired">[]) {
    for (const { deployment, desired } of records) {
      for (const [subject, surface] of Object.entries(desired?.needs.surfaces ?? {})) {
        if (surface.kind !== "events") continue;
        const validator = validatorOf(surface.schemas.event ?? true);
        this.#events.set(subject.split(".{")[0]!, { name: surface.name, deployment, validator });
      }
    }
  }

  /** The event that is published under a subject, as `Order.Placed`; the subject itself for one of nobody. */
  nameOf(subject: string): string {
    return this.#find(subject)?.name ?? subject;
  }

  /** The deployment whose contract has an event; undefined for one of nobody. */
  ownerOf(subject: string): string | undefined {
    return this.#find(subject)?.deployment;
  }

  /** Whether today's schema takes what was published under a subject. */
  fit(subject: string, body: Uint8Array): Fit {
    const event = this.#find(subject);
    if (event === undefined) return { kind: "unknown" };
    const read = readBody(event.validator, body).take();
    if (!isErr(read)) return { kind: "fits" };
    const { error } = read;
    const issues = error.kind === "schema" ? error.issues : [{ path: "", message: error.problem }];
    return { kind: "misfit", issues };
  }

  #find(subject: string): AcceptedEvent | undefined {
    for (
      let base = subject;
      base !== "";
      base = base.slice(0, Math.max(0, base.lastIndexOf(".")))
    ) {
      const event = this.#events.get(base);
      if (event !== undefined) return event;
    }
    return undefined;
  }
}

/** Why a body does not fit, on one line; undefined when it does. */
export function misfitText(fit: Fit): string | undefined {
  if (fit.kind === "fits") return undefined;
  if (fit.kind === "unknown") return "no accepted contract has this event";
  const [first, ...more] = fit.issues;
  const said = `${first?.path ?? ""} ${first?.message ?? "does not fit the schema"}`.trim();
  return more.length === 0 ? said : `${said} (and ${more.length} more)`;
}

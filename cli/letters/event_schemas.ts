import type { ValidationIssue } from "../../contracts/errors/validation_error.ts";
import { DEFAULT_PAYLOAD_VERSION } from "../../contracts/manifest/names.ts";
import { isErr } from "../../contracts/result.ts";
import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";
import { type QueueKind, queueName, queueSubjects } from "../../contracts/stored/job_names.ts";
import { PAYLOAD_VERSION_HEADER } from "../../contracts/stored/work_headers.ts";
import type { JobNeed } from "../../reconcile/needs/need_types.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { type BodyMisfit, readBody } from "../../runtime/events/read_body.ts";
import { headerValue } from "../../runtime/nats/headers/received_headers.ts";

/** Whether what is accepted today takes a body. */
export type Fit =
  | { readonly kind: "fits" }
  | { readonly kind: "misfit"; readonly issues: readonly ValidationIssue[] }
  /** No accepted contract has such an event, or such a queue. */
  | { readonly kind: "unknown" };

/** A stored body, with the subject and the headers that say whose it is. */
export interface StoredBody {
  readonly subject: string;
  readonly body: Uint8Array;
  /** The whole header block. */
  readonly headers: string;
}

interface AcceptedBody {
  readonly name: string;
  /** Whose contract has it. */
  readonly deployment: string;
  readonly validator: Validator;
  /** Of jobs: the version of today's payloads, and the earlier ones that handlers make today's of. */
  readonly versions?: PayloadVersions;
}

interface PayloadVersions {
  readonly today: string;
  readonly earlier: ReadonlyMap<string, Validator>;
}

/** The events and queues of all accepted contracts, to check bodies that were stored under earlier ones. */
export class EventSchemas {
  /** By the subject before the params, or that of the queue. */
  readonly #bodies = new Map<string, AcceptedBody>();

  /** @param records of all deployments */
  constructor(records: readonly Pick<AuthorityRecord, "deployment" | "desired">[]) {
    for (const { deployment, desired } of records) {
      for (const [subject, surface] of Object.entries(desired?.needs.surfaces ?? {})) {
        const { kind, name, schemas } = surface;
        if (kind === "operations") {
          const validator = validatorOf(schemas.input ?? true);
          this.#addQueue(deployment, "operation", name, { validator });
        }
        if (kind !== "events") continue;
        const validator = validatorOf(schemas.event ?? true);
        this.#bodies.set(subject.split(".{")[0]!, { name, deployment, validator });
      }
      for (const [name, job] of Object.entries(desired?.needs.jobs ?? {})) {
        const validator = validatorOf(job.payload);
        this.#addQueue(deployment, "job", name, { validator, versions: versionsOf(job) });
      }
    }
  }

  /** What is stored under a subject, as `Order.Placed` or a queue; the subject itself for what is of nobody. */
  nameOf(subject: string): string {
    return this.#find(subject)?.name ?? subject;
  }

  /** The deployment whose contract has an event; undefined for one of nobody. */
  ownerOf(subject: string): string | undefined {
    return this.#find(subject)?.deployment;
  }

  /** Whether today's schema takes what was stored under a subject. */
  fit({ subject, body, headers }: StoredBody): Fit {
    const accepted = this.#find(subject);
    if (accepted === undefined) return { kind: "unknown" };
    const { versions } = accepted;
    const version = headerValue(headers, PAYLOAD_VERSION_HEADER) || DEFAULT_PAYLOAD_VERSION;
    const validator = versions === undefined || version === versions.today
      ? accepted.validator
      : versions.earlier.get(version);
    if (validator === undefined) {
      const message = `payloads of version ${version} are not accepted any more`;
      return { kind: "misfit", issues: [{ path: "", message }] };
    }
    const read = readBody(validator, body).take();
    if (!isErr(read)) return { kind: "fits" };
    return { kind: "misfit", issues: issuesOf(read.error) };
  }

  #addQueue(
    deployment: string,
    kind: QueueKind,
    name: string,
    of: Pick<AcceptedBody, "validator" | "versions">,
  ): void {
    const subject = queueSubjects(deployment, kind, queueName(name)).slice(0, -".>".length);
    this.#bodies.set(subject, { name, deployment, ...of });
  }

  #find(subject: string): AcceptedBody | undefined {
    for (
      let base = subject;
      base !== "";
      base = base.slice(0, Math.max(0, base.lastIndexOf(".")))
    ) {
      const accepted = this.#bodies.get(base);
      if (accepted !== undefined) return accepted;
    }
    return undefined;
  }
}

function versionsOf(
  { payloadVersion = DEFAULT_PAYLOAD_VERSION, acceptedVersions = {} }: JobNeed,
): PayloadVersions {
  const earlier = Object.entries(acceptedVersions)
    .map(([version, schema]) => [version, validatorOf(schema)] as const);
  return { today: payloadVersion, earlier: new Map(earlier) };
}

function issuesOf(misfit: BodyMisfit): readonly ValidationIssue[] {
  return misfit.kind === "schema" ? misfit.issues : [{ path: "", message: misfit.problem }];
}

/** Why a body does not fit a schema, on one line. */
export function bodyMisfitText(misfit: BodyMisfit): string {
  return issuesText(issuesOf(misfit));
}

/** Why a body does not fit, on one line; undefined when it does. */
export function misfitText(fit: Fit): string | undefined {
  if (fit.kind === "fits") return undefined;
  if (fit.kind === "unknown") return "no accepted contract has this event or queue";
  return issuesText(fit.issues);
}

function issuesText([first, ...more]: readonly ValidationIssue[]): string {
  const said = `${first?.path ?? ""} ${first?.message ?? "does not fit the schema"}`.trim();
  return more.length === 0 ? said : `${said} (and ${more.length} more)`;
}

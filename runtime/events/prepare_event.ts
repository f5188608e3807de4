import { ValidationError, type ValidationIssue } from "../../contracts/errors/validation_error.ts";
import { jsonTextProblem, parseExactJson } from "../../contracts/json/exact_json.ts";
import { jsonMisfit } from "../../contracts/json/json_fit.ts";
import { resolvePointer } from "../../contracts/json/json_pointer.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import { surfaceSubject } from "../../contracts/manifest/names.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";
import { MAX_TOKEN_LENGTH, subjectToken } from "./subject_token.ts";

/** Longest subject, in characters; servers end connections over lines of 4096 bytes. */
const MAX_SUBJECT_LENGTH = 1024;

/** What Trellis says of an event; it goes beside the body, in headers, and never into it. */
export interface EventMetadata {
  /** ULID; publishing it twice within two minutes stores it once. */
  readonly id: string;
  /** When it was prepared, ISO 8601 in UTC. */
  readonly time: string;
}

/** What is known of an event that is stored. */
export interface PublishedEvent extends EventMetadata {
  /** Its sequence in the stream of all events; a projection can be asked whether it has reached it. */
  readonly sequence: number;
}

/** An event as it will be published: plain JSON, which may be kept until it is. */
export interface PreparedEvent {
  /** Where it goes, as `events.v1.Orders.Placed.42`. */
  readonly subject: string;
  /** The body as JSON text, exactly as it will be on the wire. */
  readonly body: string;
  /** Its id and time. */
  readonly metadata: EventMetadata;
}

/** A declared event, ready to prepare bodies. */
export interface EventSurface {
  /** Dotted name, as `Orders.Placed`. */
  readonly name: string;
  /** The subject before the tokens of `params`. */
  readonly base: string;
  /** JSON pointers whose values become tokens. */
  readonly params: readonly string[];
  /** Of the body. */
  readonly validator: Validator;
  /** Its messages never expire. */
  readonly keep: "forever" | undefined;
}

/** The event of a manifest; undefined when it declares none of that name. */
export function eventSurface(manifest: ContractManifest, name: string): EventSurface | undefined {
  const event = manifest.events?.[name];
  if (event === undefined) return undefined;
  return {
    name,
    base: surfaceSubject("events", event.version, name),
    params: event.params ?? [],
    keep: event.keep,
    validator: validatorOf(manifest.schemas?.[event.event.schema] ?? true),
  };
}

/** The tokens of the params in the subject of an event; undefined when it is not one of this event. */
export function paramTokens(event: EventSurface, subject: string): readonly string[] | undefined {
  const { base, params } = event;
  if (paramCount(event, subject) !== params.length) return undefined;
  return params.length === 0 ? [] : subject.slice(base.length + 1).split(".");
}

/** How many tokens a subject has behind that of an event; below 0 when it is another one. */
export function paramCount({ base }: EventSurface, subject: string): number {
  if (!subject.startsWith(base)) return -1;
  if (subject.length === base.length) return 0;
  let count = subject[base.length] === "." ? 1 : -Infinity;
  for (let at = base.length; (at = subject.indexOf(".", at + 1)) !== -1;) count++;
  return count;
}

/** Makes the event of a body: validates it, and builds its subject. */
export function prepareEvent(
  event: EventSurface,
  body: unknown,
  metadata: EventMetadata,
): Result<PreparedEvent, ValidationError> {
  const invalid = (issues: readonly ValidationIssue[]) =>
    err(new ValidationError({ subject: `the body of ${event.name}`, issues }));
  if (!event.validator.check(body)) return invalid(event.validator.issues(body));
  const misfit = jsonMisfit(body);
  if (misfit !== undefined) return invalid([misfit]);
  const subject = subjectOf(event, body).take();
  if (isErr(subject)) return invalid(subject.error);
  return ok({
    subject,
    body: JSON.stringify(body),
    metadata: { id: metadata.id, time: metadata.time },
  });
}

/** Checks an event that was kept: it may have been changed, or be one of another surface. */
export function checkPrepared(
  event: EventSurface,
  prepared: PreparedEvent,
): Result<PreparedEvent, ValidationError> {
  const { id, time } = prepared.metadata;
  const invalid = (path: string, message: string) =>
    err(
      new ValidationError({
        subject: `the prepared ${event.name}`,
        issues: [{ path, message }],
      }),
    );
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id)) return invalid("/metadata/id", "is not a ULID");
  if (!isIsoTime(time)) return invalid("/metadata/time", "is not an ISO 8601 time in UTC");
  const body = parseExactJson(prepared.body).take();
  if (isErr(body)) return invalid("/body", jsonTextProblem(body.error));
  const again = prepareEvent(event, body, prepared.metadata);
  if (again.isErr()) return again;
  const { subject } = again.orThrow();
  return subject === prepared.subject ? again : invalid("/subject", `is not ${subject}`);
}

function subjectOf(
  event: EventSurface,
  body: unknown,
): Result<string, readonly ValidationIssue[]> {
  const issues: ValidationIssue[] = [];
  let subject = event.base;
  for (const path of event.params) {
    const value = resolvePointer(body, path);
    const text = textOf(value);
    const token = text === undefined ? undefined : subjectToken(text);
    if (token === undefined) issues.push({ path, message: problemOf(value) });
    subject += `.${token}`;
  }
  if (issues.length > 0) return err(issues);
  if (subject.length <= MAX_SUBJECT_LENGTH) return ok(subject);
  const path = event.params[0] ?? "";
  const message = `makes a subject of more than ${MAX_SUBJECT_LENGTH} characters`;
  return err([{ path, message }]);
}

/** A param as JSON writes it: a number has the text of itself, whatever its language calls it. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || Number.isFinite(value)) return JSON.stringify(value);
  return undefined;
}

function problemOf(value: unknown): string {
  if (value === undefined) return "is not there, and is part of the event's subject";
  if (typeof value === "string") {
    return `is part of the event's subject: at most ${MAX_TOKEN_LENGTH} characters of valid Unicode`;
  }
  return "is part of the event's subject: use a string, a finite number or a boolean";
}

function isIsoTime(time: string): boolean {
  const ms = Date.parse(time);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === time;
}

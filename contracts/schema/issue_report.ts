import type { ValidationIssue } from "../errors/validation_error.ts";
import { appendPointer } from "../json/json_pointer.ts";

/** Most issues that a value is told to have. */
export const MAX_ISSUES = 20;
/** Of a value with more parts than this, only the first reason is collected. */
const MAX_PARTS = 20_000;

/** Collects why a value does not fit, while it is looked at part by part. */
export class IssueReport {
  readonly #path: (string | number)[] = [];
  readonly #issues: ValidationIssue[] = [];
  /** Whether everything that is wrong is wanted, and not the first reason alone. */
  readonly isThorough: boolean;

  /** @param isThorough whether to look on after the first reason */
  constructor(isThorough: boolean) {
    this.isThorough = isThorough;
  }

  /** What was found. */
  get issues(): readonly ValidationIssue[] {
    return this.#issues;
  }

  /** The number of issues, to come back to with {@link forget}. */
  get count(): number {
    return this.#issues.length;
  }

  /** Notes an issue of the part that is looked at, or of a member of it. */
  add(message: string, ...member: readonly string[]): void {
    if (this.#issues.length >= MAX_ISSUES) return;
    this.#issues.push({ path: appendPointer("", ...this.#path, ...member), message });
  }

  /** Takes back what was found since then: another alternative holds. */
  forget(count: number): void {
    this.#issues.length = count;
  }

  /** Looks at a member of the part that is looked at. */
  enter(key: string | number): void {
    this.#path.push(key);
  }

  /** Looks at the whole again. */
  leave(): void {
    this.#path.pop();
  }
}

/** True for values of many parts, after a look at as many of them at most. */
export function isLarge(value: unknown): boolean {
  const open: unknown[] = [value];
  for (let at = 0; at < open.length; at++) {
    const part = open[at];
    if (typeof part !== "object" || part === null) continue;
    const members: readonly unknown[] = Array.isArray(part) ? part : Object.values(part);
    if (open.length + members.length > MAX_PARTS) return true;
    for (const member of members) open.push(member);
  }
  return false;
}

import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import type { Bindings, GroupBinding } from "../../contracts/stored/bindings.ts";
import type { WorkKind } from "../../contracts/stored/work_names.ts";
import type { PermissionLine } from "./permission_line.ts";
import { bucketLines } from "./resource_lines.ts";

/** A subject and the part of the work that needs it. */
type Part = Omit<PermissionLine, "why">;

/** Servers that name the domain and the account in their acknowledgements. */
const NEWER = "servers with js_ack_fc_v2, which is off in 2.14";

/** What a service publishes to work on the events of a group, and nothing that is another group's. */
export function groupLines(
  { deployment, steps, dead }: Bindings,
  name: string,
  group: GroupBinding,
  why: string,
): PermissionLine[] {
  const { stream, consumers, later, ordering } = group;
  const token = literal(deploymentToken(deployment));
  const slots = `${token}.${literal(group.name ?? name)}.*`;
  // A stream of its own has nothing but its lanes.
  const taken = stream === EVENT_STREAM
    ? consumers.flatMap((consumer) => takeParts(stream, consumer))
    : takeParts(stream, "*");
  const parts: Part[] = [
    ...taken,
    ...(later === undefined ? [] : takeParts(later.stream, later.consumer)),
    ...(later === undefined || ordering !== "none" ? [] : [
      { subject: `later.${slots}`, part: "try again later" },
      { subject: `again.${slots}`, part: "give back what was begun" },
    ]),
    { subject: deadSubjects(token, "group", group.name ?? name), part: "keep dead letters" },
    ...(group.onDead !== "hold" || dead === undefined ? [] : [
      {
        subject: `$JS.API.STREAM.MSG.GET.${literal(dead)}`,
        part: "see whether one was decided about",
      },
    ]),
  ];
  const lines = parts.map(({ subject, ...rest }) => ({ subject, why, ...rest }));
  if (steps === undefined) return lines;
  return [...lines, ...bucketLines({ bucket: steps, history: 1, ttlMs: 0 }, why)];
}

/** The same of a projection or a relay. */
export function batchLines(
  { deployment }: Bindings,
  kind: WorkKind,
  name: string,
  consumers: readonly { readonly stream: string; readonly consumer: string }[],
  why: string,
): PermissionLine[] {
  const parts: Part[] = [
    ...consumers.flatMap(({ stream, consumer }) => [
      ...takeParts(stream, consumer),
      {
        subject: `$JS.API.CONSUMER.INFO.${literal(stream)}.${literal(consumer)}`,
        part: "see whether another instance is at work",
      },
    ]),
    { subject: deadSubjects(deploymentToken(deployment), kind, name), part: "keep dead letters" },
  ];
  return parts.map(({ subject, ...rest }) => ({ subject, why, ...rest }));
}

/** A durable consumer is asked for messages, and told what became of them. */
export function takeParts(stream: string, consumer: string): Part[] {
  const place = `${literal(stream)}.${consumer === "*" ? "*" : literal(consumer)}`;
  return [
    { subject: `$JS.API.CONSUMER.MSG.NEXT.${place}`, part: "ask for what waits" },
    { subject: `$JS.ACK.${place}.>`, part: "acknowledge them" },
    { subject: `$JS.ACK.*.*.${place}.>`, part: "acknowledge them", keptFor: NEWER },
  ];
}

/** Where its dead letters are kept. */
export function deadSubjects(token: string, kind: WorkKind, name: string): string {
  return `dead.${literal(token)}.${kind}.${literal(name)}.*`;
}

/** A name with a dot or a wildcard would stand for others too. */
export function literal(name: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    throw new RangeError(`no name of a stream or consumer: ${name}`);
  }
  return name;
}

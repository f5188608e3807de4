import type { ManifestEvent } from "../../contracts/manifest/manifest.ts";
import { DEFAULT_PAYLOAD_VERSION, surfaceSubject } from "../../contracts/manifest/names.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { jobStream, queueName, queueSubjects } from "../../contracts/stored/job_names.ts";
import { traits } from "./asyncapi_headers.ts";
import { type Channels, described, mergeChannels, message, ref } from "./asyncapi_parts.ts";
import { type ExportedContract, sorted } from "./exported_contract.ts";
import type { ExportedSchemas } from "./exported_schemas.ts";

/** What is stored in streams before somebody handles it: events, and the jobs of the service's own queues. */
export function storedChannels(contract: ExportedContract, schemas: ExportedSchemas): Channels {
  const { events, jobs } = contract.manifest;
  return mergeChannels([
    ...sorted(events).map(([name, event]) => eventChannel(name, event, contract, schemas)),
    ...sorted(jobs).map(([name]) => jobChannel(name, contract, schemas)),
  ]);
}

function eventChannel(
  name: string,
  { version, docs, event, params = [], keep, capabilities }: ManifestEvent,
  contract: ExportedContract,
  schemas: ExportedSchemas,
): Channels {
  const subject = surfaceSubject("events", version, name);
  const tokens = paramNames(params);
  const parameters = Object.fromEntries(tokens.map((token, at) => [token, {
    description: "Letters, digits and `-` stand as they are; every other text is `_` and the " +
      "base64url of its UTF-8.",
    location: `$message.payload#${params[at]}`,
  }]));
  return {
    channels: {
      [subject]: {
        address: [subject, ...tokens.map((token) => `{${token}}`)].join("."),
        title: name,
        summary: docs?.summary,
        description: `Stored in the stream \`${EVENT_STREAM}\`, ${
          keep === undefined ? "for as long as that keeps events" : "for ever"
        }.`,
        messages: {
          event: { title: name, traits: traits("event"), payload: schemas.ref(contract, event) },
        },
        parameters,
      },
    },
    operations: {
      [subject]: {
        action: "send",
        title: name,
        summary: docs?.summary,
        description: docs?.markdown,
        channel: ref(subject),
        messages: [message(subject, "event")],
        "x-trellis-contract": contract.manifest.id,
        "x-trellis-capabilities": capabilities?.subscribe,
      },
    },
  };
}

/** `["/customerId", "/a/b"]` -> `["customerId", "a_b"]`, each once. */
export function paramNames(params: readonly string[]): readonly string[] {
  const names: string[] = [];
  for (const param of params) {
    const name = param.slice(1).replaceAll(/[^A-Za-z0-9_-]/g, "_") || "value";
    names.push(names.includes(name) ? `${name}_${names.length + 1}` : name);
  }
  return names;
}

function jobChannel(
  name: string,
  contract: ExportedContract,
  schemas: ExportedSchemas,
): Channels {
  const job = contract.manifest.jobs?.[name];
  if (job === undefined) return { channels: {}, operations: {} };
  const { payload, payloadVersion = DEFAULT_PAYLOAD_VERSION, acceptedVersions = {}, docs } = job;
  const { deployment } = contract;
  const subject = queueSubjects(deployment, "job", queueName(name)).slice(0, -".>".length);
  const payloads = [
    [payloadVersion, payload] as const,
    ...sorted(acceptedVersions),
  ].map(([version, reference]) => [`job_${version}`, {
    title: `A job of version ${version}`,
    traits: traits("job"),
    payload: schemas.ref(contract, reference),
  }]);
  return {
    channels: {
      [subject]: {
        address: `${subject}.run.{class}.{lane}.{slot}`,
        title: name,
        summary: docs?.summary,
        description: `Private to ${deployment}: its own queue, in the stream \`${
          jobStream(deployment)
        }\`. Nobody else may write to it or read it.`,
        messages: Object.fromEntries(payloads),
        parameters: described({
          class: "Its priority, from 0.",
          lane: "Where its key leads; 0 without keys.",
          slot: "Its id; or what is made of its key, where one of a key may stand there.",
        }),
      },
    },
    operations: {
      [subject]: {
        action: "receive",
        title: name,
        summary: docs?.summary,
        description: docs?.markdown,
        channel: ref(subject),
        messages: payloads.map(([key]) => message(subject, String(key))),
        "x-trellis-contract": contract.manifest.id,
      },
    },
  };
}

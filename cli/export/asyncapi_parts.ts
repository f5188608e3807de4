import { traits } from "./asyncapi_headers.ts";
import type { ExportedContract } from "./exported_contract.ts";
import type { ExportedSchemas } from "./exported_schemas.ts";

/** Name of the parameter for the last token of what callers send to. */
export const CALLER = "caller";

/** Describes it. */
export const CALLER_PARAMETER = {
  description: "The token of the caller's session.",
  examples: ["a-helper-dfu342kcirifx437"],
};

/** Channels and operations of a document, by their names in it. */
export interface Channels {
  readonly channels: Readonly<Record<string, object>>;
  readonly operations: Readonly<Record<string, Operation>>;
}

/** Who does what with the messages of a channel, as the document has it. */
export interface Operation {
  readonly action: "send" | "receive";
  readonly [member: string]: unknown;
}

/** All of them together. */
export function mergeChannels(parts: readonly Channels[]): Channels {
  return {
    channels: Object.assign({}, ...parts.map(({ channels }) => channels)),
    operations: Object.assign({}, ...parts.map(({ operations }) => operations)),
  };
}

/** Something that is asked of a service on a subject, and answered. */
export interface Request {
  /** Without the caller's token. */
  readonly subject: string;
  readonly title: string;
  readonly summary?: string | undefined;
  readonly description?: string | undefined;
  readonly body: object | true;
  readonly answer: object | true;
  /** Wire types of the errors that it declares. */
  readonly errors: readonly string[];
  /** What a caller must hold. */
  readonly capabilities?: readonly string[] | undefined;
  /** Tokens between the subject and the caller's, each with what it is. */
  readonly between?: Readonly<Record<string, string>>;
  /** One instance alone answers it. */
  readonly isAlone?: boolean;
}

/** Errors that any request may be answered with. */
const BUILT_IN = ["TransportError", "UnexpectedError", "ValidationError"];

/** The channel of a request, that of its answers, and the operation of both. */
export function requestChannels(
  request: Request,
  contract: ExportedContract,
  schemas: ExportedSchemas,
): Channels {
  const { subject, title, summary, description, body, answer, errors, between = {} } = request;
  const tokens = [...Object.keys(between), CALLER].map((token) => `{${token}}`);
  const reply = `${subject}.reply`;
  const declared = [...new Set([...errors, ...BUILT_IN])];
  return {
    channels: {
      [subject]: {
        address: [subject, ...tokens].join("."),
        title,
        summary,
        messages: { request: { title, traits: traits("request"), payload: body } },
        parameters: {
          ...described(between),
          [CALLER]: { $ref: `#/components/parameters/${CALLER}` },
        },
      },
      [reply]: {
        address: null,
        title: `${title}: answers`,
        description: "The reply subject of the request.",
        messages: {
          answer: { title: "The answer", payload: answer },
          error: {
            title: "An error",
            traits: traits("error"),
            payload: { anyOf: declared.map((type) => schemas.errorRef(contract, type)) },
          },
        },
      },
    },
    operations: {
      [subject]: {
        action: "receive",
        title,
        summary,
        description,
        channel: ref(subject),
        messages: [message(subject, "request")],
        reply: {
          channel: ref(reply),
          messages: [message(reply, "answer"), message(reply, "error")],
        },
        ...(request.isAlone
          ? {}
          : { bindings: { nats: { queue: contract.deployment, bindingVersion: "0.1.0" } } }),
        "x-trellis-contract": contract.manifest.id,
        "x-trellis-capabilities": request.capabilities,
      },
    },
  };
}

/** Parameters of a channel. */
export function described(parameters: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, description]) => [name, { description }]),
  );
}

/** Refers to a channel. */
export function ref(channel: string): object {
  return { $ref: `#/channels/${channel}` };
}

/** Refers to a message of a channel. */
export function message(channel: string, name: string): object {
  return { $ref: `#/channels/${channel}/messages/${name}` };
}

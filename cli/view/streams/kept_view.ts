import { namesText, unledHint } from "../../../reconcile/authority/explain_unled.ts";
import {
  countByReplicas,
  type KeptProblems,
  keptProblems,
  type KeptStream,
} from "../../../reconcile/resources/kept_streams.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/** How the streams of a cluster are kept, for programs; null on a server of its own. */
export function keptJson(streams: readonly KeptStream[]): object | null {
  if (streams.length === 0) return null;
  const { unled = [], behind = [], servers = [] } = keptProblems(streams) ?? {};
  return { byReplicas: countByReplicas(streams), withoutLeader: unled, behind, servers };
}

/** The same as one line, as `streams  24 with 3 replicas, 1 with 1 replica`; nothing on a server of its own. */
export function keptText(streams: readonly KeptStream[]): string {
  const text = replicasText(streams);
  return text === "" ? "" : `streams  ${text}`;
}

/** How many streams have how many replicas, as `24 with 3 replicas, 1 with 1 replica`. */
export function replicasText(streams: readonly KeptStream[]): string {
  return Object.entries(countByReplicas(streams)).sort(([a], [b]) => Number(b) - Number(a))
    .map(([replicas, count]) =>
      `${count} with ${replicas} ${replicas === "1" ? "replica" : "replicas"}`
    ).join(", ");
}

/** What is wrong with how streams are kept, each with what to do. */
export function keptTroubles(streams: readonly KeptStream[]): readonly ExplainedError[] {
  const problems = keptProblems(streams);
  return problems === undefined ? [] : [...unledTrouble(problems), ...behindTrouble(problems)];
}

function unledTrouble({ unled, servers }: KeptProblems): readonly ExplainedError[] {
  if (unled.length === 0) return [];
  return [{
    code: "unavailable",
    message: `no server leads ${namesText(unled)}: nothing there can be read or written`,
    hint: unledHint(servers),
  }];
}

function behindTrouble({ behind, servers }: KeptProblems): readonly ExplainedError[] {
  if (behind.length === 0) return [];
  return [{
    code: "unavailable",
    message:
      `${behind.length} ${behind.length === 1 ? "stream is" : "streams are"} not up to date ` +
      `on ${servers.join(", ")}: one more server that fails may stop them`,
    // One that could not write takes nothing more, also with room again, until it starts anew.
    hint: "see that it runs, is reached by the others, and has room on its disk: then it is sent " +
      "what it misses, after a full disk once it is started again",
  }];
}
